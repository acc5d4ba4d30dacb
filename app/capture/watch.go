package capture

import (
	"reflect"
	"sync"
	"time"

	"takoshome/app/media"
)

// lookEvery is how often cameras and screens are looked for while anybody wants
// to know; the system tells of none of them by itself on every platform.
const lookEvery = time.Second

// soundWatcher tells of microphones and speakers.
type soundWatcher interface {
	Watch(fn func()) (stop func())
}

// watch calls somebody when the devices changed, and at first, so that nothing
// is missed that came since they were asked for.
type watch struct {
	devices func() media.Devices
	fn      func(media.Devices)
	last    media.Devices
	sound   chan struct{} // holds one when the sound devices changed
	end     chan struct{}
	ended   sync.WaitGroup
}

func startWatch(engine soundWatcher, devices func() media.Devices, fn func(media.Devices)) (stop func()) {
	w := &watch{devices: devices, fn: fn, sound: make(chan struct{}, 1), end: make(chan struct{})}
	stopSound := engine.Watch(w.soundChanged)
	w.ended.Go(w.run)
	return sync.OnceFunc(func() {
		stopSound()
		close(w.end)
		w.ended.Wait()
	})
}

func (w *watch) soundChanged() {
	select {
	case w.sound <- struct{}{}:
	default:
	}
}

func (w *watch) run() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if now := w.devices(); !reflect.DeepEqual(now, w.last) {
			w.last = now
			w.fn(now)
		}
		select {
		case <-w.end:
			return
		case <-tick.C:
		case <-w.sound:
		}
	}
}
