package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// sidePanel is what stands beside the call, one thing at a time.
type sidePanel uint8

const (
	panelNone sidePanel = iota
	panelChat
	panelPeople
	panelShare
	panelDevices
)

// sheet is the frame of a panel at the side: a title, a cross, and the content.
type sheet struct {
	object  *fyne.Container
	content fyne.CanvasObject
	title   *line
	cross   *pushButton
}

func newSheet(title string, content fyne.CanvasObject, onClose func()) *sheet {
	s := &sheet{content: content, title: newBoldLine(title, textTitle).shrinking()}
	s.cross = newPushButton("", "close", buttonPlain, onClose)
	head := container.New(rowLayout{spaceSmall, 0}, s.title, s.cross)
	s.object = container.New(sheetLayout{}, newGround(theme.ColorNameBackground, colorLine, 0), head, content)
	s.object.Hide()
	return s
}

// sheetLayout sets the head on top and gives the content the rest.
type sheetLayout struct{}

// Layout places ground, head and content.
func (sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	const side, top = 16, 8
	ground, head, content := objects[0], objects[1], objects[2]
	ground.Resize(size)
	head.Move(fyne.NewPos(side, top))
	height := heightAt(head, size.Width-side-spaceSmall)
	y := top + height + spaceSmall
	content.Move(fyne.NewPos(side, y))
	content.Resize(fyne.NewSize(size.Width-2*side, size.Height-y-side))
}

// MinSize leaves it to the page.
func (sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(280, 200) }
