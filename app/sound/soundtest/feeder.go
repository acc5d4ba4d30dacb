package soundtest

import (
	"encoding/binary"
	"math"
	"os"
	"sync"
	"time"
)

const (
	feedEvery   = 10 * time.Millisecond
	feedSamples = rateHz / 100
	// pipeBytes is how much may wait in the pipe of a microphone that nobody
	// listens to: one page, 43 ms.
	pipeBytes = 4096
)

// feeder writes sound into the pipe of a virtual microphone, in real time, but
// waits while nobody listens.
type feeder struct {
	pipe *os.File
	stop chan struct{}
	done chan struct{}
	once sync.Once

	// mu protects fill.
	mu   sync.Mutex
	fill func([]int16)
}

func startFeeder(path string) (*feeder, error) {
	pipe, err := openPipe(path, pipeBytes)
	if err != nil {
		return nil, err
	}
	f := &feeder{pipe: pipe, stop: make(chan struct{}), done: make(chan struct{})}
	go f.run()
	return f, nil
}

func (f *feeder) set(fill func([]int16)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fill = fill
}

func (f *feeder) close() {
	f.once.Do(func() {
		close(f.stop)
		_ = f.pipe.Close()
		<-f.done
	})
}

// run writes 10 ms every 10 ms. Having been late or made to wait it goes on
// from there, and does not hurry.
func (f *feeder) run() {
	defer close(f.done)
	ticker := time.NewTicker(feedEvery)
	defer ticker.Stop()
	pcm, raw := make([]int16, feedSamples), make([]byte, 0, 2*feedSamples)
	for {
		select {
		case <-f.stop:
			return
		case <-ticker.C:
		}
		f.next(pcm)
		raw = raw[:0]
		for _, sample := range pcm {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(sample))
		}
		if _, err := f.pipe.Write(raw); err != nil {
			return
		}
	}
}

func (f *feeder) next(pcm []int16) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(pcm)
	if f.fill != nil {
		f.fill(pcm)
	}
}

// Tone hums at a frequency, with peaks at amplitude, for Feed.
func Tone(hz, amplitude float64) func(pcm []int16) {
	phase := 0.0
	return func(pcm []int16) {
		for i := range pcm {
			pcm[i] = int16(math.Round(amplitude * math.Sin(phase)))
			phase = math.Mod(phase+2*math.Pi*hz/rateHz, 2*math.Pi)
		}
	}
}
