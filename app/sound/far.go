package sound

import (
	"math"
	"sync"
	"time"
)

const (
	// farSamples is how much of what the speaker played is kept: 1.4 s.
	farSamples = 1 << 16
	// longestGap is how much silence is taken for the speaker's: 0.3 s.
	longestGap = 3 * RateHz / 10
	// fullShare is how fast the measure of a full buffer follows the clock.
	fullShare = 1.0 / 16
)

// far is what the speaker plays, the far end of the call, as one channel. The
// speaker's thread writes it and every microphone's goroutine reads.
//
// It goes by the speaker's time: where the speaker's buffer ran dry, silence
// stands in it as it was heard.
type far struct {
	epoch time.Time
	pace  pace

	// mu protects the fields below; it is held to copy a frame.
	mu      sync.Mutex
	samples [farSamples]int16
	written uint64
	source  *pump // whose sound it is

	known   bool
	full    float64 // the lead of the speaker when its buffer is full
	low     bool    // it was not, after the last portion
	lowLead float64
	last    time.Time // of the last portion, which began at
	begin   uint64
	gaps    int // how often the buffer ran dry
}

func newFar(now time.Time) *far { return &far{epoch: now, pace: pace{epoch: now}} }

// follow takes the sound of another pump from now on.
func (f *far) follow(source *pump) {
	f.mu.Lock()
	f.source = source
	f.mu.Unlock()
	f.restart()
}

// restart says that the speaker has gone.
func (f *far) restart() {
	f.mu.Lock()
	f.known, f.low = false, false
	f.mu.Unlock()
	f.pace.restart()
}

// follows tells whether it takes the sound of a pump.
func (f *far) follows(source *pump) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.source == source
}

// write adds two channels in turn.
func (f *far) write(now time.Time, stereo []int16) {
	f.mu.Lock()
	begin := f.written
	for i := 0; i+1 < len(stereo); i += 2 {
		f.samples[f.written%farSamples] = int16((int(stereo[i]) + int(stereo[i+1])) / 2)
		f.written++
	}
	f.mind(now, begin)
	written := f.written
	f.mu.Unlock()
	f.pace.note(now, written, len(stereo)/2)
}

// mind looks for gaps. A portion fills the buffer up, however late it comes; if
// it is not full by the measure of before, it ran dry. Of several portions at
// once only the last fills it. Call with mu held.
func (f *far) mind(now time.Time, begin uint64) {
	lead := float64(f.written) - now.Sub(f.epoch).Seconds()*RateHz
	apart := now.Sub(f.last).Seconds()*RateHz > float64(f.written-begin)/2
	switch {
	case !f.known || lead > f.full+gapSamples:
		f.known, f.full, f.low = true, lead, false
	case lead > f.full-gapSamples:
		f.full += (lead - f.full) * fullShare
		f.low = false
	case f.low && apart:
		f.insert(int(f.full - max(lead, f.lowLead)))
		f.low = false
	default:
		f.low, f.lowLead = true, lead
	}
	f.last, f.begin = now, begin
}

// insert puts silence before the last portion but one. Call with mu held.
func (f *far) insert(silence int) {
	f.gaps++
	if silence <= 0 || silence > longestGap || f.written-f.begin > longestGap {
		f.known = false
		return
	}
	for from := f.written; from > f.begin; from-- {
		f.samples[(from-1+uint64(silence))%farSamples] = f.samples[(from-1)%farSamples]
	}
	for i := range uint64(silence) {
		f.samples[(f.begin+i)%farSamples] = 0
	}
	f.written += uint64(silence)
}

// ranDry is how often the speaker's buffer did.
func (f *far) ranDry() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gaps
}

// read fills pcm with what was written from a place on, with so many samples
// written for each one read; what is not there is silence.
func (f *far) read(pcm []int16, from, each float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	// Four samples make one, but for places between none.
	oldest, newest := float64(f.written)-farSamples+1, float64(f.written)-3
	for i := range pcm {
		at := from + float64(i)*each
		if at < max(1, oldest) || at > newest {
			pcm[i] = 0
			continue
		}
		pcm[i] = f.between(at)
	}
}

// between interpolates (a cubic Hermite spline). Call with mu held.
func (f *far) between(at float64) int16 {
	whole, part := math.Modf(at)
	place := uint64(whole)
	b := float64(f.samples[place%farSamples])
	if part == 0 {
		return int16(b)
	}
	a, c, d := float64(f.samples[(place-1)%farSamples]), float64(f.samples[(place+1)%farSamples]), float64(f.samples[(place+2)%farSamples])
	bend := a - 2.5*b + 2*c - 0.5*d
	twist := 0.5*(d-a) + 1.5*(b-c)
	sample := b + part*(0.5*(c-a)+part*(bend+part*twist))
	return int16(math.Round(min(math.MaxInt16, max(math.MinInt16, sample))))
}
