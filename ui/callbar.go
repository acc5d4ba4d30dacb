package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/session"
)

// callBar is the row of buttons under the call.
type callBar struct {
	object                            *fyne.Container
	mute, camera, share, chat, people *pushButton
	devices, deafen, hangUp           *pushButton
	level                             *meter
	me                                session.Me
}

// callBarActions are what the buttons ask for.
type callBarActions struct {
	send  func(app.Command)
	panel func(sidePanel) // opens a panel at the side, or closes it
}

func newCallBar(actions callBarActions) *callBar {
	b := &callBar{level: newMeter(4)}
	tool := func(icon string, do func()) *pushButton {
		button := newPushButton("", icon, buttonTool, do)
		button.stacked = true
		return button
	}
	b.mute = tool("mic", func() {
		if !holdsToTalk(b.me) {
			actions.send(app.SetMuted{Muted: !b.me.Muted})
		}
	})
	b.mute.held = func(down bool) {
		if holdsToTalk(b.me) {
			actions.send(app.Talk{Down: down})
		}
	}
	b.camera = tool("camera", func() { actions.send(app.SetCamera{On: !b.me.Camera}) })
	b.share = tool("share", func() { actions.panel(panelShare) })
	b.chat = tool("chat", func() { actions.panel(panelChat) })
	b.people = tool("people", func() { actions.panel(panelPeople) })
	b.devices = tool("sliders", func() { actions.panel(panelDevices) })
	b.deafen = tool("ears", func() { actions.send(app.SetDeafened{Deafened: !b.me.Deafened}) })
	b.hangUp = tool("hangup", func() { actions.send(app.LeaveCall{}) })
	b.hangUp.kind = buttonHangUp
	objects := []fyne.CanvasObject{newGround(colorNav, "", 0)}
	for _, button := range b.buttons() {
		button.spaceTaken = func() bool { return b.me.PushToTalk }
		objects = append(objects, button)
	}
	b.object = container.New(callBarLayout{b}, append(objects, b.level)...)
	return b
}

// buttons are all of them from left to right.
func (b *callBar) buttons() []*pushButton {
	return []*pushButton{b.mute, b.camera, b.share, b.chat, b.people, b.devices, b.deafen, b.hangUp}
}

// update shows how things are switched; open is the panel at the side, unread
// the number of messages that nobody has read.
func (b *callBar) update(s *session.Snapshot, open sidePanel, unread int) {
	b.me = s.Me
	on := hears(s.Me)
	icon := "mic"
	if !on {
		icon = "mic-off"
	}
	b.mute.set(muteWord(s.Me), icon)
	b.mute.turn(on)
	ink := colorGood
	if !on {
		ink = colorMuted
	}
	b.level.set(s.Me.Level, ink)

	word, icon := tr("call.cameraOff"), "camera"
	if !s.Me.Camera {
		word, icon = tr("call.cameraOn"), "camera-off"
	}
	b.camera.set(word, icon)
	b.camera.turn(s.Me.Camera)
	setVisible(b.camera, s.CallType != "audio")
	setVisible(b.share, s.CallType != "audio")
	word = tr("call.share")
	if s.Me.Sharing {
		word = tr("call.sharing")
	}
	b.share.set(word, "share")
	b.share.choose(open == panelShare || s.Me.Sharing)
	b.chat.set(tr("call.chat"), "chat")
	b.chat.choose(open == panelChat)
	b.chat.setMark(countMark(unread))
	setVisible(b.chat, s.CanChat)
	b.people.set(tr("call.people"), "people")
	b.people.choose(open == panelPeople)
	b.devices.set(tr("call.devices"), "sliders")
	b.devices.choose(open == panelDevices)

	word, icon = tr("call.deafen"), "ears"
	if s.Me.Deafened {
		word, icon = tr("call.undeafen"), "ears-off"
	}
	b.deafen.set(word, icon)
	b.deafen.turn(!s.Me.Deafened)
	b.hangUp.set(tr("call.hangUp"), "hangup")
	b.object.Layout.Layout(b.object.Objects, b.object.Size())
}

// muteWord is what the microphone's button does.
func muteWord(m session.Me) string {
	switch {
	case holdsToTalk(m):
		return tr("call.pushToTalk.short")
	case m.Muted:
		return tr("call.unmute")
	default:
		return tr("call.mute")
	}
}

// countMark is a small number; nothing for none.
func countMark(n int) string {
	switch {
	case n <= 0:
		return ""
	case n > 99:
		return "99+"
	default:
		return groupDigits(uint64(n))
	}
}
