package session

import (
	"errors"
	"time"

	"takoshome/app/media"
	"takoshome/app/participant"
)

// sourceScreen marks a shared screen (docs/protocol.md section 3.2).
const sourceScreen = "screen"

const (
	// What a screen takes at most.
	textBps   = 2_000_000
	motionBps = 2_500_000
)

// sender is one producer of the person's own.
type sender struct {
	producer  Producer // nil: none
	layers    int      // of a video
	producing bool     // asked for, not there yet
	refused   bool     // by the host, until the person tries again
	paused    bool
	feed      feed
}

// screen is the sender of a shared screen.
type screen struct {
	sender
	want  *screenWant // nil: nothing is shared
	count int
}

// drop ends the producer.
func (s *sender) drop() {
	s.refused = false
	s.feed.setProducer(nil, 0)
	if s.producer != nil {
		s.producer.Close()
		s.producer = nil
	}
}

// setPaused tells others once.
func (s *sender) setPaused(paused bool) {
	if s.producer == nil || s.paused == paused {
		return
	}
	s.paused = paused
	if paused {
		s.producer.Pause()
		return
	}
	s.producer.Resume()
}

// produce asks the host for a producer; done is carried out by the owner, with
// nil where there is none. It is not carried out once the attempt is over.
func (o *owner) produce(a *attempt, s *sender, c participant.ProducerConfig, failed string, done func()) {
	if a.state != StateInCall || s.producer != nil || s.producing || s.refused {
		return
	}
	s.producing = true
	call := a.call
	o.workers.Go(func() {
		p, err := call.Produce(a.ctx, c)
		o.post(func() {
			s.producing = false
			switch {
			case o.attempt != a || !a.isLive():
			case errors.Is(err, participant.ErrReconnecting): // tried again by sendAll
			case err != nil:
				o.log.Warn("nothing can be sent", "kind", c.Kind, "error", err)
				s.refused = true
				o.config.Notify(failed, map[string]string{"reason": "refused"}, true)
				done()
			default:
				s.producer, s.paused, s.layers = p, c.Paused, len(c.Layers)
				s.feed.setProducer(p, len(c.Layers))
				done()
			}
		})
	})
}

// sendAll produces what could not be while the way to the host was broken.
func (o *owner) sendAll() {
	o.sendSound()
	o.sendVideo()
	o.sendScreen()
}

// sendSound produces the microphone's sound, also while it is muted: so that
// others see that, and hear at once when it ends.
func (o *owner) sendSound() {
	a := o.attempt
	if a.self.choice.Microphone == media.None || a.gear.capture == nil {
		return
	}
	o.produce(a, &a.self.microphone, participant.ProducerConfig{
		Kind:   "audio",
		Paused: !o.isHeard(a),
	}, "notice.microphoneFailed", o.applyVoice)
}

// isHeard says whether the microphone's sound goes out.
func (o *owner) isHeard(a *attempt) bool {
	return a.self.live(time.Now()) && a.self.choice.Microphone != media.None &&
		a.gear.microphone.troubleNow() == media.TroubleNone
}

// applyVoice opens and closes the way of the microphone's sound.
func (o *owner) applyVoice() {
	a := o.attempt
	if !a.isLive() || a.gear == nil {
		return
	}
	heard := o.isHeard(a)
	if m := &a.gear.microphone; m.isOpen {
		m.device.SetMuted(!heard)
	}
	a.self.microphone.setPaused(!heard)
}

// sendVideo produces the camera's picture, or ends that. Without its producer no
// friend keeps a still picture of somebody who has gone dark.
func (o *owner) sendVideo() {
	a := o.attempt
	s, g := &a.self.video, a.gear
	if !a.showsCamera() {
		s.drop()
		return
	}
	trouble := g.camera.troubleNow() != media.TroubleNone
	s.setPaused(trouble)
	if !g.camera.isOpen || g.camera.device.layers == nil || trouble {
		return
	}
	o.produce(a, s, participant.ProducerConfig{
		Kind:     "video",
		Layers:   g.camera.device.layers,
		KeyFrame: s.feed.keyFrame,
		Bitrate:  s.feed.bitrate,
	}, "notice.cameraFailed", func() {
		if s.producer == nil {
			a.self.camera = false
		}
		o.applyDevices()
		o.sendVideo()
	})
}

// sendScreen produces the shared screen.
func (o *owner) sendScreen() {
	a := o.attempt
	s, g := &a.self.screen, a.gear
	if s.want == nil {
		s.drop()
		return
	}
	if !g.screen.isOpen || g.screen.device.layers == nil {
		return
	}
	o.produce(a, &s.sender, participant.ProducerConfig{
		Kind:     "video",
		Source:   sourceScreen,
		Layers:   screenLayers(g.screen.device.layers, s.want.motion),
		KeyFrame: s.feed.keyFrame,
		Bitrate:  s.feed.bitrate,
	}, "notice.shareFailed", func() {
		if s.producer == nil {
			s.want = nil
		}
		o.applyDevices()
		o.sendScreen()
	})
}

// screenLayers bounds what the largest layer may take; the smaller ones stay as
// the camera made them.
func screenLayers(layers []media.Layer, motion bool) []media.Layer {
	made := append([]media.Layer(nil), layers...)
	most := textBps
	if motion {
		most = motionBps
	}
	if last := &made[len(made)-1]; last.MaxBps == 0 || last.MaxBps < most {
		last.MaxBps = most
	}
	return made
}

// share begins to share a screen, in the place of another that is shared.
func (o *owner) share(id string, motion bool) error {
	a := o.attempt
	switch {
	case !a.isIn():
		return ErrNoCall
	case a.callType == callAudio:
		return ErrNoVideo
	case a.gear.capture == nil || id == "" || !isGoodID(id):
		return ErrNoDevice
	}
	s := &a.self.screen
	s.drop()
	s.count++
	s.want = &screenWant{id: id, motion: motion, count: s.count}
	o.applyDevices()
	return nil
}

// stopSharing ends it.
func (o *owner) stopSharing() {
	a := o.attempt
	if !a.isLive() {
		return
	}
	a.self.screen.want = nil
	a.self.screen.drop()
	o.applyDevices()
}

// failSharing ends it because the screen does not work, or is gone.
func (o *owner) failSharing(t media.Trouble) {
	if s := &o.attempt.self.screen; s.want == nil {
		return
	} else if t == media.TroubleGone && s.producer != nil {
		o.config.Notify("notice.shareEnded", nil, false)
	} else {
		o.config.Notify("notice.shareFailed", map[string]string{"reason": string(t)}, true)
	}
	o.stopSharing()
}
