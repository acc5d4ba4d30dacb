package rtpstream

import (
	"time"

	"github.com/pion/rtcp"
)

// remoteReport is what the receiver told about the stream.
type remoteReport struct {
	roundTrip time.Duration // 0: unknown
	lost      int64
	fraction  uint8 // of 256
	jitter    uint32
}

// HandleReceptionReport takes a report block about the stream (RFC 3550 §6.4.1)
// and scores the interval since the last one. Blocks come from the network:
// values that cannot be true are bounded by what was sent.
func (s *SendStream) HandleReceptionReport(now time.Time, r rtcp.ReceptionReport) {
	if r.SSRC != s.cfg.Ssrc {
		return
	}
	if roundTrip, ok := s.roundTripOf(now, r); ok {
		s.remote.roundTrip = roundTrip
	}
	lost := int64(int32(r.TotalLost<<8) >> 8) // 24 bits, two's complement
	s.remote.lost = min(lost, int64(s.counts.packets))
	s.remote.fraction = r.FractionLost
	s.remote.jitter = r.Jitter
	s.updateScore()
}

// RoundTripTime returns the round trip that the last report told, 0 if unknown.
func (s *SendStream) RoundTripTime() time.Duration {
	return s.remote.roundTrip
}

// SenderReport returns the sender report for now; ok is false when nothing was
// sent in the last two seconds.
func (s *SendStream) SenderReport(now time.Time) (report rtcp.SenderReport, ok bool) {
	age := now.Sub(s.clock.at)
	if !s.clock.started || age > maxReportAge {
		return rtcp.SenderReport{}, false
	}
	headers := s.counts.packets * fixedHeaderSize
	return rtcp.SenderReport{
		SSRC:        s.cfg.Ssrc,
		NTPTime:     s.ntp(now),
		RTPTime:     s.clock.ts + uint32(ticksOf(age, s.cfg.ClockRate)),
		PacketCount: uint32(s.counts.packets),
		OctetCount:  uint32(s.counts.bytes - min(headers, s.counts.bytes)),
	}, true
}

// Sdes returns the source description with the stream's CNAME (RFC 3550 §6.5).
// It shares memory between calls and must not be changed.
func (s *SendStream) Sdes() rtcp.SourceDescription {
	return s.sdes
}

// Score returns the quality that the receiver's reports show, from 0 to 10.
func (s *SendStream) Score() uint8 {
	return s.score.value
}

// ntp returns the NTP time of now on the clock shared by all streams.
func (s *SendStream) ntp(now time.Time) uint64 {
	if s.cfg.Epoch.IsZero() {
		return ntpOf(now)
	}
	return ntpOf(s.cfg.Epoch.Add(now.Sub(s.cfg.Epoch)))
}

// roundTripOf computes the round trip of a report (RFC 3550 §6.4.1): now minus
// the time of our last report they saw, minus how long they held it.
func (s *SendStream) roundTripOf(now time.Time, r rtcp.ReceptionReport) (time.Duration, bool) {
	if r.LastSenderReport == 0 {
		return 0, false
	}
	units := compactNtp(s.ntp(now)) - r.LastSenderReport - r.Delay
	roundTrip := durationOfCompact(units)
	return roundTrip, units != 0 && roundTrip <= maxRoundTrip
}

// updateScore scores what was sent since the last report.
func (s *SendStream) updateScore() {
	lostTotal := max(s.remote.lost, 0)
	lost := max(lostTotal-s.priorLost, 0)
	prior := s.prior
	s.prior, s.priorLost = s.counts, lostTotal
	s.score.add(intervalScore(
		s.counts.packets-prior.packets,
		uint64(lost),
		s.counts.repaired-prior.repaired,
		s.counts.retransmitted-prior.retransmitted,
	))
}
