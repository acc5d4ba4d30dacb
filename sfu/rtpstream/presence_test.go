package rtpstream

import (
	"math"
	"testing"
)

// wire is what a page's producer and its transport show, as packet times; it
// follows the patterns seen in Chromium and Firefox.
type wire struct {
	video    bool
	rtp      []phase
	sr       []phase
	rr       []phase
	stun     []phase
	bye      float64 // 0: none
	endMs    float64
	goneMs   float64 // when Check must say Gone at the latest; 0: never
	notYetMs float64 // when Check must not say it yet
	backMs   float64 // when RTP returns; 0: never
}

// phase is packets sent at an interval from one time until before another.
type phase struct{ fromMs, toMs, everyMs float64 }

const forever = 120_000

func (p phase) has(ms float64) bool {
	return ms >= p.fromMs && ms < p.toMs && math.Mod(ms-p.fromMs, p.everyMs) == 0
}

func anyPhase(phases []phase, ms float64) bool {
	for _, p := range phases {
		if p.has(ms) {
			return true
		}
	}
	return false
}

// play runs the wire in steps of 1 ms, with Check every 250 ms, and returns
// when the state changed.
func (w wire) play() (changes []float64) {
	var p Presence
	for ms := 0.0; ms < w.endMs; ms++ {
		now := instant(ms)
		if anyPhase(w.rtp, ms) {
			p.RtpReceived(now)
		}
		if anyPhase(w.sr, ms) {
			p.SenderReport(now)
		}
		if anyPhase(w.rr, ms) {
			p.ReceiverReport(now)
		}
		if anyPhase(w.stun, ms) {
			p.Stun(now)
		}
		if w.bye != 0 && ms == w.bye {
			p.Bye(now)
		}
		if math.Mod(ms, 250) != 249 {
			continue
		}
		if _, changed := p.Check(now, w.video); changed {
			changes = append(changes, ms)
		}
	}
	return changes
}

// chromium and firefox are STUN checks of a transport that stays.
func chromium(offset float64) []phase { return []phase{{offset, forever, 2500}} }
func firefox(offset float64) []phase  { return []phase{{offset, forever, 5000}} }

