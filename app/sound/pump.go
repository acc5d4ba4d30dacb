package sound

import (
	"sync"
	"time"
)

const (
	frameTime = 10 * time.Millisecond
	// patience is how long a speaker may ask for nothing until the clock takes
	// its place.
	patience = 250 * time.Millisecond
	// hurryFrames bounds how many frames a late clock makes at once.
	hurryFrames = 5
)

// pump brings sound from Fill to the speaker, in whatever portions that asks
// for; and keeps Fill going by a clock while no speaker asks.
type pump struct {
	far        *far
	wake       chan struct{} // the speaker has gone
	stop, done chan struct{}
	strain     strain // the engine's goroutine's

	// mu protects the fields below. It is held while Fill runs: only the
	// device's thread and the clock want it, and hardly ever both.
	mu     sync.Mutex
	fill   func([]int16)
	frame  [2 * FrameSamples]int16
	left   []int16   // the end of frame, not yet played
	asked  time.Time // when the speaker did, last
	closed bool
	clocks int // frames that nobody heard
}

func newPump(fill func([]int16), f *far) *pump {
	return &pump{far: f, fill: fill, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
}

// play fills pcm for the device.
func (p *pump) play(pcm []int16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = time.Now()
	for out := pcm; len(out) > 0; {
		if len(p.left) == 0 {
			p.next()
		}
		n := copy(out, p.left)
		out, p.left = out[n:], p.left[n:]
	}
	if p.far.follows(p) {
		p.far.write(p.asked, pcm)
	}
}

// next makes a frame. Call with mu held.
func (p *pump) next() {
	p.left = p.frame[:]
	if p.closed {
		clear(p.left)
		return
	}
	p.fill(p.left)
}

// rest says that the speaker has gone.
func (p *pump) rest() {
	p.mu.Lock()
	p.asked = time.Time{}
	p.mu.Unlock()
	if p.far.follows(p) {
		p.far.restart()
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// strained tells that the speaker's buffer ran dry again and again. It is for
// the engine's goroutine.
func (p *pump) strained(now time.Time) bool {
	return p.far.follows(p) && p.strain.look(now, p.far.ranDry())
}

// run is the clock.
func (p *pump) run() {
	defer close(p.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	next := time.Now()
	for {
		select {
		case <-p.stop:
			return
		case <-p.wake:
		case <-timer.C:
		}
		now := time.Now()
		next = p.tick(now, next)
		timer.Reset(next.Sub(now))
	}
}

// tick makes the frames that are due, if no speaker does, and says when to look
// again.
func (p *pump) tick(now, due time.Time) (next time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.asked.Add(patience); now.Before(until) {
		return until
	}
	if late := now.Add(-hurryFrames * frameTime); due.Before(late) {
		due = late
	}
	if soon := now.Add(frameTime); due.After(soon) {
		due = soon
	}
	for ; !due.After(now); due = due.Add(frameTime) {
		p.next()
		p.clocks++
	}
	p.left = nil
	return due
}

// close makes it silent; Fill is not called any more.
func (p *pump) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	close(p.stop)
	<-p.done
}
