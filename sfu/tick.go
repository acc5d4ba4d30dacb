package sfu

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/udp"
)

const (
	// feedbackInterval of transport-cc: senders were seen to collapse to
	// 80 kbit/s without, and to ramp up well with 50 ms.
	feedbackInterval = 50 * time.Millisecond
	reportInterval   = time.Second
	checkInterval    = 250 * time.Millisecond
	// maxReports is what the five bits of the count can say (RFC 3550 section 6.4.2).
	maxReports = 31
)

// deadlines are when a transport's regular work is due next.
type deadlines struct {
	feedback, reports, checks time.Time
}

// pass reports whether a deadline is over and sets the next one.
func pass(deadline *time.Time, now time.Time, interval time.Duration) bool {
	if now.Before(*deadline) {
		return false
	}
	*deadline = deadline.Add(interval) // keep the pace whatever the ticks are
	if deadline.Before(now) {
		*deadline = now.Add(interval)
	}
	return true
}

// tick does what time alone brings about. Ticks of one transport never overlap.
// What it sends is queued in out.
func (t *WebRtcTransport) tick(now time.Time, out *udp.Batch) {
	if t.server.since(now) < t.idleUntil.Load() && !t.in.stirred.Load() {
		return
	}
	t.in.stirred.Store(false)
	work := t.in.tick(now, t)
	if t.idleUntil.Store(0); !work.idleUntil.IsZero() {
		t.idleUntil.Store(t.server.since(work.idleUntil))
	}
	if work.iceChanged {
		t.notifier.changed()
	}
	for i := range work.repairs {
		work.repairs[i].send(now)
	}
	t.queueRtcp(now, out, work.rtcp...)
	for _, p := range work.producers {
		p.tick(now)
	}
	for _, p := range work.presence {
		p.presence.notifier.changed()
	}
	if work.reportsDue {
		t.tickConsumers(now, out)
		t.logDropped()
	}
}

// logDropped says, once a report interval at most, that packets were dropped.
func (t *WebRtcTransport) logDropped() {
	total := t.dropped.Load()
	if total != t.droppedLogged {
		t.log().Warn("packets dropped", "count", total-t.droppedLogged, "tuple", t.out.route().AddrPort)
		t.droppedLogged = total
	}
}

// tickWork is what a tick found to do while it held the lock.
type tickWork struct {
	iceChanged bool
	reportsDue bool
	idleUntil  time.Time // nothing is due before, unless the transport is stirred
	repairs    []repair
	rtcp       []rtcp.Packet
	producers  []*Producer
	presence   []*Producer
}

func (in *inbound) tick(now time.Time, t *WebRtcTransport) (work tickWork) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return tickWork{}
	}
	checksDue := pass(&in.due.checks, now, checkInterval)
	if checksDue {
		work.iceChanged = in.ice.CheckConsent(now)
		t.adoptTuplesLocked(work.iceChanged)
	}
	if in.srtp == nil {
		work.idleUntil = in.due.checks
		return work
	}
	if in.arrivals != nil && pass(&in.due.feedback, now, feedbackInterval) {
		work.rtcp = in.arrivals.BuildFeedbackPacket()
	}
	if !now.Before(in.due.reports) {
		// Reports are spread around their interval, or those of all transports would
		// fall into step (RFC 3550 section 6.3.1).
		spread := time.Duration((0.5 + rand.Float64()) * float64(reportInterval))
		work.reportsDue = pass(&in.due.reports, now, spread)
	}
	if len(in.listener.byID) == 0 && in.arrivals == nil {
		work.idleUntil = in.due.checks
		if in.due.reports.Before(work.idleUntil) {
			work.idleUntil = in.due.reports
		}
		return work
	}
	work.producers = in.listener.all()
	for _, p := range work.producers {
		in.tickProducer(now, p, &work, checksDue)
	}
	if work.reportsDue && len(work.producers) > 0 {
		work.rtcp = append(work.rtcp, &rtcp.ExtendedReport{
			SenderSSRC: feedbackSsrc,
			Reports: []rtcp.ReportBlock{
				&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: referenceTime(now, t.server.born)},
			},
		})
	}
	return work
}

func (in *inbound) tickProducer(now time.Time, p *Producer, work *tickWork, checksDue bool) {
	report := rtcp.ReceiverReport{SSRC: feedbackSsrc}
	for _, s := range p.streams {
		if r := s.repairLocked(now); r.needed() {
			work.repairs = append(work.repairs, r)
		}
		if !work.reportsDue || s.recv == nil {
			continue
		}
		report.Reports = append(report.Reports, s.recv.ReceiverReport(now))
		if rtx, ok := s.recv.RtxReceiverReport(); ok && len(report.Reports) < maxReports {
			report.Reports = append(report.Reports, rtx)
		}
	}
	if len(report.Reports) > 0 {
		work.rtcp = append(work.rtcp, &report)
	}
	if checksDue && !p.Paused() && p.presence.checkLocked(now, in.ice.LastStun(), p.kind) {
		work.presence = append(work.presence, p)
	}
}

// tickConsumers sends the reports of what the transport sends, and looks after
// the layers. Reports of all streams share a datagram.
func (t *WebRtcTransport) tickConsumers(now time.Time, out *udp.Batch) {
	consumers := t.out.allConsumers()
	var reports []rtcp.Packet
	for _, c := range consumers {
		reports = append(reports, c.senderReport(now)...)
	}
	t.queueRtcp(now, out, reports...)
	for _, c := range consumers {
		c.tick(now)
	}
}
