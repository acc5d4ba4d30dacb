package rtpstream

import "time"

const (
	// framesPerSecond gives the timestamp step at a switch where the new
	// stream's next frame would otherwise not come after the last one sent.
	framesPerSecond = 30
	// maxTimestampGap is how far the timestamps of one stream may jump ahead
	// over a gap in its sequence and still be the same timeline.
	maxTimestampGap = time.Minute
	// maxStepBack is how far a newer packet's timestamp may lie behind an older
	// one's, as with frames sent out of display order.
	maxStepBack = 5 * time.Second
	// maxDrift is how far timestamps may stray from our clock before they are
	// not believed; driftShare of the time since the last switch is added to
	// it, since clocks run apart.
	maxDrift   = 2 * time.Second
	driftShare = 1000
)

// ReportMapping is what a sender report says: an RTP timestamp and the NTP time
// of the same instant. The zero value says nothing.
type ReportMapping struct {
	Ntp   uint64
	RtpTs uint32
	Known bool
}

// timeline maps the timestamps of the current input to those of the output.
type timeline struct {
	clockRate uint32
	stream    int
	offset    uint32 // output minus input
	highest   uint32 // highest output timestamp, valid if any
	any       bool
	anchor    anchor
}

// anchor is an output timestamp and the time it stood for.
type anchor struct {
	ts    uint32
	at    time.Time
	known bool
}

// apply returns the output timestamp of an input timestamp.
func (t *timeline) apply(ts uint32) uint32 {
	out := ts + t.offset
	if !t.any || TimestampLess(t.highest, out) {
		t.highest, t.any = out, true
	}
	return out
}

// align sets the offset for stream to go on with timestamp ts at now.
func (t *timeline) align(now time.Time, stream int, ts uint32, previous, next ReportMapping) {
	out := ts
	if t.any {
		out = t.later(t.continued(now, stream, ts, previous, next))
	}
	t.stream, t.offset = stream, out-ts
	t.anchor = anchor{ts: out, at: now, known: true}
}

// continued returns the output timestamp that keeps the time between the last
// frame and this one.
func (t *timeline) continued(now time.Time, stream int, ts uint32, previous, next ReportMapping) uint32 {
	byClock := t.expected(now)
	var candidate uint32
	switch {
	case stream == t.stream:
		candidate = ts + t.offset
	case previous.Known && next.Known:
		// Where ts would lie on the timeline of the stream left.
		apart := ticksBetweenNtp(next.Ntp, previous.Ntp, t.clockRate)
		candidate = previous.RtpTs + uint32(apart) + (ts - next.RtpTs) + t.offset
	default:
		return byClock
	}
	if !t.anchor.known {
		return candidate
	}
	bound := maxDrift + now.Sub(t.anchor.at)/driftShare
	if stray := TimestampDiff(candidate, byClock); abs(int64(stray)) > ticksOf(bound, t.clockRate) {
		return byClock
	}
	return candidate
}

// expected returns the output timestamp that our clock says it is now.
func (t *timeline) expected(now time.Time) uint32 {
	if !t.anchor.known {
		return t.highest
	}
	return t.anchor.ts + uint32(ticksOf(now.Sub(t.anchor.at), t.clockRate))
}

// wentBack reports whether the timestamp of a newer packet lies so far back
// that the sender must have taken new ones. A jump ahead may be a pause.
func (t *timeline) wentBack(ts uint32) bool {
	back := -int64(TimestampDiff(ts+t.offset, t.highest))
	return t.any && back > ticksOf(maxStepBack, t.clockRate)
}

// jump sets the offset after a restart of the current stream: it stays where the timestamps went on, after a long gap, and moves where the
// sender took new ones. The clock cannot be asked, so the anchor is given up.
func (t *timeline) jump(ts uint32) {
	gap := int64(TimestampDiff(ts+t.offset, t.highest))
	if gap <= 0 || gap > ticksOf(maxTimestampGap, t.clockRate) {
		t.offset = t.later(t.highest) - ts
	}
	t.anchor.known = false
}

// later returns ts if it comes after everything sent, else the next frame's.
func (t *timeline) later(ts uint32) uint32 {
	if TimestampLess(t.highest, ts) {
		return ts
	}
	return t.highest + max(t.clockRate/framesPerSecond, 1)
}

func abs(n int64) int64 {
	return max(n, -n)
}