func TestPresence(t *testing.T) {
	const (
		at    = 10_000. // when the page acts
		until = 60_000
	)
	audio := func(to float64) []phase { return []phase{{0, to, 20}} }
	video := func(to float64) []phase { return []phase{{0, to, 5}} }
	tests := []struct {
		name string
		wire wire
	}{
		// producer.close()
		{"Chromium closes video", wire{
			video: true, rtp: video(at), sr: []phase{{500, at, 1000}}, rr: []phase{{at + 400, forever, 1000}},
			stun: chromium(2400), goneMs: at + 3500, notYetMs: at + 3400,
		}},
		{"Chromium closes audio", wire{
			rtp: audio(at), sr: []phase{{500, at, 5000}}, rr: []phase{{at + 1500, forever, 5000}},
			stun: chromium(2400), goneMs: at + 2000, notYetMs: at + 1900,
		}},
		{"Chromium closes audio, the receiver report comes late", wire{
			rtp: audio(at), sr: []phase{{500, at, 5000}}, rr: []phase{{at + 7000, forever, 5000}},
			stun: chromium(2400), goneMs: at + 7000, notYetMs: at + 6900,
		}},
		{"Chromium closes audio, no receiver report", wire{
			rtp: audio(at), sr: []phase{{500, at, 5000}}, stun: chromium(2400), goneMs: at + 12_000, notYetMs: at + 11_900,
		}},
		{"Firefox closes video", wire{
			video: true, rtp: video(at), sr: []phase{{500, at, 1000}}, stun: firefox(4900),
			bye: at + 10, goneMs: at + 1000, notYetMs: at + 900,
		}},
		{"Firefox closes audio", wire{
			rtp: audio(at), sr: []phase{{500, at, 5000}}, stun: firefox(4900),
			bye: at + 10, goneMs: at + 1000, notYetMs: at + 900,
		}},
		{"Firefox closes video, the BYE is lost", wire{
			video: true, rtp: video(at), sr: []phase{{500, at, 1000}}, stun: firefox(4900), goneMs: at + 5400, notYetMs: at + 4900,
		}},
		{"packets that the BYE overtook", wire{
			rtp: audio(at), stun: firefox(4900), bye: at - 35, goneMs: at + 1000, notYetMs: at + 900,
		}},
		// pause with zeroRtpOnPause, and resume
		{"Chromium pauses video for 20 s", wire{
			video: true, rtp: []phase{{0, at, 5}, {at + 20_000, forever, 5}}, sr: []phase{{500, at, 1000}, {at + 20_500, forever, 1000}},
			rr: []phase{{at + 400, at + 20_000, 1000}}, stun: chromium(2400), goneMs: at + 3500, backMs: at + 20_000,
		}},
		{"Firefox pauses audio for 20 s", wire{
			rtp: []phase{{0, at, 20}, {at + 20_000, forever, 20}}, sr: []phase{{500, at, 5000}, {at + 20_500, forever, 5000}},
			stun: firefox(4900), bye: at + 10, goneMs: at + 1000, backMs: at + 20_000,
		}},
		{"a pause too short to notice", wire{
			rtp: []phase{{0, at, 20}, {at + 800, forever, 20}}, sr: []phase{{500, forever, 5000}}, stun: firefox(4900), bye: at + 10,
		}},
		// track.enabled = false for 14 s
		{"Chromium mutes audio", wire{rtp: audio(forever), sr: []phase{{500, forever, 5000}}, stun: chromium(2400)}},
		{"Chromium mutes video", wire{
			video: true, rtp: []phase{{0, at, 5}, {at, at + 14_000, 50}, {at + 14_000, forever, 5}},
			sr: []phase{{500, forever, 1000}}, stun: chromium(2400),
		}},
		{"Firefox mutes video", wire{
			video: true, rtp: []phase{{0, at, 5}, {at, at + 14_000, 1000}, {at + 14_000, forever, 5}},
			sr: []phase{{500, forever, 1000}}, stun: firefox(4900),
		}},
		{"silence with DTX", wire{
			rtp: []phase{{0, at, 20}, {at, at + 14_000, 400}, {at + 14_000, forever, 20}},
			sr:  []phase{{500, forever, 5000}}, stun: chromium(2400),
		}},
		// replaceTrack(null) for 16 s
		{"Chromium takes the video track away", wire{
			video: true, rtp: []phase{{0, at, 5}, {at + 16_000, forever, 5}}, sr: []phase{{500, forever, 1000}},
			stun: chromium(2400),
		}},
		{"Chromium takes the audio track away", wire{
			rtp: []phase{{0, at, 20}, {at + 16_000, forever, 20}}, sr: []phase{{500, forever, 7500}}, stun: chromium(2400),
		}},
		{"Firefox takes the video track away", wire{
			video: true, rtp: []phase{{0, at, 5}, {at, at + 16_000, 1000}, {at + 16_000, forever, 5}},
			sr: []phase{{500, forever, 1000}}, stun: firefox(4900),
		}},
		{"Firefox takes the audio track away", wire{
			rtp: []phase{{0, at, 20}, {at + 16_000, forever, 20}}, sr: []phase{{500, forever, 5000}}, stun: firefox(4900),
		}},
		// not the page's doing
		{"the network fails for 7 s", wire{
			video: true, rtp: []phase{{0, at, 5}, {at + 7000, forever, 5}}, sr: []phase{{500, at, 1000}, {at + 7500, forever, 1000}},
			stun: []phase{{2400, at, 2500}, {at + 7000, forever, 2500}},
		}},
		{"the network fails for 7 s, audio", wire{
			rtp: []phase{{0, at, 20}, {at + 7000, forever, 20}}, sr: []phase{{500, at, 5000}},
			rr: []phase{{at - 1000, at, 5000}}, stun: []phase{{2400, at, 2500}, {at + 7000, forever, 2500}},
		}},
		{"the network fails for 7 s, STUN is back first", wire{
			video: true, rtp: []phase{{0, at, 5}, {at + 7000, forever, 5}}, sr: []phase{{500, at, 1000}, {at + 7500, forever, 1000}},
			stun: []phase{{2400, at, 2500}, {at + 6600, forever, 2500}},
		}},
		{"the peer is gone: its transport ends it, not this rule", wire{
			video: true, rtp: video(at), sr: []phase{{500, at, 1000}}, stun: []phase{{2400, at, 2500}},
		}},
		{"a BYE after which nothing tells that the peer is there", wire{
			rtp: audio(at), stun: []phase{{2400, at - 7500, 2500}}, bye: at + 500,
		}},
		{"nothing sent yet", wire{
			video: true, sr: []phase{{500, 700, 1000}}, rr: []phase{{500, forever, 1000}}, stun: chromium(2400), bye: at,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.wire
			w.endMs = until
			changes := w.play()
			var want int
			if w.goneMs > 0 {
				want++
			}
			if w.backMs > 0 {
				want++
			}
			if len(changes) != want {
				t.Fatalf("state changed at %v ms, want %d changes", changes, want)
			}
			if want > 0 && (changes[0] < w.notYetMs || changes[0] > w.goneMs+250) {
				t.Errorf("gone at %v ms, want from %v to %v", changes[0], w.notYetMs, w.goneMs+250)
			}
			if want > 1 && (changes[1] < w.backMs || changes[1] > w.backMs+250) {
				t.Errorf("back at %v ms, want from %v to %v", changes[1], w.backMs, w.backMs+250)
			}
		})
	}
}

