package ui

import "fyne.io/fyne/v2"

// hostLayout places what the host card holds: picture, text and button. Alone
// on the page everything stands in the middle and large; else the picture is
// left, and the button right where there is room or below.
type hostLayout struct {
	card   *hostCard
	height *float32 // that the last Layout needed
}

const (
	hostWide     float32 = 620 // from here the button stands right
	hostPicture  float32 = 380 // from here the picture stands left
	hostGap              = spaceLarge
	soloWidth    float32 = 460
	soloButton   float32 = 280
	soloTopSpace float32 = 16
)

// Layout places picture, text and button, in this order.
func (l hostLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	switch {
	case l.card.solo:
		l.solo(objects, size.Width)
	case size.Width >= hostWide:
		l.row(objects, size)
	default:
		l.column(objects, size.Width)
	}
}

func (l hostLayout) solo(objects []fyne.CanvasObject, width float32) {
	picture, text, button := objects[0], objects[1], objects[2]
	side := picture.MinSize()
	picture.Resize(side)
	picture.Move(fyne.NewPos((width-side.Width)/2, soloTopSpace))
	y := soloTopSpace + side.Height + hostGap
	textWidth := fyne.Min(width, soloWidth)
	height := heightAt(text, textWidth)
	text.Move(fyne.NewPos((width-textWidth)/2, y))
	y += height + hostGap + spaceSmall
	least := button.MinSize()
	buttonWidth := fyne.Min(width, fyne.Max(soloButton, least.Width))
	button.Resize(fyne.NewSize(buttonWidth, least.Height))
	button.Move(fyne.NewPos((width-buttonWidth)/2, y))
	*l.height = y + least.Height + soloTopSpace
}

func (l hostLayout) row(objects []fyne.CanvasObject, size fyne.Size) {
	picture, text, button := objects[0], objects[1], objects[2]
	side, least := picture.MinSize(), button.MinSize()
	height := heightAt(text, size.Width-side.Width-least.Width-2*hostGap)
	*l.height = fyne.Max(height, side.Height)
	middle := fyne.Max(size.Height, *l.height) / 2
	picture.Resize(side)
	picture.Move(fyne.NewPos(0, middle-side.Height/2))
	text.Move(fyne.NewPos(side.Width+hostGap, middle-height/2))
	button.Resize(least)
	button.Move(fyne.NewPos(size.Width-least.Width, middle-least.Height/2))
}

func (l hostLayout) column(objects []fyne.CanvasObject, width float32) {
	picture, text, button := objects[0], objects[1], objects[2]
	side := picture.MinSize()
	picture.Resize(side)
	picture.Move(fyne.NewPos(0, 0))
	left, top := side.Width+hostGap, float32(0)
	if width < hostPicture {
		left, top = 0, side.Height+spaceMedium
	}
	height := heightAt(text, width-left)
	text.Move(fyne.NewPos(left, top))
	y := fyne.Max(side.Height, top+height) + hostGap
	button.Resize(fyne.NewSize(width, button.MinSize().Height))
	button.Move(fyne.NewPos(0, y))
	*l.height = y + button.MinSize().Height
}

// MinSize is as high as the last Layout.
func (l hostLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[2].MinSize().Width, *l.height)
}
