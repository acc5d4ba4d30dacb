package capture

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"takoshome/app/media"
	"takoshome/app/sound"
)

const (
	toneAmplitude      = 0.3 // of full scale
	minTone, maxTone   = 20, 20_000
	toneFrame          = 10 * time.Millisecond
	toneMayBeBehindFor = 500 * time.Millisecond
)

// tone is a microphone that hums, in real time.
type tone struct {
	hertz  int
	frames func(pcm []int16)
	stop   chan struct{}
	ended  sync.WaitGroup
	once   sync.Once
}

// parseTone reads an ID such as "tone:440".
func parseTone(id string) (hertz int, err error) {
	hertz, err = strconv.Atoi(strings.TrimPrefix(id, media.TonePrefix))
	if err != nil || hertz < minTone || hertz > maxTone {
		return 0, fmt.Errorf("%w: %.40q", ErrID, id)
	}
	return hertz, nil
}

func startTone(hertz int, frames func(pcm []int16)) *tone {
	t := &tone{hertz: hertz, frames: frames, stop: make(chan struct{})}
	t.ended.Go(t.run)
	return t
}

func (t *tone) run() {
	pcm := make([]int16, sound.FrameSamples)
	timer := time.NewTimer(toneFrame)
	defer timer.Stop()
	due := time.Now().Add(toneFrame)
	for n := 0; ; n += len(pcm) {
		select {
		case <-t.stop:
			return
		case <-timer.C:
		}
		for i := range pcm {
			pcm[i] = toneSample(t.hertz, n+i)
		}
		t.frames(pcm)
		due = due.Add(toneFrame)
		if behind := time.Since(due); behind > toneMayBeBehindFor { // the machine slept
			due = due.Add(behind)
		}
		timer.Reset(time.Until(due))
	}
}

// toneSample is exact however long the tone lasts: hertz is a whole number, so
// every second is like the first.
func toneSample(hertz, n int) int16 {
	turns := float64(hertz*(n%sound.RateHz)) / sound.RateHz
	return int16(math.Round(toneAmplitude * math.MaxInt16 * math.Sin(2*math.Pi*turns)))
}

// SetProcessing does nothing: a tone has neither echo nor noise.
func (t *tone) SetProcessing(media.Processing) {}

// Close ends the tone. frames must not call it.
func (t *tone) Close() error {
	t.once.Do(func() { close(t.stop) })
	t.ended.Wait()
	return nil
}
