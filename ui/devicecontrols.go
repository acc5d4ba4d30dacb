package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// deviceControls are the three pickers, and one click deeper how the
// microphone's sound is treated.
type deviceControls struct {
	object   *fyne.Container
	pickers  []*picker
	more     *pushButton
	switches *fyne.Container
	echo     *toggle
	noise    *toggle
	gain     *toggle
	talk     *toggle
	send     func(app.Command)
	resized  func() // the height has changed
	holding  bool   // Space talks
}

func newDeviceControls(send func(app.Command), resized func()) *deviceControls {
	c := &deviceControls{send: send, resized: resized}
	pick := func(kind session.DeviceKind, id string) { send(app.ChooseDevice{Kind: kind, ID: id}) }
	c.object = container.New(columnLayout{12})
	for _, kind := range []session.DeviceKind{session.Microphone, session.Speaker, session.Camera} {
		p := newPicker(kind, pick)
		c.pickers = append(c.pickers, p)
		c.object.Add(p.object)
	}
	c.echo = newToggle(tr("device.echo"), c.treat)
	c.noise = newToggle(tr("device.noise"), c.treat)
	c.gain = newToggle(tr("device.gain"), c.treat)
	c.talk = newToggle(tr("device.pushToTalk"), func(on bool) { send(app.SetPushToTalk{On: on}) })
	c.switches = container.New(columnLayout{2}, c.echo.check, c.noise.check, c.gain.check, c.talk.check,
		newParagraph(tr("device.pushToTalkHint"), textCaption, colorMuted))
	c.switches.Hide()
	for _, t := range []*toggle{c.echo, c.noise, c.gain, c.talk} {
		t.check.spaceTaken = c.spaceTaken
	}
	for _, p := range c.pickers {
		p.choice.spaceTaken = c.spaceTaken
	}
	c.more = newPushButton(tr("device.more"), "folded", buttonPlain, c.unfold)
	c.object.Add(container.New(rowLayout{0, 1}, c.more, container.NewWithoutLayout()))
	c.object.Add(c.switches)
	return c
}

// spaceTaken says that Space talks: in a call, while push-to-talk is on.
func (c *deviceControls) spaceTaken() bool { return c.holding }

// treat asks for the treatment that the switches say.
func (c *deviceControls) treat(bool) {
	c.send(app.SetProcessing{Processing: media.Processing{
		Echo: c.echo.check.Checked, Noise: c.noise.check.Checked, Gain: c.gain.check.Checked,
	}})
}

// unfold shows or hides the switches.
func (c *deviceControls) unfold() {
	setVisible(c.switches, !c.switches.Visible())
	icon := "folded"
	if c.switches.Visible() {
		icon = "open"
	}
	c.more.set(tr("device.more"), icon)
	c.resized()
}

// update shows devices and choices of a call.
func (c *deviceControls) update(s *session.Snapshot, now time.Time) {
	c.holding = inCall(s.State) && s.Me.PushToTalk
	changed := false
	for _, p := range c.pickers {
		devices, chosen := devicesOf(s, p.kind)
		changed = p.update(devices, chosen, troubleOf(s, p.kind), now) || changed
		setVisible(p.object, p.kind != session.Camera || s.CallType != "audio")
	}
	c.echo.update(s.Choice.Processing.Echo, now)
	c.noise.update(s.Choice.Processing.Noise, now)
	c.gain.update(s.Choice.Processing.Gain, now)
	c.talk.update(s.Me.PushToTalk, now)
	if changed {
		c.resized()
	}
}

func devicesOf(s *session.Snapshot, kind session.DeviceKind) (devices []media.Device, chosen string) {
	switch kind {
	case session.Microphone:
		return s.Devices.Microphones, s.Choice.Microphone
	case session.Speaker:
		return s.Devices.Speakers, s.Choice.Speaker
	default:
		return s.Devices.Cameras, s.Choice.Camera
	}
}

// toggle is a switch with its words.
type toggle struct {
	check  *passingCheck
	wanted wish[bool]
}

func newToggle(text string, onChange func(bool)) *toggle {
	t := &toggle{}
	t.check = newPassingCheck(text, func(on bool) {
		t.wanted.set(on, time.Now())
		onChange(on)
	})
	return t
}

// update shows how it is switched.
func (t *toggle) update(on bool, now time.Time) {
	if on = t.wanted.over(on, now); t.check.Checked != on {
		t.check.Checked = on // not SetChecked, which would send it
		t.check.Refresh()
	}
}
