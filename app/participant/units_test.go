package participant

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/media"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAllocate(t *testing.T) {
	t.Parallel()
	audio := func() *claim { return &claim{layers: []media.Layer{{MaxBps: audioBps}}} }
	camera := func() *claim { return &claim{isVideo: true, layers: threeLayers()} }
	screen := func() *claim {
		return &claim{isVideo: true, isScreen: true, layers: []media.Layer{{MaxBps: 2_500_000}}}
	}
	for name, test := range map[string]struct {
		bps    int
		claims []*claim
		want   [][]int
	}{
		"nothing at all":        {0, []*claim{audio(), camera()}, [][]int{{64_000}, {0, 0, 0}}},
		"sound alone":           {100_000, []*claim{audio(), camera()}, [][]int{{64_000}, {0, 0, 0}}},
		"a small picture":       {164_000, []*claim{audio(), camera()}, [][]int{{64_000}, {100_000, 0, 0}}},
		"two layers":            {600_000, []*claim{audio(), camera()}, [][]int{{64_000}, {150_000, 386_000, 0}}},
		"a layer too few":       {350_000, []*claim{audio(), camera()}, [][]int{{64_000}, {150_000, 0, 0}}},
		"everything":            {9_000_000, []*claim{audio(), camera()}, [][]int{{64_000}, {150_000, 500_000, 1_500_000}}},
		"screen beside camera":  {1_064_000, []*claim{audio(), camera(), screen()}, [][]int{{64_000}, {150_000, 250_000, 0}, {600_000}}},
		"what one leaves over":  {5_064_000, []*claim{audio(), camera(), screen()}, [][]int{{64_000}, {150_000, 500_000, 1_500_000}, {2_500_000}}},
		"screen alone":          {1_000_000, []*claim{screen()}, [][]int{{1_000_000}}},
		"two cameras share":     {600_000, []*claim{camera(), camera()}, [][]int{{150_000, 0, 0}, {150_000, 300_000, 0}}},
		"less than the sound's": {10_000, []*claim{audio()}, [][]int{{64_000}}},
	} {
		allocate(test.bps, test.claims)
		for i, c := range test.claims {
			if !slices.Equal(c.given, test.want[i]) {
				t.Errorf("%s: claim %d gets %v, want %v", name, i, c.given, test.want[i])
			}
		}
	}
}

// A layer that is there stays with a little less than it needs to come.
func TestAllocateKeepsLayers(t *testing.T) {
	t.Parallel()
	c := &claim{isVideo: true, layers: threeLayers()}
	for _, test := range []struct{ bps, layers int }{
		{390_000, 1}, {400_000, 2}, {360_000, 2}, {340_000, 1}, {390_000, 1}, {1_400_000, 3}, {1_300_000, 3}, {1_200_000, 2},
	} {
		allocate(test.bps, []*claim{c})
		if got := len(c.given) - slices.Index(append(slices.Clone(c.given), 0), 0); len(c.given)-got != test.layers {
			t.Errorf("at %d: %v, want %d layers", test.bps, c.given, test.layers)
		}
	}
}

func TestIsWorthTelling(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		before, now int
		want        bool
	}{
		{100_000, 100_000, false},
		{100_000, 104_000, false},
		{100_000, 106_000, true},
		{100_000, 94_000, true},
		{0, 1, true},
		{1, 0, true},
		{0, 0, false},
	} {
		if got := isWorthTelling(test.before, test.now); got != test.want {
			t.Errorf("%d to %d: %v", test.before, test.now, got)
		}
	}
}

func TestLossMeter(t *testing.T) {
	t.Parallel()
	var m lossMeter
	if e, r := m.counts(noon); e != 0 || r != 0 {
		t.Errorf("before the first packet: %d of %d", r, e)
	}
	sequence := uint16(65500)
	for i := range 100 {
		sequence++
		if i%10 != 5 {
			m.count(noon.Add(time.Duration(i)*10*time.Millisecond), sequence)
		}
	}
	e, r := m.counts(noon.Add(time.Second))
	if e != 100 || r != 90 || lossOf(e, r) != 0.1 {
		t.Errorf("%d of %d came", r, e)
	}
	m.count(noon.Add(time.Second), sequence-4) // late, or twice
	m.count(noon.Add(time.Second), sequence+20_000)
	if e, r := m.counts(noon.Add(time.Second)); e != 101 || r != 92 {
		t.Errorf("after a jump: %d of %d", r, e)
	}
	if e, _ := m.counts(noon.Add(time.Minute)); e != 0 {
		t.Errorf("a minute later: %d", e)
	}
	if lossOf(10, 20) != 0 || lossOf(0, 0) != 0 {
		t.Error("loss is not between 0 and 1")
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		throttle := newThrottle(time.Second, func() { count.Add(1) })
		for range 5 {
			throttle.ask(time.Now())
		}
		if count.Load() != 1 {
			t.Errorf("at once: %d", count.Load())
		}
		time.Sleep(2 * time.Second) // in synctest's time
		synctest.Wait()
		if count.Load() != 2 {
			t.Errorf("after a while: %d, want the late one too", count.Load())
		}
		throttle.ask(time.Now())
		throttle.ask(time.Now())
		throttle.stop()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		throttle.ask(time.Now())
		if count.Load() != 3 {
			t.Errorf("after the end: %d", count.Load())
		}
	})
}

func TestEstimator(t *testing.T) {
	t.Parallel()
	var e estimator
	if got := e.bps(noon); got != startBps {
		t.Errorf("nothing known: %d", got)
	}
	e.remb(noon, 300_000)
	if got := e.bps(noon.Add(time.Second)); got != 300_000 {
		t.Errorf("with REMB: %d", got)
	}
	now := noon.Add(time.Minute) // the REMB is too old
	for range 10 {
		now = now.Add(time.Second)
		e.report(now, 1, 0.3)
	}
	low := e.bps(now)
	if low > startBps/3 || low < leastBps || e.loss(now) != 0.3 {
		t.Errorf("after 10 s with 30%% loss: %d, loss %g", low, e.loss(now))
	}
	for range 10 {
		now = now.Add(time.Second)
		e.report(now, 1, 0)
	}
	if got := e.bps(now); got < 3*low/2 {
		t.Errorf("after 10 s without loss: %d, was %d", got, low)
	}
	if e.loss(now.Add(time.Minute)) != 0 {
		t.Error("old reports count")
	}
	for ssrc := range uint32(10_000) {
		e.report(now, ssrc, 1)
	}
	if len(e.losses) > maxReported {
		t.Errorf("%d streams are remembered", len(e.losses))
	}
}

func TestEventQueueEnds(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var last Event
	q := newEventQueue(func(e Event) {
		<-release
		last = e
	})
	stop := make(chan struct{})
	go q.run()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range maxQueuedEvents + 100 { // more than it holds: put waits
			q.put(Speaking{}, stop)
		}
	}()
	close(stop) // and stops to wait
	<-done
	q.end(Ended{Err: ErrRemoved})
	close(release)
	<-q.done
	if e, ok := last.(Ended); !ok || e.Err != ErrRemoved { //nolint:errorlint // as it was put
		t.Errorf("the last event is %+v", last)
	}
}
