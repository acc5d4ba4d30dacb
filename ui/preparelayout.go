package ui

import "fyne.io/fyne/v2"

// prepareLayout sets words, picture and meter left and devices with the button
// right; in a narrow window all below each other, the button always in sight.
type prepareLayout struct{ page *preparePage }

const (
	prepareWide   float32 = 700
	controlsWide  float32 = 340
	controlsLeast float32 = 300
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
	card := area{width: controlsLeast}
	if size.Width >= 900 {
		card.width = controlsWide
	}
	left := total - card.width - spaceLarge
	head := heightAt(words, left)
	low := heightAt(meter, left)
	high := min(left*9/16, size.Height-2*margin-head-low-2*spaceMedium)
	x := (size.Width - total) / 2
	y := max((size.Height-(head+low+high+2*spaceMedium))/2, margin)
	words.Move(fyne.NewPos(x, y))
	preview.Move(fyne.NewPos(x, y+head+spaceMedium))
	preview.Resize(fyne.NewSize(left, high))
	meter.Move(fyne.NewPos(x, y+head+high+2*spaceMedium))

	card.x = x + left + spaceLarge
	card.height = min(l.needed(objects, card.width, spaceLarge), size.Height-2*margin)
	card.y = max((size.Height-card.height)/2, margin)
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
	card := area{x: margin, y: y, width: width, height: size.Height - y - margin}
	card.height = min(card.height, l.needed(objects, width, spaceMedium))
	l.controls(objects, card, spaceMedium)
}

// needed is how high the card must be for everything on it to be seen.
func (l prepareLayout) needed(objects []fyne.CanvasObject, width, room float32) float32 {
	content := heightAt(l.page.scroll.Content, width-2*room)
	return content + heightAt(objects[5], width-2*room) + 2*room + 12
}

// controls places the card with the devices, and the buttons at its foot.
func (prepareLayout) controls(objects []fyne.CanvasObject, card area, room float32) {
	ground, scroll, buttons := objects[3], objects[4], objects[5]
	card.place(ground)
	width := card.width - 2*room
	foot := heightAt(buttons, width)
	buttons.Move(fyne.NewPos(card.x+room, card.y+card.height-foot-room))
	scroll.Move(fyne.NewPos(card.x+room, card.y+room))
	scroll.Resize(fyne.NewSize(width, card.height-2*room-foot-12))
}

// MinSize leaves it to the window.
func (prepareLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 400) }
