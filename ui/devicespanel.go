package ui

import (
	"time"

	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/session"
)

// devicesPanel changes devices during a call, and says which keys there are.
type devicesPanel struct {
	sheet    *sheet
	controls *deviceControls
	scroll   *container.Scroll
}

func newDevicesPanel(send func(app.Command), fill, onClose func()) *devicesPanel {
	p := &devicesPanel{}
	p.controls = newDeviceControls(send, func() { reflow(p.scroll) })
	p.scroll = newScroll(container.New(columnLayout{spaceMedium},
		p.controls.object, newPushButton(tr("call.full"), "full", buttonQuiet, fill), newParagraph(tr("call.keys"), textCaption, colorMuted)))
	p.sheet = newSheet(tr("call.devices"), p.scroll, onClose)
	return p
}

// update shows the devices of a call.
func (p *devicesPanel) update(s *session.Snapshot) { p.controls.update(s, time.Now()) }
