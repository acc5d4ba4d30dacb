package loadtest

import (
	"time"

	"github.com/pion/rtcp"
)

const (
	// feedbackInterval is Chromium's for transport-cc at the bitrates of video.
	feedbackInterval = 50 * time.Millisecond
	// clockSteps spread the transports over that interval: browsers do not send
	// in step.
	clockSteps = 50
	// reportEvery and checkEvery count feedback intervals: reports once a second,
	// consent every five (RFC 7675 section 5.1).
	reportEvery = 20
	checkEvery  = 100
)

// clock is the goroutine of all that transports do at regular times.
func (t *Test) clock() {
	ticker := time.NewTicker(feedbackInterval / clockSteps)
	defer ticker.Stop()
	begun := time.Now()
	for step := 0; ; {
		select {
		case <-t.stop:
			return
		case <-ticker.C:
		}
		for due := int(time.Since(begun) * clockSteps / feedbackInterval); step < due; step++ {
			for _, tr := range t.transportsOf(step % clockSteps) {
				tr.tick(step / clockSteps)
			}
		}
	}
}

// tick is called once in a feedback interval.
func (t *transport) tick(round int) {
	var packets []rtcp.Packet
	t.mu.Lock()
	// Reports and checks of all transports are spread over their intervals too.
	round += int(t.checker.tieBreaker[0])
	if round%reportEvery == 0 {
		if report := t.reportLocked(time.Now()); len(report.Reports) > 0 {
			packets = append(packets, report)
		}
	}
	if t.arrivals != nil {
		packets = append(packets, t.arrivals.BuildFeedbackPacket()...)
	}
	connected := t.incoming != nil
	t.mu.Unlock()
	if len(packets) > 0 {
		t.sendRtcp(packets...)
	}
	if connected && round%checkEvery == 0 {
		t.sendCheck()
	}
}

// reportLocked is the receiver report of all streams (RFC 3550 section 6.4.2).
func (t *transport) reportLocked(now time.Time) *rtcp.ReceiverReport {
	const mostReports = 31
	report := &rtcp.ReceiverReport{SSRC: 1} // a receiver without streams of its own
	for _, tr := range t.tracks {
		if !tr.started || len(report.Reports) == mostReports {
			continue
		}
		one := rtcp.ReceptionReport{SSRC: tr.ssrc, LastSequenceNumber: tr.extended()}
		one.FractionLost, one.TotalLost = tr.fractionLost()
		if !tr.reportAt.IsZero() {
			one.LastSenderReport = tr.reportNtp
			one.Delay = uint32(now.Sub(tr.reportAt) << 16 / time.Second)
		}
		report.Reports = append(report.Reports, one)
	}
	return report
}
