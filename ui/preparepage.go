package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/session"
)

// preparePage is what one sees before going into a call: oneself, the devices,
// and one big button.
type preparePage struct {
	object   *fyne.Container
	preview  *previewBox
	meter    *meter
	title    *paragraph
	words    *paragraph
	controls *deviceControls
	name     *textField
	nameBox  *fyne.Container
	refusal  *paragraph // why the last name was not taken
	join     *pushButton
	cancel   *pushButton
	scroll   *container.Scroll
	level    *fyne.Container
	send     func(app.Command)
	focus    func(fyne.Focusable)
	focused  func() fyne.Focusable
	state    session.State
	needs    bool // a name
	asked    bool // for it
}

const mostName = 40 // characters of a guest's name (docs/protocol.md, 1.3)

func newPreparePage(clock *frameClock, send func(app.Command)) *preparePage {
	p := &preparePage{
		send: send, focus: clock.canvas.Focus, focused: clock.canvas.Focused, preview: newPreviewBox(clock, send), meter: newMeter(8),
		title: newParagraph("", textHeading, "foreground"), words: newParagraph("", 14, colorMuted),
		name: newTextField(tr("call.namePlaceholder"), mostName), refusal: newParagraph("", textCaption, colorBad),
	}
	p.title.bold = true
	p.refusal.Hide()
	p.name.OnSubmitted = func(string) { p.submit() }
	p.name.OnChanged = func(string) { p.enable() }
	p.nameBox = container.New(columnLayout{4}, newLine(tr("call.name"), textCaption, colorMuted).shrinking(), p.name, p.refusal)
	p.controls = newDeviceControls(send, p.reflow)
	p.join = newPushButton("", "phone", buttonPrimary, p.submit)
	p.join.large = true
	p.cancel = newPushButton(tr("call.cancel"), "", buttonQuiet, func() { send(app.LeaveCall{}) })
	p.level = container.New(columnLayout{6}, p.meter, newParagraph(tr("call.meterHint"), textCaption, colorMuted))
	p.scroll = newScroll(container.New(columnLayout{12}, p.nameBox, p.controls.object))
	p.object = container.New(prepareLayout{p},
		container.New(columnLayout{4}, p.title, p.words), p.preview.object, p.level,
		newGround(colorCard, colorLine, cornerRadius), p.scroll,
		container.New(rowLayout{spaceSmall, 1}, p.cancel, p.join))
	return p
}

// begin fills the page for another call.
func (p *preparePage) begin(s *session.Snapshot) {
	p.name.SetText(s.Me.Name)
	p.asked = false
}

// askName puts the cursor where the name is missing, once for each call.
func (p *preparePage) askName() {
	if p.asked || !p.needs {
		return
	}
	if p.name.Text == "" {
		p.focus(p.name)
	}
	// The canvas refuses while the page is not in it yet: then once more.
	p.asked = p.name.Text != "" || p.focused() == p.name
}

// submit goes into the call.
func (p *preparePage) submit() {
	if p.join.Disabled() {
		return
	}
	command := app.JoinCall{}
	if p.needs {
		command.Name = strings.TrimSpace(p.name.content())
	}
	p.send(command)
}

// reflow gives the devices the room that they need.
func (p *preparePage) reflow() {
	reflow(p.scroll)
	p.object.Layout.Layout(p.object.Objects, p.object.Size())
}

// enable lets the person join as soon as there is a name, where one is needed.
func (p *preparePage) enable() {
	named := !p.needs || strings.TrimSpace(p.name.Text) != ""
	p.join.enable(named && p.state != session.StateJoining)
}

// update shows a call that has not begun.
func (p *preparePage) update(s *session.Snapshot, now time.Time) {
	p.state, p.needs = s.State, s.NeedsName
	title := tr("call.prepare")
	if s.Room != "" {
		title = tr("call.prepareRoom", "room", abridged(shown(s.Room)))
	}
	p.title.setText(title)
	p.words.setText(whereWords(s))
	p.preview.update(s)
	ink := colorGood
	if s.Me.Muted {
		ink = colorMuted
	}
	p.meter.set(s.Me.Level, ink)
	p.controls.update(s, now)
	reshaped := p.nameBox.Visible() != s.NeedsName
	setVisible(p.nameBox, s.NeedsName)
	refusal := ""
	if s.Problem != nil {
		_, refusal = problemWords(s)
	}
	reshaped = reshaped || p.refusal.text != refusal
	p.refusal.setText(refusal)
	setVisible(p.refusal, refusal != "")
	if reshaped {
		p.reflow()
	}
	word := tr("call.join")
	if s.State == session.StateJoining {
		word = tr("call.joining")
	}
	p.join.set(word, "phone")
	p.enable()
	p.askName()
	p.object.Layout.Layout(p.object.Objects, p.object.Size())
}

// whereWords says what kind of call it is and who hosts it.
func whereWords(s *session.Snapshot) string {
	if s.CallType == "" {
		return abridged(shown(s.Host))
	}
	return tr("call.where", "type", callTypeName(s.CallType), "host", abridged(shown(s.Host)))
}
