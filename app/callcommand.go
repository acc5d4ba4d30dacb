package app

import (
	"takoshome/app/media"
	"takoshome/app/session"
)

// PrepareCall reads a link and shows devices and preview before joining. A call
// that is going on stays; then the command is refused with a Notice.
type PrepareCall struct {
	Link string // as pasted: https://…/j#…, takoshome:https://…, wss://…?token=…
	// Wishes are for this call alone.
	Wishes Wishes
	// Now goes in without waiting for JoinCall.
	Now bool
}

// JoinCall goes into the prepared call, or once more into the one that ended.
type JoinCall struct {
	Name string // where the link asks for one; empty: Me.Name
}

// LeaveCall hangs up, or gives up joining, or closes what has ended.
type LeaveCall struct{}

// SetMuted switches the microphone.
type SetMuted struct{ Muted bool }

// SetDeafened switches everything one hears; deafened is muted too.
type SetDeafened struct{ Deafened bool }

// SetCamera switches the camera.
type SetCamera struct{ On bool }

// SetPushToTalk makes the microphone silent unless Talk says otherwise.
type SetPushToTalk struct{ On bool }

// Talk says that the key of push-to-talk went down or up.
type Talk struct{ Down bool }

// ChooseDevice changes a device: an ID of media.Device, media.Default or media.None.
type ChooseDevice struct {
	Kind session.DeviceKind
	ID   string
}

// SetProcessing switches the treatment of the microphone's sound.
type SetProcessing struct{ Processing media.Processing }

// ShareScreen shares a screen of session.Snapshot.Devices.
type ShareScreen struct {
	ID string
	// Motion prefers many frames to sharp text.
	Motion bool
}

// StopSharing ends ShareScreen.
type StopSharing struct{}

// SendChat says something to everybody.
type SendChat struct{ Text string }

// SetVolume changes how loud a friend is here, in percent from 0 to 200.
type SetVolume struct {
	PeerID  string
	Percent int
}

// SetSilenced mutes a friend here only.
type SetSilenced struct {
	PeerID   string
	Silenced bool
}

// AnswerCall takes a call that rings, and goes in.
type AnswerCall struct{ ID string }

// DeclineCall refuses a call that rings.
type DeclineCall struct{ ID string }

func (PrepareCall) isCommand()   {}
func (JoinCall) isCommand()      {}
func (LeaveCall) isCommand()     {}
func (SetMuted) isCommand()      {}
func (SetDeafened) isCommand()   {}
func (SetCamera) isCommand()     {}
func (SetPushToTalk) isCommand() {}
func (Talk) isCommand()          {}
func (ChooseDevice) isCommand()  {}
func (SetProcessing) isCommand() {}
func (ShareScreen) isCommand()   {}
func (StopSharing) isCommand()   {}
func (SendChat) isCommand()      {}
func (SetVolume) isCommand()     {}
func (SetSilenced) isCommand()   {}
func (AnswerCall) isCommand()    {}
func (DeclineCall) isCommand()   {}
