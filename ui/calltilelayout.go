package ui

import (
	"fyne.io/fyne/v2"

	"takoshome/app/session"
)

// callTileLayout places what a tile shows by the tile's own size.
type callTileLayout struct{ tile *callTile }

const (
	tileEdge  float32 = 8
	smallTile float32 = 240 // width below which words are few
)

// Layout places everything.
func (l callTileLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	t := l.tile
	for _, object := range []fyne.CanvasObject{t.ground, t.ring, t.pane} {
		object.Move(fyne.NewPos(0, 0))
		object.Resize(size)
	}
	side := min(0.42*size.Width, 0.42*size.Height, 160)
	t.disc.Resize(fyne.NewSquareSize(side))
	t.disc.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
	t.letter.TextSize = max(side*0.47, 1)
	letter := t.letter.MinSize()
	t.letter.Resize(letter)
	t.letter.Move(fyne.NewPos((size.Width-letter.Width)/2, (size.Height-letter.Height)/2))

	edge := tileEdge
	if size.Width < 180 {
		edge = 4
	}
	chip := t.chip.MinSize()
	chip.Width = min(chip.Width, size.Width-2*edge-t.covered)
	t.chip.Resize(chip)
	t.chip.Move(fyne.NewPos(edge, size.Height-edge-chip.Height))

	const corner = 28
	t.cornerBox.Resize(fyne.NewSquareSize(corner))
	t.cornerBox.Move(fyne.NewPos(size.Width-edge-corner, edge))
	l.placeNote(size, edge, corner+edge)
	setVisible(t.ground, !t.pane.filled()) // its corners would shine through
}

// placeNote sets the words at the top, beside the corner; a tile that is too
// small for them goes without.
func (l callTileLayout) placeNote(size fyne.Size, edge, corner float32) {
	box := l.tile.noteBox
	if !box.Visible() {
		return
	}
	width := min(size.Width-2*edge-corner, 420)
	if width < 90 {
		box.Hide()
		return
	}
	height := heightAt(box, width)
	if height > size.Height-2*edge-24 {
		box.Hide()
		return
	}
	box.Move(fyne.NewPos(edge, edge))
}

// MinSize leaves it to the stage.
func (callTileLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// chipLayout sets ground, marks and name of a tile in a row.
type chipLayout struct{}

const (
	chipSide float32 = 7
	chipEnd  float32 = 2
	chipGap  float32 = 4
)

// Layout places ground, microphone mark, network mark and name.
func (chipLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	x := chipSide
	for _, mark := range objects[1:3] {
		if mark.Visible() {
			side := mark.MinSize()
			mark.Resize(side)
			mark.Move(fyne.NewPos(x, (size.Height-side.Height)/2))
			x += side.Width + chipGap
		}
	}
	name := objects[3]
	height := name.MinSize().Height
	name.Move(fyne.NewPos(x, (size.Height-height)/2))
	name.Resize(fyne.NewSize(max(size.Width-x-chipSide, 0), height))
}

// MinSize is wide enough for the whole name.
func (chipLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	name := objects[3].(*line)
	text := fyne.MeasureText(name.text, name.size, fyne.TextStyle{Bold: name.bold})
	least := fyne.NewSize(2*chipSide+text.Width+1, text.Height+2*chipEnd)
	for _, mark := range objects[1:3] {
		if mark.Visible() {
			least.Width += mark.MinSize().Width + chipGap
		}
	}
	return least
}

// networkMark says whether a connection deserves a mark, and its colour.
func networkMark(q session.Quality) (weak bool, ink fyne.ThemeColorName) {
	switch q {
	case session.QualityBad:
		return true, colorBroken
	case session.QualityWeak:
		return true, colorWeak
	default:
		return false, colorWeak
	}
}
