package session

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"takoshome/app/media"
)

const (
	// What is asked of a camera; three layers at most are made of it.
	cameraWidth, cameraHeight, cameraFramesS = 1280, 720, 30
	cameraLayers                             = 3

	// Text wants sharpness, films want frames.
	textWidth, textHeight, textFramesS       = 1920, 1200, 10
	motionWidth, motionHeight, motionFramesS = 1280, 720, 30
	textLayers, motionLayers                 = 1, 2

	// freeTime is how long the devices of the last call may take to be free.
	freeTime = 5 * time.Second
)

// gear are the devices of one attempt. They are opened for it and closed with
// it: outside calls nothing is held.
type gear struct {
	capture    media.Capture  // nil: none
	playback   media.Playback // nil: none
	looked     bool           // the above and devices are known
	devices    media.Devices
	microphone held[microphoneWant, media.Microphone]
	camera     held[cameraWant, *camera]
	screen     held[screenWant, *camera]
	speaker    held[string, noDevice]
	processing atomic.Pointer[media.Processing] // of the next microphone

	stop     chan struct{} // closed by closeGear
	done     chan struct{} // closed when all is closed
	releases sync.WaitGroup
}

// microphoneWant is how a microphone is to be.
type microphoneWant struct {
	id      string
	sending bool
}

// cameraWant is how a camera is to be. try counts up to begin sending again.
type cameraWant struct {
	id     string
	layers int // to be sent, at most; 0: none, for the preview
	try    int
}

// screenWant is what of the screen is shared.
type screenWant struct {
	id     string
	motion bool
	count  int // tells one sharing from the next
}

// camera is an open camera or screen with the layers that it sends.
type camera struct {
	media.Camera
	layers []media.Layer
}

// noDevice stands in for what has nothing to close.
type noDevice struct{}

func (noDevice) Close() error { return nil }

// openGear opens the devices of an attempt as soon as those of the last are free.
func (o *owner) openGear(a *attempt) {
	g := &gear{stop: make(chan struct{}), done: make(chan struct{})}
	g.microphone.keeper = newKeeper[microphoneWant, media.Microphone](o.Session, func(n news[microphoneWant, media.Microphone]) { o.noteMicrophone(a, n) })
	g.camera.keeper = newKeeper[cameraWant, *camera](o.Session, func(n news[cameraWant, *camera]) { o.noteCamera(a, n) })
	g.screen.keeper = newKeeper[screenWant, *camera](o.Session, func(n news[screenWant, *camera]) { o.noteScreen(a, n) })
	g.speaker.keeper = newKeeper[string, noDevice](o.Session, func(news[string, noDevice]) {})
	a.gear = g
	previous := o.last
	o.last = g
	o.workers.Go(func() { o.runGear(a, previous) })
}

// runGear opens the devices, keeps them, and closes them: a goroutine for each
// attempt.
func (o *owner) runGear(a *attempt, previous *gear) {
	g := a.gear
	defer close(g.done)
	if previous != nil {
		timer := time.NewTimer(freeTime)
		defer timer.Stop()
		select {
		case <-previous.done:
		case <-timer.C:
			o.log.Warn("the devices of the last call are not free yet")
		}
	}
	select {
	case <-g.stop:
		return
	default:
	}
	capture, playback, err := o.openDevices()
	var devices media.Devices
	if err == nil {
		devices = capture.Devices()
		if p, ok := playback.(interface{ OnTrouble(func(media.Trouble)) }); ok {
			p.OnTrouble(g.speaker.reportNow)
		}
	}
	o.tell(func() { o.lookedAt(a, capture, playback, devices, err) })
	if err == nil {
		o.keepGear(a, capture, playback)
	}
	<-g.stop
}

func (o *owner) openDevices() (media.Capture, media.Playback, error) {
	if o.config.OpenDevices == nil {
		return nil, nil, ErrNoDevice
	}
	return o.config.OpenDevices(o.config.Logger)
}

// keepGear works until the attempt is over, and closes everything, from the
// outside in.
func (o *owner) keepGear(a *attempt, capture media.Capture, playback media.Playback) {
	g := a.gear
	unwatch := capture.Watch(func(d media.Devices) {
		o.post(func() { g.devices = d })
	})
	var keepers sync.WaitGroup
	keepers.Go(func() { g.microphone.run(g.stop) })
	keepers.Go(func() { g.camera.run(g.stop) })
	keepers.Go(func() { g.screen.run(g.stop) })
	keepers.Go(func() { g.speaker.run(g.stop) })
	keepers.Wait()
	unwatch()
	g.releases.Wait()
	closeAll(o.log, playback, capture)
}

func closeAll(log *slog.Logger, closers ...interface{ Close() error }) {
	for _, c := range closers {
		if err := c.Close(); err != nil {
			log.Warn("a device was not closed cleanly", "error", err)
		}
	}
}

// lookedAt takes the devices that there are, and goes on with what waited for them.
func (o *owner) lookedAt(a *attempt, capture media.Capture, playback media.Playback, d media.Devices, err error) {
	g := a.gear
	if o.attempt != a || !a.isLive() {
		return
	}
	if err != nil {
		o.log.Warn("sound and camera could not be opened", "error", err)
		o.config.Notify("notice.devicesFailed", map[string]string{"reason": err.Error()}, true)
	} else {
		g.capture, g.playback, g.devices = capture, playback, d
		playback.SetDeafened(a.self.deafened)
		o.equip(a)
	}
	g.looked = true
	if !a.repeated {
		a.self.choice = fulfilAll(a.self.choice, a.wishes, d)
		a.self.camera = a.self.camera && a.self.choice.Camera != media.None
	}
	o.applyDevices()
	o.joinIfReady()
}

// closeGear gives every device back; what is heard and seen ends at once.
func (o *owner) closeGear(a *attempt) {
	g := a.gear
	if g == nil {
		return
	}
	if g.microphone.isOpen {
		g.microphone.device.SetMuted(true)
	}
	a.self.microphone.drop()
	a.self.video.drop()
	a.self.screen.drop()
	a.self.screen.want = nil
	for _, p := range a.people.list {
		for _, t := range p.tracks {
			g.release(t)
		}
	}
	g.devices = media.Devices{}
	close(g.stop)
}

// release closes what plays a track, which may take a moment.
func (g *gear) release(t *track) {
	if voice := t.voice; voice != nil {
		g.releases.Go(voice.Close)
	}
	if picture := t.picture; picture != nil {
		g.releases.Go(picture.Close)
	}
	t.voice, t.picture = nil, nil
}
