package sound

import "math"

const (
	// marginSamples is how much of the far end should be there beyond a portion
	// of the speaker: 3 ms. Less, and it is missing whenever the speaker asks
	// late; more, and the echo would come before its cause.
	marginSamples = 3 * RateHz / 1000
	// jumpSamples away, 5 ms, a device lost its place.
	jumpSamples = 5 * RateHz / 1000
	// Frames between looks at the clocks, 20 ms, and between notes of the way they
	// take, 1 s, of which historySize are kept.
	lookFrames, noteFrames, historySize = 2, 100, 240
	// Clocks are taken to differ when a line through at least surePoints notes
	// rises by sureSamples.
	surePoints, sureSamples = 15, 72
	// maxDrift bounds how different clocks may be.
	maxDrift = 0.001
	// settleSamples is the time in which a distance is made up for, 20 s, that is
	// more than looseSamples, 2 ms.
	settleSamples, looseSamples = 20 * RateHz, 2 * RateHz / 1000
)

// aligner reads the far end in step with one microphone: always as far behind
// what the speaker was given last as it was at the beginning, however the two
// devices hand over their sound, and with the same speed even where their clocks
// differ. The echo canceller needs that, because it learns the way from one to
// the other.
type aligner struct {
	far  *far
	near *pace

	synced              bool
	farStart, nearStart int
	frames              int     // since the beginning
	reserve             float64 // how far behind the speaker
	offset              float64 // from places of the microphone to places of the far end
	drift               float64 // how much faster the speaker's clock is
	history             []float64
}

func (a *aligner) reset() { *a = aligner{far: a.far, near: a.near, history: a.history[:0]} }

// read fills pcm with what the speaker was given to play a little before the
// microphone heard its frame that begins at place; silence if that is not
// known. anew tells that the way from one to the other may be another one.
func (a *aligner) read(pcm []int16, place uint64) (anew bool) {
	if a.frames%lookFrames == 0 {
		anew = a.look()
	}
	a.frames++
	if !a.synced {
		clear(pcm)
		return anew
	}
	a.far.read(pcm, float64(place)+a.offset, 1+a.drift)
	a.offset += a.drift * float64(len(pcm))
	return anew
}

// look compares the clocks.
func (a *aligner) look() (anew bool) {
	far, near := a.far.pace.measure(), a.near.measure()
	if a.synced && (far.starts != a.farStart || near.starts != a.nearStart) {
		a.reset()
	}
	if !far.ok || !near.ok {
		return false
	}
	lead := float64(far.lead - near.lead)
	if !a.synced {
		a.synced, a.farStart, a.nearStart = true, far.starts, near.starts
		a.reserve = float64(far.portion + marginSamples)
		a.offset = lead - a.reserve
		return true
	}
	if math.Abs(lead-a.reserve-a.offset) > jumpSamples {
		// After a gap all is heard later, but by the same way.
		a.offset, a.history = lead-a.reserve, a.history[:0]
	} else if a.frames%noteFrames == 0 {
		a.follow(lead)
	}
	return false
}

// follow takes note of a lead and sets the speed by the way it goes.
func (a *aligner) follow(lead float64) {
	if len(a.history) == historySize {
		a.history = append(a.history[:0], a.history[1:]...)
	}
	a.history = append(a.history, lead)
	rise, now := fit(a.history)
	points := float64(len(a.history))
	if points < surePoints || math.Abs(rise)*points < sureSamples {
		// One clock, or as good as that.
		a.offset, a.drift = math.Round(a.offset), 0
		return
	}
	// Making up for a distance would change the way of the echo again, so a small
	// one may stay.
	away := now - a.reserve - a.offset
	away -= min(looseSamples, max(-looseSamples, away))
	drift := rise/(noteFrames*FrameSamples) + away/settleSamples
	a.drift = min(maxDrift, max(-maxDrift, drift))
}

// fit gives the line that fits best through values at 0, 1, 2…: how it rises,
// and where it is at the last value.
func fit(values []float64) (rise, last float64) {
	middle := float64(len(values)-1) / 2
	var mean, sum, squares float64
	for i, value := range values {
		x := float64(i) - middle
		mean += value / float64(len(values))
		sum += x * value
		squares += x * x
	}
	if squares > 0 {
		rise = sum / squares
	}
	return rise, mean + rise*middle
}
