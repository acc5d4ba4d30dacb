package jitter

import "math"

const (
	// minPeriod and maxPeriod bound the periods of a sound that are looked for,
	// in samples a channel: 2.5 to 15 ms, 400 to 66 Hz and multiples.
	minPeriod = SampleRate * 25 / 10000
	maxPeriod = SampleRate * 15 / 1000
	// coarse is the step of the first search.
	coarse = 4
	// alike is how much two periods must correlate for one of them to go, or to
	// come again, unheard.
	alike = 0.9
	// quiet is the mean square below which anything goes: -50 dBFS.
	quiet = 1e-5 * (1 << 30)
)

// period finds the number of samples after which the beginning of the sound
// repeats itself best, 0 if it does not.
func period(pcm []int16) int {
	frames := len(pcm) / Channels
	longest := min(maxPeriod, frames/2)
	if longest <= minPeriod {
		return 0
	}
	sound := mono(pcm)
	var energy float32
	for _, s := range sound {
		energy += s * s / 4
	}
	if energy < quiet*float32(frames) {
		return longest
	}
	best, likeness := bestLag(sound, minPeriod, longest, coarse)
	if likeness < alike-0.1 {
		return 0
	}
	best, likeness = bestLag(sound, max(minPeriod, best-coarse), min(longest, best+coarse), 1)
	if likeness < alike {
		return 0
	}
	return best
}

// bestLag tries every step-th lag and compares as much of the sound at each.
func bestLag(sound []float32, from, to, step int) (best int, likeness float64) {
	length := len(sound) - to
	likeness = -1
	for lag := from; lag <= to; lag += step {
		if c := correlate(sound[:length], sound[lag:lag+length], step); c > likeness {
			best, likeness = lag, c
		}
	}
	return best, likeness
}

// correlate is 1 for sounds that are the same but for their loudness.
func correlate(a, b []float32, step int) float64 {
	var ab, aa, bb float32
	b = b[:len(a)]
	for i := 0; i < len(a); i += step {
		ab += a[i] * b[i]
		aa += a[i] * a[i]
		bb += b[i] * b[i]
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return float64(ab) / math.Sqrt(float64(aa)*float64(bb))
}

// shorten takes one period out of the sound's beginning, in place: its first
// period fades into the second one. It returns what is left.
func shorten(pcm []int16, period int) []int16 {
	n := period * Channels
	fade(pcm[n:2*n], pcm[:n], pcm[n:2*n])
	return pcm[n:]
}

// lengthen plays the sound's first period twice: behind it, the second fades
// into the first. It appends the result to out.
func lengthen(out, pcm []int16, period int) []int16 {
	n := period * Channels
	out = append(out, pcm[:n]...)
	start := len(out)
	out = append(out, pcm[n:2*n]...)
	fade(out[start:], out[start:], pcm[:n])
	return append(out, pcm[n:]...)
}

// join goes over from one sound to another at the place where that is most like
// it, within 10 ms. It returns the result, in place of to.
func join(from, to []int16) []int16 {
	length := len(from) / Channels
	a, b := mono(from), mono(to)
	best, likeness := 0, -1.0
	for at := 0; at <= block && at+2*length <= len(b); at++ {
		if c := correlate(a, b[at:at+length], 1); c > likeness+1e-3 {
			best, likeness = at, c
		}
	}
	to = to[best*Channels:]
	n := min(len(from), len(to))
	fade(to[:n], from[:n], to[:n])
	return to
}

func mono(pcm []int16) []float32 {
	out := make([]float32, len(pcm)/Channels)
	for i := range out {
		out[i] = float32(int(pcm[2*i]) + int(pcm[2*i+1]))
	}
	return out
}

// fade writes to out what begins as from and ends as to; it may be either.
func fade(out, from, to []int16) {
	frames := len(out) / Channels
	for i := range out {
		at := i / Channels
		out[i] = int16((int(from[i])*(frames-at) + int(to[i])*at) / frames)
	}
}

// ramp multiplies the sound by what goes from one factor to another.
func ramp(pcm []int16, from, to float32) {
	if from == 1 && to == 1 {
		return
	}
	step := (to - from) / float32(len(pcm)/Channels)
	for i := range pcm {
		pcm[i] = int16(float32(pcm[i]) * (from + step*float32(i/Channels)))
	}
}
