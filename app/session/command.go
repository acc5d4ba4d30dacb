package session

import (
	"time"

	"takoshome/app/media"
)

// Prepare reads a link and shows devices and preview; now goes in as well.
func Prepare(link string, w Wishes, now bool) Command {
	return Command{func(o *owner) error { return o.prepare(link, w, now) }}
}

// Join goes into the prepared call, or once more into the one that ended.
func Join(name string) Command {
	return Command{func(o *owner) error { return o.join(name) }}
}

// Leave hangs up, or gives up joining, or closes what has ended.
func Leave() Command {
	return Command{func(o *owner) error { return o.leave() }}
}

// HangUp leaves a call that is going on, or is about to, with nothing to close
// behind it.
func HangUp() Command {
	return inCall(func(o *owner, _ *attempt) error {
		o.end(nil)
		o.attempt = nil
		return nil
	})
}

// Mute switches the microphone. Where none was chosen, unmuting takes the
// system's.
func Mute(muted bool) Command {
	return inCall(func(o *owner, a *attempt) error {
		a.self.setMuted(muted)
		a.self.microphone.refused = false
		if !muted && a.self.choice.Microphone == media.None {
			return o.choose(Microphone, media.Default)
		}
		o.deafen(a)
		return nil
	})
}

// Deafen switches everything one hears; deafened is muted too.
func Deafen(deafened bool) Command {
	return inCall(func(o *owner, a *attempt) error {
		a.self.setDeafened(deafened)
		o.deafen(a)
		return nil
	})
}

func (o *owner) deafen(a *attempt) {
	if a.gear.playback != nil {
		a.gear.playback.SetDeafened(a.self.deafened)
	}
	o.applyVoice()
	o.sendSound()
}

// TurnCamera switches the camera. Where none was chosen, it takes the system's.
func TurnCamera(on bool) Command {
	return inCall(func(o *owner, a *attempt) error {
		if on && a.callType == callAudio {
			return ErrNoVideo
		}
		a.self.camera = on
		if on && a.self.choice.Camera == media.None {
			return o.choose(Camera, media.Default)
		}
		o.applyDevices()
		o.sendVideo()
		return nil
	})
}

// PushToTalk makes the microphone silent unless Talk says otherwise. It can be
// set without a call, too.
func PushToTalk(on bool) Command {
	return Command{func(o *owner) error {
		o.memory.Choice.PushToTalk = on
		o.remember()
		if a := o.attempt; a != nil {
			a.self.choice.PushToTalk = on
			a.self.setPushToTalk(on)
			o.applyVoice()
		}
		return nil
	}}
}

// Talk says that the key of push-to-talk went down or up.
func Talk(down bool) Command {
	return inCall(func(o *owner, a *attempt) error {
		if !a.self.pushToTalk {
			return ErrNoPushToTalk
		}
		if a.self.talk(down, time.Now()) {
			o.tail = time.After(releaseTail)
		}
		o.applyVoice()
		return nil
	})
}

// Choose changes a device. It can be done without a call, too.
func Choose(kind DeviceKind, id string) Command {
	return Command{func(o *owner) error { return o.choose(kind, id) }}
}

// Process switches the treatment of the microphone's sound. It can be set
// without a call, too.
func Process(p media.Processing) Command {
	return Command{func(o *owner) error {
		o.memory.Choice.Processing = p
		o.remember()
		if a := o.attempt; a != nil {
			a.self.choice.Processing = p
			if a.isLive() {
				a.gear.setProcessing(p)
			}
		}
		return nil
	}}
}

// Share shares a screen; motion prefers many frames to sharp text.
func Share(id string, motion bool) Command {
	return Command{func(o *owner) error { return o.share(id, motion) }}
}

// StopSharing ends Share.
func StopSharing() Command {
	return Command{func(o *owner) error { o.stopSharing(); return nil }}
}

// Say says something to everybody.
func Say(text string) Command {
	return inCall(func(_ *owner, a *attempt) error {
		text := ownText(text)
		if a.call == nil || !a.about.CanChat || text == "" {
			return ErrChat
		}
		return a.call.Chat(text)
	})
}

// SetVolume changes how loud a friend is here, in percent from 0 to 200.
func SetVolume(peerID string, percent int) Command {
	return Command{func(o *owner) error {
		return o.setVolume(peerID, func(p *person) { p.volume = min(max(percent, 0), maxVolume) })
	}}
}

// Silence mutes a friend here only.
func Silence(peerID string, silenced bool) Command {
	return Command{func(o *owner) error {
		return o.setVolume(peerID, func(p *person) { p.silenced = silenced })
	}}
}

// inCall is a command for a call that is prepared or going on.
func inCall(do func(*owner, *attempt) error) Command {
	return Command{func(o *owner) error {
		if !o.attempt.isLive() {
			return ErrNoCall
		}
		return do(o, o.attempt)
	}}
}
