package sound

import (
	"sync/atomic"

	"takoshome/app/media"
)

// treatment is what happens to a microphone's sound: echo cancellation, noise
// suppression, gain control, in this order.
type treatment struct {
	wanted    atomic.Pointer[media.Processing]
	restarted atomic.Bool

	// The rest belongs to the goroutine that calls apply and close.
	chosen media.Processing
	echo   *echoCanceller
	pre    *preprocessor
	reader farReader
	played []int16
	primed bool // chosen is in force
}

func newTreatment(p media.Processing, f *far) (*treatment, error) {
	echo, err := newEchoCanceller()
	if err != nil {
		return nil, err
	}
	pre, err := newPreprocessor(echo)
	if err != nil {
		echo.close()
		return nil, err
	}
	t := &treatment{echo: echo, pre: pre, reader: farReader{far: f}, played: make([]int16, FrameSamples)}
	t.set(p)
	return t, nil
}

// set switches the parts, from the next frame on.
func (t *treatment) set(p media.Processing) { t.wanted.Store(&p) }

// restart says that the microphone's sound does not go on where it was.
func (t *treatment) restart() { t.restarted.Store(true) }

// apply treats one frame in its place.
func (t *treatment) apply(pcm []int16) {
	p := *t.wanted.Load()
	if t.restarted.Swap(false) || (p.Echo && !t.chosen.Echo) {
		t.reader.reset()
		t.echo.reset()
	}
	if !t.primed || p != t.chosen {
		t.pre.choose(p.Echo, p.Noise, p.Gain)
		t.chosen, t.primed = p, true
	}
	if p.Echo {
		if jumped := t.reader.read(t.played); jumped {
			t.echo.reset()
		}
		t.echo.cancel(pcm, t.played)
	}
	if p.Echo || p.Noise || p.Gain {
		t.pre.run(pcm)
	}
}

func (t *treatment) close() {
	t.pre.close()
	t.echo.close()
}
