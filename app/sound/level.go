package sound

import "math"

const (
	// RateHz is the sampling rate of everything.
	RateHz = 48000
	// FrameSamples is how many samples a frame of 10 ms has in each channel.
	FrameSamples = RateHz / 100

	fullScale = 32768
	// floorDb is what counts as silence.
	floorDb = -60
)

// Level is the loudness of pcm, from 0 for -60 dBFS and less to 1 for full
// scale, by its root mean square.
func Level(pcm []int16) float64 {
	db := decibels(pcm)
	return min(1, max(0, 1-db/floorDb))
}

// decibels is the root mean square of pcm relative to full scale, at least
// -120.
func decibels(pcm []int16) float64 {
	if len(pcm) == 0 {
		return 2 * floorDb
	}
	sum := 0.0
	for _, sample := range pcm {
		sum += float64(sample) * float64(sample)
	}
	rms := math.Sqrt(sum/float64(len(pcm))) / fullScale
	return max(2*floorDb, 20*math.Log10(rms))
}
