package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// panelRow is one row of the panel's table.
type panelRow struct {
	widget.BaseWidget
	columns *columns
	icon    *glyph
	name    *line
	detail  *line
	cells   [cellCount]*line // those with text
	plot    *plot
}

func newPanelRow(c *columns) *panelRow {
	r := &panelRow{
		columns: c,
		icon:    newGlyph("person", colorMuted, 18),
		name:    newLine("", 14, theme.ColorNameForeground).shrinking(),
		detail:  newLine("", textCaption, colorMuted),
		plot:    newPlot(fyne.NewSize(40, 22)),
	}
	for i := range r.cells {
		r.cells[i] = newLine("", textCaption, theme.ColorNameForeground).shrinking()
		if alignsRight(cell(i)) {
			r.cells[i].align = fyne.TextAlignTrailing
		}
	}
	r.ExtendBaseWidget(r)
	return r
}

// update shows a node and its last minute.
func (r *panelRow) update(n node, s *series) {
	ink, icon := theme.ColorNameForeground, n.icon()
	iconInk := colorMuted
	switch {
	case n.away:
		ink = colorMuted
	case n.kind == nodeRoom || n.kind == nodePeer:
		iconInk = colorAccent
	case n.kind == nodeConsumer:
		iconInk = colorOutgoing
	}
	r.icon.set(icon, iconInk)
	r.name.bold = n.kind == nodeRoom || n.kind == nodePeer
	r.name.set(n.title(), ink)
	r.name.Refresh()
	r.detail.setText(n.remark())

	r.cells[cellCodec].set(n.codec, ink)
	r.cells[cellSize].set(n.sizeText(), ink)
	r.cells[cellIn].set(n.inText(r.columns.merged), ink)
	r.cells[cellOut].set(n.outText(), ink)
	r.cells[cellLoss].set(n.lossText(), lossInk(n.lossPercent, ink))
	r.cells[cellRoundTrip].set(n.roundTripText(), ink)
	r.cells[cellScore].set(n.scoreText(), scoreInk(n.score, ink))
	r.plot.set(s)
	r.Refresh()
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (r *panelRow) CreateRenderer() fyne.WidgetRenderer {
	title := container.New(titleLayout{}, r.icon, r.name, r.detail)
	p := &panelRowRenderer{row: r, cells: [cellCount]fyne.CanvasObject{cellName: title}}
	for i := range r.cells {
		if i != int(cellName) {
			p.cells[i] = r.cells[i]
		}
	}
	p.cells[cellPlot] = r.plot
	p.objects = p.cells[:]
	return p
}

type panelRowRenderer struct {
	row     *panelRow
	cells   [cellCount]fyne.CanvasObject
	objects []fyne.CanvasObject
}

func (r *panelRowRenderer) Layout(size fyne.Size)        { r.row.columns.place(r.cells, size) }
func (r *panelRowRenderer) MinSize() fyne.Size           { return fyne.NewSize(120, rowHeight) }
func (r *panelRowRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *panelRowRenderer) Destroy()                     {}

func (r *panelRowRenderer) Refresh() {
	r.Layout(r.row.Size())
	for _, object := range r.objects {
		object.Refresh()
	}
}

// titleLayout sets an icon, a name that may shrink, and right behind it a
// remark, which goes first where room is short.
type titleLayout struct{}

// Layout places icon, name and remark.
func (titleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	icon, name, remark := objects[0], objects[1].(*line), objects[2].(*line)
	x := float32(0)
	if icon.Visible() {
		side := icon.MinSize()
		icon.Resize(side)
		icon.Move(fyne.NewPos(0, (size.Height-side.Height)/2))
		x = side.Width + spaceSmall
	}
	wanted := fyne.MeasureText(name.text, name.size, fyne.TextStyle{Bold: name.bold})
	width := fyne.Min(wanted.Width, size.Width-x)
	height := name.MinSize().Height
	name.Move(fyne.NewPos(x, (size.Height-height)/2))
	name.Resize(fyne.NewSize(width, height))
	x += width + 10
	least := remark.MinSize()
	if x+least.Width > size.Width {
		remark.Hide()
		return
	}
	remark.Show()
	remark.Resize(least)
	remark.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
}

// MinSize is as high as the highest.
func (titleLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, object := range objects {
		height = fyne.Max(height, object.MinSize().Height)
	}
	return fyne.NewSize(40, height)
}

// lossInk is the colour of a share of lost packets.
func lossInk(lossPercent float64, usual fyne.ThemeColorName) fyne.ThemeColorName {
	switch {
	case lossPercent >= 5:
		return colorBad
	case lossPercent >= 2:
		return colorWarn
	default:
		return usual
	}
}

// scoreInk is the colour of a score.
func scoreInk(score int, usual fyne.ThemeColorName) fyne.ThemeColorName {
	switch {
	case score < 0:
		return usual
	case score <= 3:
		return colorBad
	case score <= 6:
		return colorWarn
	default:
		return usual
	}
}

func (n node) scoreText() string {
	if n.score < 0 || n.kind == nodeRoom {
		return ""
	}
	return strconv.Itoa(n.score)
}
