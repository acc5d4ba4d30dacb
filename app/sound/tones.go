package sound

import (
	"math"
	"time"
)

// note is one stroke of a soft bell.
type note struct {
	at time.Duration
	hz float64
}

const (
	ringPeriod = 2600 * time.Millisecond
	callPeriod = 4 * time.Second
	// What is heard at most, of full scale: a ring for the next room, and a tone
	// for an ear at the speaker.
	ringLevel = 0.30
	callLevel = 0.10
	// A stroke rises this fast and has sunk to a third after that long.
	strokeRise = 6 * time.Millisecond
	strokeFall = 280 * time.Millisecond
)

// ringTone is one period of the sound of a call that comes in: five soft strokes
// and a pause.
func ringTone() []int16 {
	return strokes(ringPeriod, ringLevel, []note{
		{0, 587.33},
		{200 * time.Millisecond, 739.99},
		{400 * time.Millisecond, 880},
		{700 * time.Millisecond, 739.99},
		{900 * time.Millisecond, 880},
	})
}

// callTone is one period of the sound of a call that rings elsewhere: two low
// strokes and a long pause.
func callTone() []int16 {
	return strokes(callPeriod, callLevel, []note{{0, 392}, {350 * time.Millisecond, 392}})
}

// strokes makes one channel of a period, which ends in silence: it can follow
// itself. The loudest sample has level, of full scale.
func strokes(period time.Duration, level float64, notes []note) []int16 {
	mix := make([]float64, samplesIn(period))
	for _, n := range notes {
		stroke(mix[samplesIn(n.at):], n.hz)
	}
	fade := samplesIn(50 * time.Millisecond)
	top := 0.0
	for i := range mix {
		if left := len(mix) - i; left < fade {
			mix[i] *= float64(left-1) / float64(fade)
		}
		top = max(top, math.Abs(mix[i]))
	}
	pcm := make([]int16, len(mix))
	for i := range mix {
		pcm[i] = int16(mix[i] / top * level * math.MaxInt16)
	}
	return pcm
}

// stroke adds a tone with two soft overtones that dies away.
func stroke(to []float64, hz float64) {
	rise := float64(samplesIn(strokeRise))
	fall := float64(samplesIn(strokeFall))
	for i := range to {
		t := float64(i)
		phase := 2 * math.Pi * hz * t / RateHz
		envelope := min(t/rise, 1) * math.Exp(-t/fall)
		to[i] += envelope * (math.Sin(phase) + 0.22*math.Sin(2*phase) + 0.06*math.Sin(3*phase))
	}
}

func samplesIn(d time.Duration) int { return int(d * RateHz / time.Second) }
