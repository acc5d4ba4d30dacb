package ui

import "takoshome/app"

// Ringer makes calls heard. All of it returns at once.
type Ringer interface {
	// Ring begins the tone of a call that comes in, in place of another.
	Ring()
	// Call begins the tone of a call that rings elsewhere, in place of another.
	Call()
	// Silence ends either.
	Silence()
}

// noRinger leaves calls silent.
type noRinger struct{}

func (noRinger) Ring()    {}
func (noRinger) Call()    {}
func (noRinger) Silence() {}

// sounding is what is to be heard.
type sounding uint8

const (
	soundsNothing sounding = iota
	soundsRing
	soundsCall
)

// tones keeps the ringer in step with the snapshots.
type tones struct {
	ringer Ringer
	now    sounding
}

// follow begins and ends tones. Who is in a call talks: cards and notifications
// have to do.
func (t *tones) follow(s *app.Snapshot) {
	wanted := soundsNothing
	switch out := s.People.Outgoing; {
	case isOn(s.Call.State):
	case len(s.Call.Incoming) > 0:
		wanted = soundsRing
	case out != nil && (out.State == outCalling || out.State == outRinging):
		wanted = soundsCall
	}
	if wanted == t.now {
		return
	}
	t.now = wanted
	switch wanted {
	case soundsRing:
		t.ringer.Ring()
	case soundsCall:
		t.ringer.Call()
	default:
		t.ringer.Silence()
	}
}
