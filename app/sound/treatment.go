package sound

import (
	"sync/atomic"

	"takoshome/app/media"
)

const (
	// heardDb is how loud something is that may be heard as an echo, which dies
	// away within echoFrames.
	heardDb, echoFrames = -60, 40
)

// treatment is what happens to a microphone's sound: echo cancellation, noise
// suppression, gain control, in this order. With any of them it is 10 ms late.
type treatment struct {
	wanted atomic.Pointer[media.Processing]

	// The rest belongs to the goroutine that calls apply and close.
	chosen  media.Processing
	echo    *echoCanceller
	pre     *preprocessor
	aligner aligner
	played  []int16
	// quietFrames is for how long nothing was played, at most echoFrames.
	quietFrames int
	previous    []int16 // the frame before this one, without the preprocessor
	treated     []int16
}

// newTreatment treats the sound of a microphone whose pace is near.
func newTreatment(p media.Processing, f *far, near *pace) (*treatment, error) {
	echo, err := newEchoCanceller()
	if err != nil {
		return nil, err
	}
	pre, err := newPreprocessor(echo)
	if err != nil {
		echo.close()
		return nil, err
	}
	frame := func() []int16 { return make([]int16, FrameSamples) }
	t := &treatment{
		echo: echo, pre: pre, aligner: aligner{far: f, near: near},
		played: frame(), previous: frame(), treated: frame(),
	}
	t.set(p)
	return t, nil
}

// set switches the parts, from the next frame on.
func (t *treatment) set(p media.Processing) { t.wanted.Store(&p) }

// apply treats one frame, which begins at a place among all the microphone's
// samples.
func (t *treatment) apply(pcm []int16, place uint64) {
	before, now := t.chosen, *t.wanted.Load()
	t.chosen = now
	if now.Echo && !before.Echo {
		t.aligner.reset()
		t.echo.reset()
	}
	if now.Echo || before.Echo {
		t.cancel(pcm, place, before, now)
	}
	t.preprocess(pcm, before, now)
}

// cancel takes the echo away. Where that begins or ends it fades over, because
// the canceller turns phases.
func (t *treatment) cancel(pcm []int16, place uint64, before, now media.Processing) {
	if anew := t.aligner.read(t.played, place); anew {
		t.echo.reset()
	}
	if decibels(t.played) > heardDb {
		t.quietFrames = 0
	} else {
		t.quietFrames = min(t.quietFrames+1, echoFrames)
	}
	clean := t.echo.cancel(pcm, t.played)
	switch {
	case !before.Echo:
		fade(pcm, pcm, clean)
	case !now.Echo:
		fade(pcm, clean, pcm)
	default:
		copy(pcm, clean)
	}
}

// preprocess does the rest. Where it begins or ends it fades over, as what is
// preprocessed is late.
func (t *treatment) preprocess(pcm []int16, before, now media.Processing) {
	nothing := media.Processing{}
	if before == nothing && now == nothing {
		copy(t.previous, pcm)
		return
	}
	if now != before && now != nothing {
		t.pre.choose(now.Echo, now.Noise, now.Gain)
	}
	// What is left of an echo is a voice too, and must not be made louder.
	t.pre.hold(now.Echo && t.quietFrames < echoFrames)
	if before == nothing {
		t.pre.run(t.previous) // instead of what it heard last, long ago
	}
	copy(t.previous, pcm)
	copy(t.treated, pcm)
	t.pre.run(t.treated)
	switch {
	case before == nothing:
		fade(pcm, pcm, t.treated)
	case now == nothing:
		fade(pcm, t.treated, pcm)
	default:
		copy(pcm, t.treated)
	}
}

// fade goes from one sound to another within a frame.
func fade(out, from, to []int16) {
	for i := range out {
		out[i] = int16((int(from[i])*(len(out)-i) + int(to[i])*i) / len(out))
	}
}

func (t *treatment) close() {
	t.pre.close()
	t.echo.close()
}
