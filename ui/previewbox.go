package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/app/session"
)

// previewBox is one's own picture before joining, with the switches of
// microphone and camera on it.
type previewBox struct {
	object       *fyne.Container
	pane         *pane
	hint         *paragraph
	mute, camera *pushButton
	me           session.Me
	video        bool
}

func newPreviewBox(clock *frameClock, send func(app.Command)) *previewBox {
	b := &previewBox{pane: newPane(clock, true), hint: newParagraph("", textBody, colorOnDark)}
	b.hint.align = fyne.TextAlignCenter
	b.pane.began = func() { b.hint.Hide() }
	b.mute = newPushButton("", "mic", buttonTool, func() { send(app.SetMuted{Muted: !b.me.Muted}) })
	b.camera = newPushButton("", "camera", buttonTool, func() { send(app.SetCamera{On: !b.me.Camera}) })
	for _, button := range []*pushButton{b.mute, b.camera} {
		button.stacked, button.terse = true, true
	}
	b.object = container.New(previewLayout{b}, newGround(colorDark, "", cornerRadius), b.pane, b.hint, b.mute, b.camera)
	return b
}

// update shows how one would go into a call.
func (b *previewBox) update(s *session.Snapshot) {
	b.me, b.video = s.Me, s.CallType != "audio"
	icon := "mic"
	if s.Me.Muted {
		icon = "mic-off"
	}
	b.mute.set(muteWord(s.Me), icon)
	b.mute.turn(!s.Me.Muted)
	icon = "camera"
	if !s.Me.Camera {
		icon = "camera-off"
	}
	b.camera.set("", icon)
	b.camera.turn(s.Me.Camera)
	setVisible(b.camera, b.video)
	b.hint.setText(previewHint(s))
	setVisible(b.hint, b.wanted() == nil || !b.pane.showing())
}

// wanted is the pane that wants the own picture, nil for none.
func (b *previewBox) wanted() *pane {
	if b.me.Camera && b.video {
		return b.pane
	}
	return nil
}

// previewHint says why there is no picture.
func previewHint(s *session.Snapshot) string {
	switch trouble := troubleOf(s, session.Camera); {
	case s.CallType == "audio":
		return tr("call.soundOnly")
	case s.Choice.Camera == media.None:
		return tr("call.noCamera")
	case !s.Me.Camera:
		return tr("call.cameraIsOff")
	case trouble != nil:
		return troubleWords(*trouble)
	default:
		return tr("call.cameraStarts")
	}
}

// previewLayout sets the switches on the lower edge of the picture.
type previewLayout struct{ box *previewBox }

// Layout places ground, picture, hint and switches.
func (l previewLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	const side, gap, edge = 48, 12, 12
	for _, object := range objects[:2] {
		object.Resize(size)
	}
	hint := objects[2]
	width := min(size.Width-2*spaceMedium, 420)
	height := heightAt(hint, width)
	hint.Move(fyne.NewPos((size.Width-width)/2, max((size.Height-side-edge-height)/2, spaceSmall)))
	x := size.Width/2 - side/2
	if l.box.camera.Visible() {
		x = size.Width/2 - side - gap/2
	}
	for _, button := range objects[3:] {
		button.Resize(fyne.NewSquareSize(side))
		button.Move(fyne.NewPos(x, size.Height-side-edge))
		x += side + gap
	}
}

// MinSize leaves it to the page.
func (previewLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(160, 120) }

// prepareLayout sets words, picture and meter left and devices with the button
// right; in a narrow window all below each other, the button always in sight.
type prepareLayout struct{}

const (
	prepareWide  float32 = 700
	controlsWide float32 = 340
)

// Layout places words, picture, meter, card, devices and buttons.
func (l prepareLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if size.Width >= prepareWide {
		l.wide(objects, size)
	} else {
		l.narrow(objects, size)
	}
}

func (l prepareLayout) wide(objects []fyne.CanvasObject, size fyne.Size) {
	words, preview, meter := objects[0], objects[1], objects[2]
	const margin = spaceLarge
	total := min(size.Width-2*margin, 1240)
	left := total - controlsWide - spaceLarge
	head := heightAt(words, left)
	low := heightAt(meter, left)
	high := min(left*9/16, size.Height-2*margin-head-low-2*spaceMedium)
	x := (size.Width - total) / 2
	y := max((size.Height-(head+low+high+2*spaceMedium))/2, margin)
	words.Move(fyne.NewPos(x, y))
	preview.Move(fyne.NewPos(x, y+head+spaceMedium))
	preview.Resize(fyne.NewSize(left, high))
	meter.Move(fyne.NewPos(x, y+head+high+2*spaceMedium))

	card := area{x: x + left + spaceLarge, y: y, width: controlsWide, height: head + low + high + 2*spaceMedium}
	card.height = max(card.height, min(size.Height-2*margin, 480))
	card.y = max(min(card.y, size.Height-margin-card.height), margin)
	l.controls(objects, card, spaceLarge)
}

func (l prepareLayout) narrow(objects []fyne.CanvasObject, size fyne.Size) {
	words, preview, meter := objects[0], objects[1], objects[2]
	const margin = spaceMedium
	width := size.Width - 2*margin
	y := float32(12)
	words.Move(fyne.NewPos(margin, y))
	y += heightAt(words, width) + spaceSmall
	high := min(width*9/16, size.Height*0.3)
	preview.Move(fyne.NewPos(margin, y))
	preview.Resize(fyne.NewSize(width, high))
	y += high + spaceSmall
	meter.Move(fyne.NewPos(margin, y))
	y += heightAt(meter, width) + spaceSmall
	l.controls(objects, area{x: margin, y: y, width: width, height: size.Height - y - margin}, spaceMedium)
}

// controls places the card with the devices, and the buttons at its foot.
func (prepareLayout) controls(objects []fyne.CanvasObject, card area, room float32) {
	ground, scroll, buttons := objects[3], objects[4], objects[5]
	card.place(ground)
	width := card.width - 2*room
	foot := heightAt(buttons, width)
	buttons.Move(fyne.NewPos(card.x+room, card.y+card.height-foot-spaceSmall))
	scroll.Move(fyne.NewPos(card.x+room, card.y+room))
	scroll.Resize(fyne.NewSize(width, card.height-room-foot-spaceSmall-12))
}

// MinSize leaves it to the window.
func (prepareLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 400) }