// TestPresenceStunOffsets closes with every position of the STUN checks and of
// the sender reports against the moment of closing.
func TestPresenceStunOffsets(t *testing.T) {
	for offset := 0.0; offset < 2500; offset += 100 {
		w := wire{
			video: true, rtp: []phase{{0, 10_000, 5}}, sr: []phase{{offset / 3, 10_000, 1000}},
			stun: chromium(offset), endMs: 20_000,
		}
		changes := w.play()
		if len(changes) != 1 || changes[0] < 13_000 || changes[0] > 13_750 {
			t.Errorf("STUN at %v ms: changed at %v, want once, 3.5 s after the last packet", offset, changes)
		}
	}
}

func TestPresenceState(t *testing.T) {
	var p Presence
	check := func(ms float64, want PresenceState, wantChanged bool) {
		t.Helper()
		if got, changed := p.Check(instant(ms), false); got != want || changed != wantChanged {
			t.Errorf("at %v ms: %v, changed %v, want %v, %v", ms, got, changed, want, wantChanged)
		}
	}
	check(0, Present, false)
	p.RtpReceived(instant(0))
	p.Stun(instant(100))
	p.Stun(instant(50)) // handed on late
	p.Bye(instant(200))
	check(999, Present, false)
	check(1000, Gone, true)
	check(1001, Gone, false)
	p.SenderReport(instant(1100))
	p.Stun(instant(1100))
	check(1200, Gone, false) // only RTP revives
	p.RtpReceived(instant(1300))
	check(1301, Present, true)
	check(2400, Present, false) // the old BYE does not count any more
	p.Bye(instant(2500))
	check(2500, Gone, true) // silent for over a second already
}

func TestPresenceAllocs(t *testing.T) {
	var p Presence
	ms := 0.0
	wantNoAllocs(t, func() {
		ms += 20
		p.RtpReceived(instant(ms))
		p.Stun(instant(ms))
		p.Check(instant(ms), true)
	})
}
