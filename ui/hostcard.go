package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// hostCard says how the host is doing and has the one big button.
type hostCard struct {
	object  fyne.CanvasObject
	octopus *glyph
	ground  *panelGround
	title   *paragraph
	words   *paragraph
	details *fyne.Container
	shown   []detail
	button  *pushButton
	doctor  *fyne.Container // the way to the page Doctor
	// onStart and onStop are what the button does.
	onStart, onStop func()
	hosting         bool
	// solo is true while the card is all there is on the page.
	solo bool
}

func newHostCard(onStart, onStop, onDoctor func()) *hostCard {
	c := &hostCard{
		octopus: newGlyph("octopus", colorMuted, 52),
		ground:  newGround(colorGrayTint, "", 44),
		title:   newParagraph("", textHeading, theme.ColorNameForeground),
		words:   newParagraph("", textBody, colorMuted),
		details: container.New(columnLayout{6}),
		onStart: onStart,
		onStop:  onStop,
	}
	c.title.bold = true
	c.button = newPushButton("", "play", buttonPrimary, c.tapped)
	c.button.large = true
	c.doctor = container.New(wrapLayout{0}, newPushButton(tr("host.doctor"), "doctor", buttonQuiet, onDoctor))
	c.object = newCard(container.New(hostLayout{c, new(float32)},
		badge(c.octopus, c.ground, 88),
		container.New(columnLayout{spaceSmall}, c.title, c.words, c.details, c.doctor),
		c.button,
	), spaceLarge)
	return c
}

func (c *hostCard) tapped() {
	if c.hosting {
		c.onStop()
	} else {
		c.onStart()
	}
}

// stand makes the card the only one on the page, or not.
func (c *hostCard) stand(solo bool) {
	if c.solo == solo {
		return
	}
	c.solo = solo
	align := fyne.TextAlignLeading
	if solo {
		align = fyne.TextAlignCenter
	}
	for _, text := range []*paragraph{c.title, c.words} {
		text.align = align
		text.Refresh()
	}
}

// update draws the host of a snapshot.
func (c *hostCard) update(s *app.Snapshot, now time.Time) {
	words := wordsOf(s, now)
	c.octopus.set("octopus", words.ink)
	c.ground.set(words.tint)
	c.title.setText(words.title)
	c.words.setText(words.sentence)
	c.updateDetails(words.details)
	setVisible(c.doctor, wantsDoctor(s))

	c.hosting = s.Host.State == app.HostRunning
	text, icon, kind := tr("host.start"), "play", buttonPrimary
	switch s.Host.State {
	case app.HostRunning:
		text, icon, kind = tr("host.stop"), "stop", buttonQuiet
	case app.HostStarting:
		text = tr("host.starting.button")
	case app.HostStopping:
		text, icon, kind = tr("host.stopping.button"), "stop", buttonQuiet
	case app.HostFailed:
		text = tr("host.retry")
	}
	if c.button.kind != kind {
		c.button.kind = kind
		c.button.Refresh()
	}
	c.button.set(text, icon)
	c.button.enable(s.Host.State != app.HostStarting && s.Host.State != app.HostStopping)
}

func (c *hostCard) updateDetails(details []detail) {
	if sameDetails(c.shown, details) {
		return
	}
	c.shown = details
	c.details.RemoveAll()
	for _, d := range details {
		c.details.Add(container.New(rowLayout{10, 1},
			newGlyph(d.icon, d.ink, 18), newParagraph(d.text, 14, colorMuted)))
	}
}

func sameDetails(a, b []detail) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
