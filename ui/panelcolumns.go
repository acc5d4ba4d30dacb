package ui

import "fyne.io/fyne/v2"

// cell numbers the columns of the panel, left to right. The first takes the
// width that the others leave.
type cell int

const (
	cellName cell = iota
	cellCodec
	cellSize
	cellIn
	cellOut
	cellPlot
	cellLoss
	cellRoundTrip
	cellScore
	cellCount
)

const (
	cellGap    float32 = 10
	rowHeight  float32 = 34
	rightInset float32 = 12
)

// columns are the widths of the panel's columns, counted from the right edge so
// that rows of any indent line up. Zero leaves a column out; a narrow window
// shows fewer, the rest stands in the details of a row.
type columns struct {
	width [cellCount]float32
	// merged puts both directions into one column: a stream has only one.
	merged bool
}

// fit chooses the columns for a width.
func (c *columns) fit(width float32) {
	c.width = [cellCount]float32{cellIn: 50, cellLoss: 36, cellRoundTrip: 34}
	c.merged = width < 480
	if !c.merged {
		c.width[cellIn], c.width[cellOut] = 52, 52
		c.width[cellScore] = 42
		c.width[cellPlot] = 60
	}
	if width >= 640 {
		c.width[cellLoss], c.width[cellRoundTrip] = 40, 38
		c.width[cellCodec] = 44
		c.width[cellSize] = 76
	}
	if width >= 900 {
		c.width[cellPlot] = 140
		c.width[cellIn], c.width[cellOut] = 72, 72
		c.width[cellCodec], c.width[cellSize] = 60, 96
		c.width[cellLoss], c.width[cellRoundTrip], c.width[cellScore] = 56, 56, 56
	}
}

// alignsRight says whether a column holds figures, which line up at the right.
func alignsRight(c cell) bool { return c >= cellIn && c != cellPlot }

// place gives the object of each column its part of a row.
func (c *columns) place(objects [cellCount]fyne.CanvasObject, size fyne.Size) {
	right := size.Width - rightInset
	for i := cellCount - 1; i > cellName; i-- {
		width := c.width[i]
		if width == 0 {
			objects[i].Hide()
			continue
		}
		objects[i].Show()
		height := fyne.Min(objects[i].MinSize().Height, size.Height)
		objects[i].Move(fyne.NewPos(right-width, (size.Height-height)/2))
		objects[i].Resize(fyne.NewSize(width, height))
		right -= width + cellGap
	}
	height := objects[cellName].MinSize().Height
	objects[cellName].Move(fyne.NewPos(0, (size.Height-height)/2))
	objects[cellName].Resize(fyne.NewSize(fyne.Max(right, 0), height))
}
