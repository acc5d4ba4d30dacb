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
	ground       *panelGround
	hint         *paragraph
	mute, camera *pushButton
	me           session.Me
	video        bool
}

func newPreviewBox(clock *frameClock, send func(app.Command)) *previewBox {
	b := &previewBox{pane: newPane(clock, true, true), hint: newParagraph("", textBody, colorOnDark)}
	b.hint.align = fyne.TextAlignCenter
	b.ground = newGround(colorDark, "", cornerRadius)
	b.pane.began = b.paint
	b.mute = newPushButton("", "mic", buttonTool, func() { send(app.SetMuted{Muted: !b.me.Muted}) })
	b.camera = newPushButton("", "camera", buttonTool, func() { send(app.SetCamera{On: !b.me.Camera}) })
	for _, button := range []*pushButton{b.mute, b.camera} {
		button.stacked, button.terse = true, true
	}
	b.object = container.New(previewLayout{b}, b.ground, b.pane, b.hint, b.mute, b.camera)
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
	b.paint()
}

// paint leaves out what the picture hides.
func (b *previewBox) paint() {
	setVisible(b.hint, b.wanted() == nil || !b.pane.showing())
	setVisible(b.ground, !b.pane.filled()) // its corners would shine through
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
	const side, gap, edge = 44, 10, 10
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
