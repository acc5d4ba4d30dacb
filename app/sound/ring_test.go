package sound

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// Every sample passes once and in order, whatever the portions are.
func TestRingKeepsOrder(t *testing.T) {
	const total = 10 * ringSamples
	r := newRing()
	var device sync.WaitGroup
	device.Go(func() {
		random := rand.New(rand.NewPCG(1, 1))
		pcm := make([]int16, 2000)
		for sent := 0; sent < total; {
			free := ringSamples - r.waiting()
			portion := pcm[:min(1+random.IntN(len(pcm)-1), free, total-sent)]
			for i := range portion {
				portion[i] = int16(sent)
				sent++
			}
			r.push(portion)
		}
	})
	frame := make([]int16, FrameSamples)
	for got := 0; got+len(frame) <= total; {
		if !r.pop(frame) {
			<-r.ready
			continue
		}
		for _, sample := range frame {
			if sample != int16(got) {
				t.Fatalf("sample %d is %d", got, sample)
			}
			got++
		}
	}
	device.Wait()
}

func TestRingIsBounded(t *testing.T) {
	r := newRing()
	pcm := make([]int16, ringSamples/2+1)
	r.push(pcm)
	r.push(pcm)
	if got := r.waiting(); got != ringSamples {
		t.Errorf("%d samples wait in a ring of %d", got, ringSamples)
	}
	r.skip(FrameSamples)
	if got := r.waiting(); got != FrameSamples {
		t.Errorf("%d samples are left", got)
	}
	if !r.pop(make([]int16, FrameSamples)) || r.pop(make([]int16, 1)) {
		t.Error("what is left is not one frame")
	}
}

func TestRingDoesNotAllocate(t *testing.T) {
	r := newRing()
	pcm := make([]int16, FrameSamples)
	if n := testing.AllocsPerRun(1000, func() { r.push(pcm); r.pop(pcm) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
