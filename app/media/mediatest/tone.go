package mediatest

import "math"

// RateHz is the sampling rate of all sounds here.
const RateHz = 48000

// Tone makes a tone of one channel; amplitude is of full scale.
func Tone(hertz float64, samples int, amplitude float64) []int16 {
	pcm := make([]int16, samples)
	for i := range pcm {
		pcm[i] = int16(math.Round(math.MaxInt16 * amplitude * math.Sin(2*math.Pi*hertz*float64(i)/RateHz)))
	}
	return pcm
}

// Left gives the first of interleaved channels.
func Left(pcm []int16, channels int) []int16 {
	one := make([]int16, 0, len(pcm)/channels)
	for i := 0; i+channels <= len(pcm); i += channels {
		one = append(one, pcm[i])
	}
	return one
}

// Measured is what a recording of a tone is like.
type Measured struct {
	Hertz   float64 // the mean
	Periods int
	// Odd counts periods that are longer or shorter than they should be by more
	// than a twelfth, or a sample's worth of rounding.
	Odd int
}

// Measure measures a tone of about that frequency by its periods, from one
// rising zero crossing to the next.
func Measure(pcm []int16, hertz float64) Measured {
	want := RateHz / hertz
	tolerance := max(1, .08*want)
	var m Measured
	first, last := -1.0, -1.0
	for i := 1; i < len(pcm); i++ {
		if pcm[i-1] >= 0 || pcm[i] < 0 {
			continue
		}
		at := float64(i-1) + float64(pcm[i-1])/(float64(pcm[i-1])-float64(pcm[i]))
		if last >= 0 {
			m.Periods++
			if math.Abs(at-last-want) > tolerance {
				m.Odd++
			}
		} else {
			first = at
		}
		last = at
	}
	if m.Periods > 0 {
		m.Hertz = RateHz * float64(m.Periods) / (last - first)
	}
	return m
}

// LongestGapMs is the longest silence: no 5 ms louder than a hundredth.
func LongestGapMs(pcm []int16) int {
	const step = RateHz * 5 / 1000
	longest, current := 0, 0
	for ; len(pcm) >= step; pcm = pcm[step:] {
		current += 5
		if RMS(pcm[:step]) >= .01 {
			current = 0
		}
		longest = max(longest, current)
	}
	return longest
}

// RMS is the root mean square as a part of full scale.
func RMS(pcm []int16) float64 {
	if len(pcm) == 0 {
		return 0
	}
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum/float64(len(pcm))) / 32768
}

// Trim leaves out the silence at both ends.
func Trim(pcm []int16) []int16 {
	const quiet = 300
	for len(pcm) > 0 && distance16(pcm[0]) < quiet {
		pcm = pcm[1:]
	}
	for len(pcm) > 0 && distance16(pcm[len(pcm)-1]) < quiet {
		pcm = pcm[:len(pcm)-1]
	}
	return pcm
}

func distance16(s int16) int { return max(int(s), -int(s)) }
