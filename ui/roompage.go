package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/session"
)

// roomPage is the call while one is in it: the stage, the bar below, and a
// panel at the side.
type roomPage struct {
	object  *fyne.Container
	stage   *stage
	bar     *callBar
	hint    *paragraph
	hintBox *fyne.Container
	chat    *chatPanel
	people  *peoplePanel
	share   *sharePanel
	devices *devicesPanel
	open    sidePanel
	covers  bool // the panel covers the stage
	changed func()
	focus   func(fyne.Focusable)
}

// roomActions are what the page asks for.
type roomActions struct {
	send func(app.Command)
	// changed asks for an update with the newest snapshot.
	changed func()
	// fill gives the whole screen to the call, or takes it back.
	fill func()
	// copy puts a text into the clipboard.
	copy func(text string)
	// typing says that a text field takes the keys.
	typing func()
}

func newRoomPage(clock *frameClock, actions roomActions) *roomPage {
	r := &roomPage{changed: actions.changed, focus: clock.canvas.Focus}
	r.stage = newStage(clock, actions.changed, func() { r.toggle(panelPeople) })
	r.bar = newCallBar(callBarActions{send: actions.send, panel: r.toggle})
	closePanel := func() { r.toggle(panelNone) }
	r.chat = newChatPanel(actions, closePanel)
	r.people = newPeoplePanel(actions.send, closePanel)
	r.share = newSharePanel(clock, actions.send, closePanel)
	r.devices = newDevicesPanel(actions.send, actions.fill, closePanel)
	r.hint = newParagraph("", textBody, colorOnDark)
	r.hint.align = fyne.TextAlignCenter
	r.hintBox = container.NewStack(newGround(colorVeil, "", cornerRadius), padded(r.hint, spaceMedium, spaceSmall))
	r.hintBox.Hide()
	r.object = container.New(roomLayout{r}, r.stage.object, r.hintBox, r.bar.object,
		r.chat.sheet.object, r.people.sheet.object, r.share.sheet.object, r.devices.sheet.object)
	return r
}

// begin empties the page for another call.
func (r *roomPage) begin() {
	r.chat.forget()
	r.stage.pinned, r.stage.hidden = "", false
	if r.open != panelNone {
		r.toggle(panelNone)
	}
}

// videos are the panes that can be seen, by the video that they show.
func (r *roomPage) videos() map[string]*pane {
	wanted := make(map[string]*pane)
	if !r.covers {
		wanted = r.stage.videos()
	}
	if r.open == panelShare && r.share.sharing.Visible() {
		wanted[session.VideoScreen] = r.share.preview
	}
	return wanted
}

// toggle opens a panel, or closes the one that is open.
func (r *roomPage) toggle(panel sidePanel) {
	if r.open == panel {
		panel = panelNone
	}
	r.open = panel
	for which, s := range r.sheets() {
		setVisible(s.object, which == panel)
	}
	r.object.Layout.Layout(r.object.Objects, r.object.Size())
	r.changed()
	if panel == panelChat {
		r.focus(r.chat.field) // one can type at once
	}
}

func (r *roomPage) sheets() map[sidePanel]*sheet {
	return map[sidePanel]*sheet{
		panelChat: r.chat.sheet, panelPeople: r.people.sheet,
		panelShare: r.share.sheet, panelDevices: r.devices.sheet,
	}
}

// update shows a call.
func (r *roomPage) update(s *session.Snapshot, now time.Time) {
	r.stage.update(s, now)
	r.chat.update(s, r.open == panelChat, now)
	switch r.open {
	case panelPeople:
		r.people.update(s)
	case panelShare:
		r.share.update(s)
	case panelDevices:
		r.devices.update(s)
	}
	r.bar.update(s, r.open, r.chat.unread)
	r.say(hintOf(s.Me))
	r.object.Layout.Layout(r.object.Objects, r.object.Size())
}

// say shows a hint above the bar, or none.
func (r *roomPage) say(hint string) {
	r.hint.setText(hint)
	setVisible(r.hintBox, hint != "")
}

// hintOf is what the person should know about the own microphone now.
func hintOf(m session.Me) string {
	switch {
	case m.SpeakingWhileMuted && m.PushToTalk:
		return tr("call.hint.pushToTalk")
	case m.SpeakingWhileMuted && m.Deafened:
		return tr("call.hint.deafened")
	case m.SpeakingWhileMuted:
		return tr("call.hint.muted")
	default:
		return ""
	}
}

// roomLayout sets stage, bar and panel.
type roomLayout struct{ room *roomPage }

const (
	sheetWidth  float32 = 340
	sheetBeside float32 = 700 // width from which a panel stands beside the stage
)

// Layout places stage, hint, bar and panels.
func (l roomLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	stage, hint, bar := objects[0], objects[1], objects[2]
	height := callBarLayout{l.room.bar}.heightAt(size.Width)
	bar.Move(fyne.NewPos(0, size.Height-height))
	bar.Resize(fyne.NewSize(size.Width, height))
	rest := fyne.NewSize(size.Width, size.Height-height)
	sheet := fyne.NewSize(rest.Width, rest.Height)
	beside := size.Width >= sheetBeside
	if l.room.open != panelNone && beside {
		sheet.Width = sheetWidth
		rest.Width -= sheetWidth
	}
	l.room.covers = l.room.open != panelNone && !beside
	stage.Move(fyne.NewPos(tileGap, tileGap))
	stage.Resize(fyne.NewSize(rest.Width-2*tileGap, rest.Height-2*tileGap))
	for _, object := range objects[3:] {
		object.Move(fyne.NewPos(size.Width-sheet.Width, 0))
		object.Resize(sheet)
	}
	if hint.Visible() {
		width := min(rest.Width-2*spaceMedium, 460)
		high := heightAt(hint, width)
		hint.Move(fyne.NewPos((rest.Width-width)/2, rest.Height-high-48)) // above the names
	}
}

// MinSize leaves it to the window.
func (roomLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 400) }
