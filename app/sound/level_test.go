package sound

import (
	"math"
	"testing"
)

func TestLevel(t *testing.T) {
	square := func(amplitude int16) []int16 {
		pcm := make([]int16, FrameSamples)
		for i := range pcm {
			pcm[i] = amplitude
			if i%2 == 1 {
				pcm[i] = -amplitude
			}
		}
		return pcm
	}
	tests := map[string]struct {
		pcm  []int16
		want float64
	}{
		"nothing":       {nil, 0},
		"silence":       {make([]int16, FrameSamples), 0},
		"below -60 dB":  {square(20), 0},
		"-60 dB":        {square(33), 0},
		"-30 dB":        {square(1036), 0.5},
		"-20 dB":        {square(3277), 2.0 / 3},
		"full scale":    {square(math.MaxInt16), 1},
		"beyond a half": {square(math.MinInt16), 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Level(test.pcm); math.Abs(got-test.want) > 0.002 {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
