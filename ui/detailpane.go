package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// detailPane shows every figure of the chosen row and what may be done with it.
type detailPane struct {
	object   *fyne.Container
	icon     *glyph
	title    *line
	plot     *plot
	top      *line
	legend   *fyne.Container
	figures  *fyne.Container
	shown    []section
	action   *pushButton
	scroll   *container.Scroll
	node     node
	onAction func(app.Command)
}

func newDetailPane(onAction func(app.Command), onClose func()) *detailPane {
	d := &detailPane{
		icon:     newGlyph("person", colorAccent, 22),
		title:    newBoldLine("", textTitle).shrinking(),
		plot:     newPlot(fyne.NewSize(100, 56)),
		top:      newLine("", 12, colorMuted),
		figures:  container.New(newSectionsLayout(spaceLarge, 270)),
		onAction: onAction,
	}
	d.action = newPushButton("", "trash", buttonDanger, d.act)
	head := container.New(headLayout{new(bool)},
		d.icon, d.title, d.action, newPushButton("", "close", buttonPlain, onClose))
	d.legend = container.New(rowLayout{6, 5},
		newGlyph("in", colorAccent, 14), newLine(tr("detail.in"), 12, colorMuted),
		newGlyph("out", colorOutgoing, 14), newLine(tr("detail.out"), 12, colorMuted),
		d.top, container.NewWithoutLayout())
	body := container.New(columnLayout{10}, d.plot, d.legend, d.figures)
	d.scroll = container.NewVScroll(padded(body, spaceMedium, 4))
	d.object = container.NewStack(newGround(colorCard, colorLine, cornerRadius),
		container.NewBorder(padded(head, spaceMedium, 8), padded(container.NewWithoutLayout(), 0, 4), nil, nil, d.scroll))
	return d
}

// act sends the command that fits the row.
func (d *detailPane) act() {
	switch d.node.kind {
	case nodePeer:
		d.onAction(app.RemovePeer{Room: d.node.room, Peer: d.node.peer})
	case nodeProducer:
		d.onAction(app.CloseProducer{Room: d.node.room, Peer: d.node.peer, Producer: d.node.object})
	}
}

// update shows a row.
func (d *detailPane) update(s *app.Snapshot, n node, history *series, now time.Time) {
	if d.node.id != n.id {
		d.scroll.ScrollToTop()
	}
	d.node = n
	d.icon.set(n.icon(), colorAccent)
	d.title.setText(n.fullTitle())
	d.plot.set(history)
	d.top.setText(tr("detail.top", "rate", rate(uint64(d.plot.top()))))

	d.updateAction()
	sections := figuresOf(s, n, now)
	if sameShape(d.shown, sections) {
		d.fill(sections)
	} else {
		d.build(sections)
	}
	d.shown = sections
}

func (d *detailPane) updateAction() {
	switch d.node.kind {
	case nodePeer:
		d.action.set(tr("detail.remove"), "exit")
		d.action.Show()
	case nodeProducer:
		d.action.set(tr("detail.close"), "stop")
		d.action.Show()
	default:
		d.action.Hide()
	}
}

// build makes new lines for the figures, a column for each section.
func (d *detailPane) build(sections []section) {
	d.figures.RemoveAll()
	for _, s := range sections {
		column := container.New(columnLayout{6})
		column.Add(newBoldLine(s.title, textCaption).shrinking())
		for _, f := range s.figures {
			value := newLine(f.value, textCaption, theme.ColorNameForeground).shrinking()
			value.align = fyne.TextAlignTrailing
			column.Add(container.New(figureLayout{}, newLine(f.label, textCaption, colorMuted).shrinking(), value))
		}
		d.figures.Add(column)
	}
	d.scroll.Content.Refresh()
	d.scroll.Refresh()
}

// fill puts new values into the lines that are there.
func (d *detailPane) fill(sections []section) {
	for i, s := range sections {
		column := d.figures.Objects[i].(*fyne.Container)
		for j, f := range s.figures {
			column.Objects[j+1].(*fyne.Container).Objects[1].(*line).setText(f.value)
		}
	}
}

// sameShape says whether two lists of figures differ in their values alone.
func sameShape(a, b []section) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].title != b[i].title || len(a[i].figures) != len(b[i].figures) {
			return false
		}
		for j := range a[i].figures {
			if a[i].figures[j].label != b[i].figures[j].label {
				return false
			}
		}
	}
	return true
}
