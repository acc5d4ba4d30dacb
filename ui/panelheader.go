package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

const headingSize float32 = 12

// panelHeader is the row of headings over a table, each with its unit below.
type panelHeader struct {
	object  *fyne.Container
	columns *columns
	rate    *line
}

func newPanelHeader(c *columns) *panelHeader {
	h := &panelHeader{columns: c}
	headings := [cellCount]struct{ name, unit string }{
		cellName:      {tr("panel.name"), ""},
		cellCodec:     {tr("panel.codec"), ""},
		cellSize:      {tr("panel.size"), ""},
		cellIn:        {tr("panel.in"), "kbit/s"},
		cellOut:       {tr("panel.out"), "kbit/s"},
		cellPlot:      {tr("panel.plot"), ""},
		cellLoss:      {tr("panel.loss"), "%"},
		cellRoundTrip: {tr("panel.roundTrip"), "ms"},
		cellScore:     {tr("panel.score"), ""},
	}
	var objects []fyne.CanvasObject
	for i, heading := range headings {
		align := fyne.TextAlignLeading
		if alignsRight(cell(i)) {
			align = fyne.TextAlignTrailing
		}
		name := newLine(heading.name, headingSize, colorMuted).shrinking()
		name.align = align
		if cell(i) == cellIn {
			h.rate = name
		}
		if heading.unit == "" {
			objects = append(objects, name)
			continue
		}
		unit := newLine(heading.unit, headingSize-1, colorMuted).shrinking()
		unit.align = align
		objects = append(objects, container.New(columnLayout{-4}, name, unit))
	}
	h.object = container.New(headerLayout{c}, objects...)
	return h
}

// update follows a change of the columns.
func (h *panelHeader) update() {
	rate := tr("panel.in")
	if h.columns.merged {
		rate = tr("panel.rate")
	}
	h.rate.setText(rate)
	h.object.Refresh()
}

// headerLayout places headings over their columns.
type headerLayout struct{ columns *columns }

// Layout places the headings.
func (l headerLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.columns.place([cellCount]fyne.CanvasObject(objects), size)
}

// MinSize is one heading high.
func (l headerLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(120, headerHeight)
}
