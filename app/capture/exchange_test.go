package capture

import (
	"sync"
	"testing"
	"time"

	"takoshome/app/media/yuv"
)

// However the two sides meet, every picture taken is newer than the last.
func TestExchange(t *testing.T) {
	const pictures = 5000
	x := newExchange()
	var putting sync.WaitGroup
	putting.Go(func() {
		p := yuv.New(2, 2)
		for n := range pictures {
			x.put(p, noon.Add(time.Duration(n)))
		}
	})
	last := time.Time{}
	for last != noon.Add(pictures-1) {
		<-x.fresh
		p, ok := x.take()
		if !ok {
			continue // it was taken with an earlier sign
		}
		if p.frame == nil || !p.taken.After(last) {
			t.Fatalf("a picture of %v after one of %v", p.taken, last)
		}
		last = p.taken
	}
	putting.Wait()
	if _, ok := x.take(); ok {
		t.Error("a picture came twice")
	}
}
