package playback

import (
	"image"
	"sync"
	"sync/atomic"
	"time"

	"takoshome/app/media"
	"takoshome/app/playback/assembly"
)

const (
	// maxBehind is how old the oldest frame may be that is still decoded.
	maxBehind = time.Second
	// behind is how old a frame may be to be drawn although a newer one waits,
	// and to be decoded although no other builds on it.
	behind = 100 * time.Millisecond
	// maxQueue and maxQueueBytes bound the frames that wait for the decoder.
	maxQueue      = 120
	maxQueueBytes = 8 << 20
	// look is how often waiting packets are looked at while none come.
	look = 50 * time.Millisecond
)

// Picture implements media.Picture.
type Picture struct {
	playback *Playback
	track    media.RemoteTrack
	ending   *ending // of run
	view     atomic.Pointer[media.View]
	redraw   atomic.Bool
	wake     chan struct{} // of one: something is to be done

	// mu protects the fields below.
	mu        sync.Mutex
	assembler *assembly.Assembler // nil: the format is not known
	queue     queue
	requests  requests
	figures   figures

	// The rest belongs to run.
	decoder decoder
	last    *image.YCbCr // nil until the first picture
	spare   *image.YCbCr
}

func newPicture(p *Playback, track media.RemoteTrack) *Picture {
	allowReads(track)
	v := &Picture{playback: p, track: track, ending: newEnding(), wake: make(chan struct{}, 1)}
	mime := track.Codec().MimeType
	a, err := assembly.New(mime)
	if err == nil {
		v.decoder, err = newDecoder(mime)
	}
	if err != nil {
		p.logger.Warn("video cannot be decoded", "format", mime, "error", err)
		return v
	}
	v.assembler = a
	return v
}

// Show implements media.Picture. The last picture is drawn again at once.
func (v *Picture) Show(view *media.View) {
	v.view.Store(view)
	v.redraw.Store(true)
	v.kick()
}

// Stats implements media.Picture.
func (v *Picture) Stats() media.PictureStats {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.figures.stats
}

// Close implements media.Picture. The goroutine that reads the track ends with
// the next packet or with the track, whichever comes first.
func (v *Picture) Close() {
	v.ending.end(func() { interrupt(v.track) })
	v.playback.removePicture(v)
}

// abandon is Close for a picture that was never read.
func (v *Picture) abandon() {
	close(v.ending.done)
	v.ending.end(func() {})
}

// read brings the track's packets to the assembler until the track ends.
func (v *Picture) read() {
	for !v.ending.stopped.Load() {
		p, err := v.track.ReadRTP()
		if err != nil {
			return
		}
		now := time.Now()
		v.mu.Lock()
		v.figures.packet(now)
		if v.assembler != nil {
			v.assembler.Put(now, p)
			v.requests.packet()
			v.requests.keyFrames(v.assembler.KeyFramesBegun())
			v.gatherLocked(now)
		}
		v.mu.Unlock()
		v.kick()
	}
}

// gatherLocked queues what frames are whole by now.
func (v *Picture) gatherLocked(now time.Time) {
	for {
		f, ok := v.assembler.Next(now)
		if !ok {
			return
		}
		if !v.queue.add(f) {
			v.assembler.Break()
		}
	}
}

func (v *Picture) kick() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// run decodes and draws until Close.
func (v *Picture) run() {
	defer close(v.ending.done)
	timer := time.NewTimer(look)
	defer timer.Stop()
	defer func() {
		if v.decoder != nil {
			v.decoder.close()
		}
	}()
	for {
		select {
		case <-v.ending.stop:
			return
		case <-v.wake:
		case <-timer.C:
		}
		waits := v.work()
		if waits {
			timer.Reset(look)
		}
		if v.redraw.Swap(false) && v.last != nil {
			v.draw()
		}
	}
}

// work decodes all frames there are, and asks for a keyframe where needed. It
// reports whether it is to be called again soon although nothing may come.
func (v *Picture) work() (waits bool) {
	for !v.ending.stopped.Load() {
		f, ok := v.nextFrame()
		if !ok {
			break
		}
		v.decode(f)
	}
	v.mu.Lock()
	if v.assembler == nil {
		v.mu.Unlock()
		return false
	}
	now := time.Now()
	needs := v.assembler.NeedsKeyFrame(now)
	ask := v.requests.due(now, needs)
	waits = v.assembler.Waits() || v.requests.open(needs)
	v.mu.Unlock()
	if ask {
		v.track.RequestKeyFrame()
	}
	return waits
}

// nextFrame takes a frame from the queue.
func (v *Picture) nextFrame() (assembly.Frame, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.assembler == nil {
		return assembly.Frame{}, false
	}
	now := time.Now()
	v.gatherLocked(now)
	f, ok, dropped := v.queue.take(now)
	if dropped {
		v.assembler.Break()
		v.gatherLocked(now)
	}
	return f, ok
}

func (v *Picture) decode(f assembly.Frame) {
	picture, err := v.decoder.decode(f, v.spare)
	now := time.Now()
	v.mu.Lock()
	if f.KeyFrame {
		v.requests.decoded(err != nil)
	}
	if err != nil {
		v.figures.stats.Errors++
		v.queue.clear()
		v.assembler.Break()
		v.mu.Unlock()
		return
	}
	late := len(v.queue.frames) > 0 && now.Sub(f.At) > behind
	if picture != nil {
		v.figures.frame(now, picture.Rect.Dx(), picture.Rect.Dy())
	}
	v.mu.Unlock()
	if picture == nil {
		return
	}
	v.last, v.spare = picture, v.last
	if !late {
		v.redraw.Store(false)
		v.draw()
	}
}

func (v *Picture) draw() {
	if view := v.view.Load(); view != nil {
		view.Show(v.last)
	}
}
