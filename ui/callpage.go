package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// callPage is the page of the call that the person takes part in, whatever its
// state: none yet, before joining, in it, over.
type callPage struct {
	object  *fyne.Container
	form    *joinForm
	idle    fyne.CanvasObject
	prepare *preparePage
	room    *roomPage
	ended   *endedPage
	viewer  *viewer
	clock   *frameClock
	state   session.State
}

// callActions are what the page asks for.
type callActions struct {
	send      func(app.Command)
	show      func(video string, view *media.View)
	clipboard func() string
	canvas    fyne.Canvas
	poke      func()            // wakes Fyne's goroutine
	redraw    func()            // asks for an update with the newest snapshot
	fill      func()            // the whole screen for the call, or no more
	copy      func(text string) // into the clipboard
	typing    func()            // a text field takes the keys
}

func newCallPage(actions callActions) *callPage {
	clock := newFrameClock(actions.canvas, actions.poke)
	p := &callPage{clock: clock, viewer: newViewer(actions.show), state: session.StateIdle}
	p.form = newJoinForm(true, actions.clipboard, func(link string) { actions.send(app.PrepareCall{Link: link}) })
	p.idle = container.New(middleLayout{560}, newJoinCard(p.form))
	p.prepare = newPreparePage(clock, actions.send)
	p.room = newRoomPage(clock, roomActions{send: actions.send, changed: actions.redraw, fill: actions.fill, copy: actions.copy, typing: actions.typing})
	p.ended = newEndedPage(func() { actions.send(app.JoinCall{}) }, func() { actions.send(app.LeaveCall{}) })
	p.object = container.NewStack(p.idle, p.prepare.object, p.room.object, p.ended.object)
	for _, object := range p.object.Objects[1:] {
		object.Hide()
	}
	return p
}

// inCall says whether one is in a call, be it over a broken connection.
func inCall(state session.State) bool {
	return state == session.StateInCall || state == session.StateReconnecting
}

// isOn says whether there is a call that leaving would end.
func isOn(state session.State) bool { return inCall(state) || state == session.StateJoining }

// follow takes the state of a call, whether or not the page is to be seen. It
// says whether there is something that people want to see: a call that began,
// or why it cannot begin.
func (p *callPage) follow(s *session.Snapshot) (isNews bool) {
	before := p.state
	if s.State == "" || s.State == before {
		return false
	}
	p.state = s.State
	quiet := before == session.StateIdle || before == session.StateEnded
	active := s.State != session.StateIdle && s.State != session.StateEnded
	if quiet && active {
		p.prepare.begin(s)
		p.room.begin()
	}
	return quiet && active || s.State == session.StateEnded && s.Problem != nil
}

// update draws a call.
func (p *callPage) update(s *session.Snapshot, now time.Time) {
	wanted := make(map[string]*pane)
	state := s.State
	setVisible(p.prepare.object, state == session.StatePreparing || state == session.StateJoining)
	setVisible(p.room.object, inCall(state))
	setVisible(p.ended.object, state == session.StateEnded)
	setVisible(p.idle, state == session.StateIdle || state == "")
	switch {
	case state == session.StatePreparing, state == session.StateJoining:
		p.prepare.update(s, now)
		if pane := p.prepare.preview.wanted(); pane != nil {
			wanted[session.VideoSelf] = pane
		}
	case inCall(state):
		p.room.update(s, now)
		wanted = p.room.videos()
	case state == session.StateEnded:
		p.ended.update(s)
	}
	p.viewer.set(wanted)
}

// rest ends all pictures, for the page is not to be seen.
func (p *callPage) rest() { p.viewer.set(nil) }
