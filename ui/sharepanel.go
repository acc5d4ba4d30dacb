package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// sharePanel chooses what others see of this computer's screens.
type sharePanel struct {
	sheet        *sheet
	choosing     *fyne.Container
	sharing      *fyne.Container
	list         *fyne.Container
	scroll       *container.Scroll
	none         *paragraph
	text, motion *pushButton
	share        *pushButton
	preview      *pane
	screens      []media.Device
	buttons      []*pushButton
	chosen       string
	drawn        bool
}

func newSharePanel(clock *frameClock, send func(app.Command), onClose func()) *sharePanel {
	p := &sharePanel{list: container.New(columnLayout{6}), preview: newPane(clock, false, false)}
	p.none = newParagraph(tr("share.none"), textBody, colorMuted)
	p.text = newPushButton(tr("share.text"), "", buttonChoice, func() { p.prefer(false) })
	p.motion = newPushButton(tr("share.motion"), "", buttonChoice, func() { p.prefer(true) })
	p.share = newPushButton(tr("share.start"), "share", buttonPrimary, func() {
		send(app.ShareScreen{ID: p.chosen, Motion: p.motion.chosen})
	})
	p.prefer(false)
	p.scroll = newScroll(p.list)
	foot := container.New(columnLayout{10},
		newLine(tr("share.kind"), textCaption, colorMuted).shrinking(),
		container.New(newTilesLayout(spaceSmall, 120), p.text, p.motion), p.share)
	p.choosing = container.New(footLayout{}, p.scroll, foot)
	stop := newPushButton(tr("share.stop"), "stop", buttonPrimary, func() { send(app.StopSharing{}) })
	p.sharing = container.New(columnLayout{spaceMedium},
		newParagraph(tr("share.sharing"), textBody, theme.ColorNameForeground),
		container.New(wideLayout{}, newGround(colorDark, "", cornerRadius), p.preview), stop)
	p.sheet = newSheet(tr("share.title"), container.NewStack(p.choosing, p.sharing), onClose)
	return p
}

func (p *sharePanel) prefer(motion bool) {
	p.text.choose(!motion)
	p.motion.choose(motion)
}

// update shows the screens that there are, or what is being shared.
func (p *sharePanel) update(s *session.Snapshot) {
	setVisible(p.choosing, !s.Me.Sharing)
	setVisible(p.sharing, s.Me.Sharing)
	if p.drawn && sameDevices(p.screens, s.Devices.Screens) {
		return
	}
	p.drawn, p.screens = true, s.Devices.Screens
	p.buttons = nil
	p.list.RemoveAll()
	there := false
	for _, screen := range p.screens {
		there = there || screen.ID == p.chosen
		icon, name := screenWords(screen)
		button := newPushButton(ellipsis(name, sheetWidth-100, textBody, fyne.TextStyle{Bold: true}), icon, buttonChoice, func() { p.choose(screen.ID) })
		button.leading = true
		p.buttons = append(p.buttons, button)
		p.list.Objects = append(p.list.Objects, button)
	}
	if len(p.screens) == 0 {
		p.list.Objects = append(p.list.Objects, p.none)
	} else if !there {
		p.chosen = p.screens[0].ID
	}
	p.choose(p.chosen)
	p.share.enable(len(p.screens) > 0)
	reflow(p.scroll)
}

// choose marks what is to be shared.
func (p *sharePanel) choose(id string) {
	p.chosen = id
	for i, button := range p.buttons {
		button.choose(p.screens[i].ID == id)
	}
}

// screenPrefix begins the IDs of whole screens; all others are windows.
const screenPrefix = "screen:"

// screenWords are icon and name of what can be shared.
func screenWords(d media.Device) (icon, name string) {
	if strings.HasPrefix(d.ID, screenPrefix) {
		return "screen", tr("share.screen", "name", shown(d.Name))
	}
	return "window", shown(d.Name)
}

func sameDevices(a, b []media.Device) bool {
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

// footLayout sets the second object at the bottom and gives the first the rest.
type footLayout struct{}

// Layout places both.
func (footLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	height := heightAt(objects[1], size.Width)
	objects[1].Move(fyne.NewPos(0, size.Height-height))
	objects[0].Resize(fyne.NewSize(size.Width, size.Height-height-12))
}

// MinSize is small.
func (footLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 150) }

// wideLayout gives its content the shape 16:9.
type wideLayout struct{}

// Layout stacks the content.
func (wideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
}

// MinSize fits the panel at the side.
func (wideLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(160, 170) }
