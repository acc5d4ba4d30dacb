package ui

import (
	"takoshome/app"
	"takoshome/app/session"
)

// join shows a call before joining; what comes of the link shows on its page.
func (f *frontend) join(link string) {
	f.app.Send(app.PrepareCall{Link: link})
	f.shell.open(pageCall)
	f.redraw()
}

func (f *frontend) clipboard() string { return f.fyne.Clipboard().Content() }

// answer takes a call that rings and brings the window up.
func (f *frontend) answer(id string) {
	f.app.Send(app.AnswerCall{ID: id})
	f.shell.open(pageCall)
	f.show()
}

func (f *frontend) decline(id string) { f.app.Send(app.DeclineCall{ID: id}) }

// followCall does what a new state of the call brings with it.
func (f *frontend) followCall(call *session.Snapshot) {
	if f.shell.call.follow(call) {
		f.shell.open(pageCall)
	}
	if f.talking && (!inCall(call.State) || !call.Me.PushToTalk) {
		f.stopTalking()
	}
	if f.shell.full && !inCall(call.State) {
		f.setFull(false)
	}
}

// callMessage is what the bar says about the call: a broken way to the host, a
// device that does not work, a weak connection.
func (f *frontend) callMessage() *message {
	call := &f.snapshot.Call
	switch {
	case call.State == session.StateReconnecting:
		return &message{
			text: tr("call.reconnecting"), button: tr("call.hangUp"),
			do: func() { f.app.Send(app.LeaveCall{}) },
		}
	case !inCall(call.State):
		return nil
	}
	for _, trouble := range call.Troubles {
		if trouble.Trouble != "" && !hasNoCamera(trouble) {
			return &message{text: troubleWords(trouble), bad: true, button: tr("call.devices"), do: f.openDevices}
		}
	}
	if words := qualityOfMe(call.Me.Quality); words != "" {
		return &message{text: words}
	}
	return nil
}

// openDevices shows the devices beside the call.
func (f *frontend) openDevices() {
	f.shell.open(pageCall)
	if room := f.shell.call.room; room.open != panelDevices {
		room.toggle(panelDevices)
	}
	f.redraw()
}
