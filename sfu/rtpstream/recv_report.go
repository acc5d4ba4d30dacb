package rtpstream

import (
	"time"

	"github.com/pion/rtcp"
)

// lastReport is what the newest sender report said: the sender's clock and
// its RTP timestamp at the same instant (RFC 3550 §6.4.1).
type lastReport struct {
	ntp   uint64
	rtpTs uint32
	at    time.Time // when the report came
	known bool
}

// HandleSenderReport takes a sender report of the stream's own SSRC.
func (s *RecvStream) HandleSenderReport(now time.Time, sr *rtcp.SenderReport) {
	if sr.SSRC != s.cfg.Ssrc {
		return
	}
	// A sender without a clock may send zero (RFC 3550 §6.4.1).
	if sr.NTPTime != 0 {
		s.report = lastReport{ntp: sr.NTPTime, rtpTs: sr.RTPTime, at: now, known: true}
	}
	s.health.check(now)
	s.health.update(&s.seq, s.counts, s.cfg.RtxSsrc != 0)
}

// SenderReportMapping returns the NTP time and the RTP timestamp of the newest
// sender report and when it came; ok is false before the first one.
func (s *RecvStream) SenderReportMapping() (ntp uint64, rtpTs uint32, at time.Time, ok bool) {
	return s.report.ntp, s.report.rtpTs, s.report.at, s.report.known
}

// ReceiverReport returns the reception report block to send at now and begins
// the next report interval (RFC 3550 §6.4.1, A.3, A.8).
func (s *RecvStream) ReceiverReport(now time.Time) rtcp.ReceptionReport {
	s.lost = s.seq.fractionLost()
	report := s.seq.report(s.cfg.Ssrc, s.lost)
	report.Jitter = uint32(s.jitter.ticks)
	if s.report.known {
		report.LastSenderReport = compactNtp(s.report.ntp)
		report.Delay = compactOf(now.Sub(s.report.at))
	}
	return report
}

// RtxReceiverReport returns the report block of the RTX SSRC, false while
// nothing came on it.
func (s *RecvStream) RtxReceiverReport() (rtcp.ReceptionReport, bool) {
	if _, started := s.rtxSeq.extender.Highest(); !started {
		return rtcp.ReceptionReport{}, false
	}
	return s.rtxSeq.report(s.cfg.RtxSsrc, s.rtxSeq.fractionLost()), true
}

// Score returns the stream's quality from 0 (silent) to 10.
func (s *RecvStream) Score(now time.Time) uint8 {
	s.health.check(now)
	return s.health.score.value
}

// report returns the part of a report block that sequence numbers tell.
func (s *sequence) report(ssrc uint32, fraction uint8) rtcp.ReceptionReport {
	// 24 bits, two's complement (RFC 3550 A.3).
	lost := min(max(s.lost(), -1<<23), 1<<23-1)
	return rtcp.ReceptionReport{
		SSRC:               ssrc,
		FractionLost:       fraction,
		TotalLost:          uint32(lost) & 0xffffff,
		LastSequenceNumber: s.highestReported(),
	}
}
