package sound

import (
	"fmt"
	"sync"
	"time"

	"takoshome/app/media"
)

// backlogSamples is how much untreated sound may wait, 500 ms; more is dropped,
// because it is old: the computer slept, or nothing ran for long.
const backlogSamples = RateHz / 2

// InputConfig says which microphone to open, and what to do with its sound.
type InputConfig struct {
	ID         string // of a Device, or media.Default
	Processing media.Processing
	// Frames takes 10 ms of treated sound at a time: FrameSamples of one
	// channel, only lent. It is called from one goroutine.
	Frames func(pcm []int16)
	// Report is told of trouble and of its end. It must return soon and must
	// not close the Input.
	Report func(media.Trouble)
}

func (c InputConfig) validate() error {
	if !validID(c.ID) || c.ID == media.None {
		return fmt.Errorf("%w: %.40q", ErrBadID, c.ID)
	}
	if c.Frames == nil {
		return errNoFrames
	}
	return nil
}

// Input is an open microphone. While the device is missing it gives nothing.
type Input struct {
	engine    *Engine
	slot      *slot
	ring      *ring
	near      *pace
	treatment *treatment
	frames    func([]int16)
	stop      chan struct{}
	done      chan struct{}
	closing   sync.Once
}

// OpenInput opens a microphone. That it is not there now is no error.
func (e *Engine) OpenInput(c InputConfig) (*Input, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	near := &pace{epoch: e.epoch}
	treatment, err := newTreatment(c.Processing, e.far, near)
	if err != nil {
		return nil, err
	}
	i := &Input{
		engine: e, slot: newSlot(e.logger, capture, c.ID, c.Report), ring: newRing(), near: near,
		treatment: treatment, frames: c.Frames, stop: make(chan struct{}), done: make(chan struct{}),
	}
	i.slot.opening = func() func([]int16) { i.near.restart(); return i.take }
	i.slot.shutNow = func() {}
	i.slot.strained = func(time.Time) bool { return false }
	if err := e.add(i.slot); err != nil {
		treatment.close()
		return nil, err
	}
	go i.run()
	return i, nil
}

// take is for the device's thread.
func (i *Input) take(pcm []int16) {
	i.ring.push(pcm)
	i.near.note(time.Now(), i.ring.written.Load(), len(pcm))
}

// run treats what comes from the device and hands it on.
func (i *Input) run() {
	defer close(i.done)
	defer i.treatment.close()
	pcm := make([]int16, FrameSamples)
	for {
		select {
		case <-i.stop:
			return
		case <-i.ring.ready:
		}
		if i.ring.waiting() > backlogSamples {
			i.ring.skip(FrameSamples)
		}
		for i.ring.pop(pcm) && !i.slot.ended.Load() {
			i.treatment.apply(pcm, i.ring.read.Load()-FrameSamples)
			i.frames(pcm)
		}
	}
}

// SetProcessing switches the treatment of the sound, at once.
func (i *Input) SetProcessing(p media.Processing) { i.treatment.set(p) }

// Close closes the microphone. When it returns Frames is not called any more, so
// Frames must not call it.
func (i *Input) Close() error {
	i.closing.Do(func() {
		i.slot.ended.Store(true)
		close(i.stop)
		<-i.done
		i.slot.close(i.engine)
	})
	return nil
}
