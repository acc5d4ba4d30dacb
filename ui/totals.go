package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
)

// totals are the tiles on top of the panel: people, what comes in, what goes
// out, the processor.
type totals struct {
	object               *fyne.Container
	people, in, out, cpu *tile
}

func newTotals() *totals {
	t := &totals{
		people: newTile("people", colorMuted, tr("totals.people"), false),
		in:     newTile("in", colorAccent, tr("totals.in"), true),
		out:    newTile("out", colorOutgoing, tr("totals.out"), true),
		cpu:    newTile("cpu", colorMuted, tr("totals.cpu"), false),
	}
	t.object = container.New(newTilesLayout(12, 150), t.people.object, t.in.object, t.out.object, t.cpu.object)
	return t
}

// update shows the totals of a snapshot and the last minute of all traffic.
func (t *totals) update(s *app.Snapshot, all *series) {
	t.people.figure.setText(strconv.Itoa(s.Totals.People))
	t.people.remark.setText(trCount("totals.rooms", len(s.Rooms)))
	t.in.figure.setText(rate(s.Totals.InBps))
	t.out.figure.setText(rate(s.Totals.OutBps))
	t.cpu.figure.setText(percent(s.Totals.CPUPercent) + " %")
	t.cpu.remark.setText(tr("totals.cpuRemark"))
	in, out := all.values()
	t.in.plot.in, t.out.plot.out = in, out
	t.in.plot.Refresh()
	t.out.plot.Refresh()
}

// tile is one total with its name, and a plot or a remark below.
type tile struct {
	object fyne.CanvasObject
	figure *line
	remark *line
	plot   *plot
}

func newTile(icon string, ink fyne.ThemeColorName, name string, plotted bool) *tile {
	t := &tile{
		figure: newBoldLine(none, 20).shrinking(),
		remark: newLine("", textCaption, colorMuted).shrinking(),
		plot:   newPlot(fyne.NewSize(60, 28)),
	}
	below := fyne.CanvasObject(container.New(heightLayout{28}, t.remark))
	if plotted {
		below = t.plot
	}
	t.object = newCard(container.New(columnLayout{4},
		container.New(rowLayout{spaceSmall, 1},
			newGlyph(icon, ink, 18), newLine(name, textCaption, colorMuted).shrinking()),
		t.figure, below,
	), 14)
	return t
}

// heightLayout gives its content a fixed height.
type heightLayout struct{ height float32 }

// Layout puts the content at the top.
func (l heightLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(fyne.NewSize(size.Width, object.MinSize().Height))
	}
}

// MinSize is the height.
func (l heightLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, l.height) }
