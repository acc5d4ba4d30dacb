package session

import (
	"takoshome/app/media"
)

// equip says how each device is opened.
func (o *owner) equip(a *attempt) {
	g := a.gear
	capture, playback := g.capture, g.playback
	processing := a.self.choice.Processing
	g.processing.Store(&processing)
	g.microphone.open = func(w microphoneWant, report func(media.Trouble)) (media.Microphone, error) {
		m, err := capture.OpenMicrophone(media.MicrophoneConfig{
			ID:         w.id,
			Processing: *g.processing.Load(),
			Report:     report,
		})
		if err == nil && w.sending {
			m.Start(a.self.microphone.feed.sound)
		}
		return m, err
	}
	g.microphone.change = func(m media.Microphone, from, to microphoneWant) (media.Microphone, bool) {
		if from.id != to.id {
			return m, false
		}
		m.Start(a.self.microphone.feed.sound)
		return m, true
	}
	g.camera.open = func(w cameraWant, report func(media.Trouble)) (*camera, error) {
		device, err := capture.OpenCamera(media.CameraConfig{
			ID: w.id, MaxWidth: cameraWidth, MaxHeight: cameraHeight, MaxFramesS: cameraFramesS, Report: report,
		})
		if err != nil {
			return nil, err
		}
		return o.startCamera(device, w.layers, &a.self.video.feed), nil
	}
	g.camera.change = func(c *camera, from, to cameraWant) (*camera, bool) {
		switch {
		case from.id != to.id || to.layers == 0:
			return c, false
		case c.layers != nil:
			return c, true
		}
		return o.startCamera(c.Camera, to.layers, &a.self.video.feed), true
	}
	g.screen.open = func(w screenWant, report func(media.Trouble)) (*camera, error) {
		return o.openScreen(capture, w, report, &a.self.screen.feed)
	}
	g.screen.change = func(c *camera, _, _ screenWant) (*camera, bool) { return c, false }
	g.speaker.open = func(id string, _ func(media.Trouble)) (noDevice, error) {
		playback.SetSpeaker(id)
		return noDevice{}, nil
	}
	g.speaker.change = func(_ noDevice, _, to string) (noDevice, bool) {
		playback.SetSpeaker(to)
		return noDevice{}, true
	}
}

// startCamera begins to send, at most that many layers; a camera that cannot now
// is tried again when its trouble ends.
func (o *owner) startCamera(device media.Camera, layers int, f *feed) *camera {
	c := &camera{Camera: device}
	if layers == 0 {
		return c
	}
	var err error
	if c.layers, err = device.Start(layers, f.frame); err != nil {
		o.log.Info("the camera does not send yet", "error", err)
		c.layers = nil
	}
	return c
}

func (o *owner) openScreen(capture media.Capture, w screenWant, report func(media.Trouble), f *feed) (*camera, error) {
	config := media.CameraConfig{
		ID: w.id, Screen: true, MaxWidth: textWidth, MaxHeight: textHeight, MaxFramesS: textFramesS, Report: report,
	}
	layers := textLayers
	if w.motion {
		config.MaxWidth, config.MaxHeight, config.MaxFramesS = motionWidth, motionHeight, motionFramesS
		layers = motionLayers
	}
	device, err := capture.OpenCamera(config)
	if err != nil {
		return nil, err
	}
	return o.startCamera(device, layers, f), nil
}

// applyDevices tells the keepers what is wanted now.
func (o *owner) applyDevices() {
	a := o.attempt
	if !a.isLive() || a.gear.capture == nil {
		return
	}
	g, choice := a.gear, a.self.choice
	speaker := choice.Speaker
	g.speaker.set(&speaker)
	if choice.Microphone == media.None {
		g.microphone.set(nil)
	} else {
		g.microphone.set(&microphoneWant{id: choice.Microphone, sending: a.call != nil})
	}
	if !a.showsCamera() || a.callType == "" {
		g.camera.set(nil)
	} else {
		g.camera.set(&cameraWant{id: choice.Camera, layers: a.layers(), try: a.self.tries})
	}
	g.screen.set(a.self.screen.want)
	o.applyVoice()
}

// showsCamera says whether the person wants to be seen and may be.
func (a *attempt) showsCamera() bool {
	return a.self.camera && a.self.choice.Camera != media.None && a.callType != callAudio
}

// layers are how many the camera is to send: as many as the producer has, where
// there is one, so that another camera needs no new one.
func (a *attempt) layers() int {
	switch {
	case a.call == nil:
		return 0
	case a.self.video.producer != nil:
		return a.self.video.layers
	}
	return cameraLayers
}

// noteMicrophone takes news of the microphone.
func (o *owner) noteMicrophone(a *attempt, n news[microphoneWant, media.Microphone]) {
	a.gear.microphone.note(n)
	if n.step == stepOpened && a.isLive() {
		n.device.SetProcessing(a.self.choice.Processing)
	}
	if o.attempt == a && a.isLive() {
		o.applyVoice()
	}
}

// noteCamera takes news of the camera.
func (o *owner) noteCamera(a *attempt, n news[cameraWant, *camera]) {
	g := a.gear
	g.camera.note(n)
	switch n.step {
	case stepOpened, stepChanged:
		if n.step == stepOpened {
			n.device.Show(o.views.of(VideoSelf))
		}
		a.self.video.feed.setCamera(n.device.Camera)
	case stepClosing:
		n.device.Show(nil)
		a.self.video.feed.setCamera(nil)
	case stepFailed:
		o.log.Warn("the camera could not be opened", "error", n.err)
	}
	if o.attempt == a && a.isLive() {
		o.sendVideo()
	}
}

// noteScreen takes news of the shared screen.
func (o *owner) noteScreen(a *attempt, n news[screenWant, *camera]) {
	g := a.gear
	g.screen.note(n)
	switch n.step {
	case stepOpened, stepChanged:
		n.device.Show(o.views.of(VideoScreen))
		a.self.screen.feed.setCamera(n.device.Camera)
	case stepClosing:
		n.device.Show(nil)
		a.self.screen.feed.setCamera(nil)
	case stepFailed:
		o.log.Warn("the screen could not be opened", "error", n.err)
	}
	if o.attempt != a || !a.isLive() {
		return
	}
	if n.step == stepFailed || (n.step == stepOpened && n.device.layers == nil && g.screen.troubleNow() == media.TroubleNone) {
		o.failSharing(media.TroubleBroken)
		return
	}
	o.sendScreen()
}

// lookAtTroubles goes by what devices suffer from.
func (o *owner) lookAtTroubles() {
	a := o.attempt
	if !a.isLive() || a.gear.capture == nil {
		return
	}
	g := a.gear
	if trouble := g.screen.troubleNow(); trouble != media.TroubleNone && a.self.screen.want != nil {
		o.failSharing(trouble)
	}
	if g.camera.isOpen && g.camera.device.layers == nil && a.layers() > 0 && g.camera.troubleNow() == media.TroubleNone {
		a.self.tries++
	}
	o.applyDevices()
	o.sendVideo()
}
