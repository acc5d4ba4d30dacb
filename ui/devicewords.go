package ui

import (
	"path/filepath"
	"strings"

	"takoshome/app/media"
	"takoshome/app/session"
)

// kindName names a kind of device.
func kindName(kind session.DeviceKind) string {
	switch kind {
	case session.Microphone:
		return tr("device.microphone")
	case session.Speaker:
		return tr("device.speaker")
	case session.Camera:
		return tr("device.camera")
	default:
		return tr("device.screen")
	}
}

// noDevice is the choice to go without.
func noDevice(kind session.DeviceKind) string {
	switch kind {
	case session.Microphone:
		return tr("device.noMicrophone")
	case session.Speaker:
		return tr("device.noSpeaker")
	default:
		return tr("device.noCamera")
	}
}

// deviceName names a device of which there is nothing but its ID: a tone, a
// film, or one that was unplugged.
func deviceName(id string) string {
	if hertz, tone := strings.CutPrefix(id, media.TonePrefix); tone {
		return tr("device.tone", "hertz", hertz)
	}
	return filepath.Base(id)
}

// troubleWords is one sentence about a device that does not work: what it
// means, and what happens or helps. The keys are "trouble.KIND.TROUBLE".
func troubleWords(t session.DeviceTrouble) string {
	name := shown(t.Name)
	key := "trouble." + string(t.Kind) + "." + string(t.Trouble)
	if none := "trouble." + string(t.Kind) + ".none"; name == "" && t.Trouble == media.TroubleGone && known(none) {
		return trArgs(none, nil) // there is no such device at all
	}
	if !known(key) {
		key = "trouble." + string(t.Kind) + "." + string(media.TroubleBroken)
	}
	words := trArgs(key, map[string]string{"name": name})
	if name == "" {
		words = strings.NewReplacer("  ", " ", " .", ".").Replace(words)
	}
	return words
}

// hasNoCamera tells of a computer without any camera, which is no reason to warn
// throughout the call: the page before it has said so, and the own tile shows it.
func hasNoCamera(t session.DeviceTrouble) bool {
	return t.Kind == session.Camera && t.Trouble == media.TroubleGone && t.Name == ""
}

// troubleOf finds the trouble of a kind of device.
func troubleOf(s *session.Snapshot, kind session.DeviceKind) *session.DeviceTrouble {
	for i := range s.Troubles {
		if s.Troubles[i].Kind == kind && s.Troubles[i].Trouble != media.TroubleNone {
			return &s.Troubles[i]
		}
	}
	return nil
}

// problemWords are title and sentence of why a call does not begin or ended.
// The keys are "call.problem.KEY" and "call.problemTitle.KEY".
func problemWords(s *session.Snapshot) (title, sentence string) {
	p := s.Problem
	key := p.Key
	if !known("call.problem." + key) {
		key = session.ProblemHostError
	}
	args := map[string]string{"host": shown(s.Host), "key": p.Key}
	for name, value := range p.Args {
		args[name] = abridged(shown(value))
	}
	if args["host"] == "" {
		args["host"] = tr("call.theHost")
	}
	return trArgs("call.problemTitle."+key, args), trArgs("call.problem."+key, args)
}
