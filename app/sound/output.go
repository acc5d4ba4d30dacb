package sound

import (
	"fmt"
	"sync"

	"takoshome/app/media"
)

// OutputConfig says which speaker to open, and where its sound comes from.
type OutputConfig struct {
	ID string // of a Device, media.Default or media.None
	// Fill makes the next 10 ms: FrameSamples of two channels in turn, all of
	// which it has to set. It must not wait for anything, is never called twice
	// at once, and is called by a clock while there is no speaker.
	Fill func(pcm []int16)
	// Report is told of trouble and of its end. It must return soon and must
	// not close the Output.
	Report func(media.Trouble)
}

func (c OutputConfig) validate() error {
	if !validID(c.ID) {
		return fmt.Errorf("%w: %.40q", ErrBadID, c.ID)
	}
	if c.Fill == nil {
		return errNoFill
	}
	return nil
}

// Output is an open speaker. The one opened last is what echo cancellation knows
// of.
type Output struct {
	engine  *Engine
	slot    *slot
	pump    *pump
	closing sync.Once
}

// OpenOutput opens a speaker. That it is not there now is no error.
func (e *Engine) OpenOutput(c OutputConfig) (*Output, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	o := &Output{
		engine: e, slot: newSlot(e.logger, playback, c.ID, c.Report),
		pump: newPump(c.Fill, e.far),
	}
	o.slot.opening = func() func([]int16) { return o.pump.play }
	o.slot.shutNow = o.pump.rest
	o.slot.strained = o.pump.strained
	e.far.follow(o.pump)
	if err := e.add(o.slot); err != nil {
		return nil, err
	}
	go o.pump.run()
	return o, nil
}

// SetDevice changes the speaker. An ID that cannot be one is a device that is
// not there.
func (o *Output) SetDevice(id string) {
	o.slot.wanted.Store(&id)
	o.engine.look()
}

// Close closes the speaker. When it returns Fill is not called any more, so Fill
// must not call it.
func (o *Output) Close() error {
	o.closing.Do(func() {
		o.pump.close()
		o.slot.close(o.engine)
	})
	return nil
}
