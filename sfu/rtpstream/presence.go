package rtpstream

import "time"

// Times of the local-close rule, tried in Chromium and Firefox: no false
// positive in 14 s of mute and 16 s without a track.
const (
	byeSilence    = time.Second
	videoSilence  = 3500 * time.Millisecond
	audioSilence  = 2 * time.Second
	longSilence   = 12 * time.Second
	stunFreshness = 8 * time.Second        // Firefox checks every 5 s, Chromium every 2.5 s
	returnTime    = 500 * time.Millisecond // after a failed network, STUN may return before RTP
)

// PresenceState says whether a producer still sends.
type PresenceState uint8

// Present is a producer that sends or may be silent for a while; Gone is one
// that its page closed.
const (
	Present PresenceState = iota
	Gone
)

// Presence notices that a page closed its producer, for which the protocol has
// no message, from what the wire shows. It takes the packets of one producer,
// and the STUN checks of its transport: a producer is gone only while its peer
// is there.
//
//	(a) BYE, and no RTP for 1 s
//	(b) video: no RTP and no sender report for 3.5 s
//	(c) audio: no RTP for 2 s, and a receiver report since the last sender report
//	(d) neither RTP nor sender report for 12 s
//
// A pause with zeroRtpOnPause looks the same, so the producer is present again
// when RTP returns. The zero value is present, and stays so until its first RTP.
type Presence struct {
	rtp            time.Time
	senderReport   time.Time
	receiverReport time.Time
	bye            time.Time // zero: none since RTP flows
	stun           time.Time
	alive          time.Time // the first STUN since the producer fell silent
	goneAt         time.Time // zero: present
}

// RtpReceived notes an RTP packet of the producer, on any of its SSRCs.
func (p *Presence) RtpReceived(now time.Time) {
	p.rtp = now
	// Packets that the BYE overtook do not cancel it; a stream that goes on does.
	if !p.bye.IsZero() && now.Sub(p.bye) > byeSilence {
		p.bye = time.Time{}
	}
}

// SenderReport notes a sender report about one of the producer's SSRCs.
func (p *Presence) SenderReport(now time.Time) { p.senderReport = now }

// ReceiverReport notes a receiver report sent by one of the producer's SSRCs;
// those of other producers on the transport say nothing about this one.
func (p *Presence) ReceiverReport(now time.Time) { p.receiverReport = now }

// Bye notes a BYE from one of the producer's SSRCs (RFC 3550 §6.6).
func (p *Presence) Bye(now time.Time) { p.bye = now }

// Stun notes an authenticated STUN request on the producer's transport. Times
// may come late, as when a timer hands on the newest one.
func (p *Presence) Stun(now time.Time) {
	if !now.After(p.stun) {
		return
	}
	p.stun = now
	if lastSent := p.lastSent(); now.After(lastSent) && !p.alive.After(lastSent) {
		p.alive = now
	}
}

// Check applies the rule at now. changed tells that the state differs from that
// of the last call. It is to be called from a timer, several times a second.
func (p *Presence) Check(now time.Time, video bool) (state PresenceState, changed bool) {
	if !p.goneAt.IsZero() {
		if !p.rtp.After(p.goneAt) {
			return Gone, false
		}
		p.goneAt = time.Time{}
		p.bye = time.Time{}
		return Present, true
	}
	if p.rtp.IsZero() || now.Sub(p.stun) > stunFreshness || !p.closed(now, video) {
		return Present, false
	}
	p.goneAt = now
	return Gone, true
}

// closed applies the four conditions, each with a proof that the peer was
// there after its producer fell silent (the BYE, the receiver report, or STUN):
// otherwise a network that fails for a few seconds would look like a page that
// closed everything.
func (p *Presence) closed(now time.Time, video bool) bool {
	sinceRtp := now.Sub(p.rtp)
	lastSent := p.lastSent()
	silence := now.Sub(lastSent)
	alive := p.alive.After(lastSent) && now.Sub(p.alive) >= returnTime

	switch {
	case !p.bye.IsZero() && sinceRtp >= byeSilence:
		return true
	case video && silence >= videoSilence:
		return alive
	case !video && sinceRtp >= audioSilence && p.receiverReport.After(lastSent):
		return true
	}
	return silence >= longSilence && alive
}

// lastSent returns when the newest packet came that only a sender sends.
func (p *Presence) lastSent() time.Time {
	if p.senderReport.After(p.rtp) {
		return p.senderReport
	}
	return p.rtp
}
