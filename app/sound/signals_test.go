package sound

import (
	"math"
	"math/rand/v2"
)

// voice speaks: syllables of a changing pitch with formants, between pauses, at
// about -20 dBFS while it speaks.
func voice(seed uint64, samples int) []float64 {
	random := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, 0, samples)
	phase := 0.0
	for len(out) < samples {
		length := int((0.12 + 0.2*random.Float64()) * RateHz)
		pitch, bend := 100+80*random.Float64(), 40*(random.Float64()-0.5)
		formants := [3]float64{300 + 500*random.Float64(), 900 + 1300*random.Float64(), 2400 + 900*random.Float64()}
		var weights []float64
		for hz := pitch; hz < 4000; hz += pitch {
			weight := 0.02
			for _, formant := range formants {
				away := (hz - formant) / 150
				weight += math.Exp(-away * away)
			}
			weights = append(weights, weight)
		}
		hiss := 0.1 * random.Float64()
		for i := range length {
			at := float64(i) / float64(length)
			phase = math.Mod(phase+2*math.Pi*(pitch+bend*at)/RateHz, 2*math.Pi)
			sample := hiss * (2*random.Float64() - 1)
			harmonic, before, twice := math.Sin(phase), 0.0, 2*math.Cos(phase)
			for _, weight := range weights {
				sample += weight * harmonic
				harmonic, before = twice*harmonic-before, harmonic
			}
			out = append(out, 0.12*sample*math.Sin(math.Pi*at))
		}
		for range int(0.15 * random.Float64() * RateHz) {
			out = append(out, 0)
		}
		if random.IntN(6) == 0 { // a breath
			for range int(0.4 * RateHz) {
				out = append(out, 0)
			}
		}
	}
	return out[:samples]
}

// noise is steady: white, a little darker, at a loudness in dBFS.
func noise(seed uint64, samples int, dbfs float64) []float64 {
	random := rand.New(rand.NewPCG(seed, 2))
	out := make([]float64, samples)
	last := 0.0
	for i := range out {
		last = 0.7*last + 0.3*random.NormFloat64()
		out[i] = last
	}
	return loud(out, dbfs)
}

// loud brings a signal to a loudness.
func loud(signal []float64, dbfs float64) []float64 {
	factor := math.Pow(10, (dbfs-loudness(signal))/20)
	out := make([]float64, len(signal))
	for i, sample := range signal {
		out[i] = factor * sample
	}
	return out
}

// loudness is the root mean square in dBFS.
func loudness(signal []float64) float64 {
	sum := 0.0
	for _, sample := range signal {
		sum += sample * sample
	}
	return 10 * math.Log10(sum/float64(len(signal))+1e-12)
}

// room is what a microphone hears of a loudspeaker: late, with echoes of echoes
// for 80 ms, and quieter.
func room(seed uint64, played []float64, delaySamples int) []float64 {
	random := rand.New(rand.NewPCG(seed, 3))
	type path struct {
		delay  int
		weight float64
	}
	paths := []path{{delaySamples, 0.5}}
	for range 60 {
		late := random.Float64() * 0.08
		paths = append(paths, path{
			delaySamples + int(late*RateHz),
			0.25 * math.Exp(-late/0.02) * (2*random.Float64() - 1),
		})
	}
	out := make([]float64, len(played))
	for _, p := range paths {
		for i := p.delay; i < len(out); i++ {
			out[i] += p.weight * played[i-p.delay]
		}
	}
	return out
}

func add(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}

func toPCM(signal []float64) []int16 {
	out := make([]int16, len(signal))
	for i, sample := range signal {
		out[i] = int16(math.Round(math.Min(1, math.Max(-1, sample)) * (fullScale - 1)))
	}
	return out
}

func fromPCM(pcm []int16) []float64 {
	out := make([]float64, len(pcm))
	for i, sample := range pcm {
		out[i] = float64(sample) / (fullScale - 1)
	}
	return out
}
