package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// panel is the second page: totals, the table of everybody and everything, and
// the details of the chosen row.
type panel struct {
	object   *fyne.Container
	totals   *totals
	way      *wayStrip
	table    *table
	empty    *fyne.Container
	detail   *detailPane
	chosen   string
	snapshot *app.Snapshot
	tree     *tree
	history  *history
	sampled  time.Time // of the history's sample that was drawn last
}

func newPanel(send func(app.Command)) *panel {
	p := &panel{totals: newTotals(), way: newWayStrip(), snapshot: &app.Snapshot{}, tree: &tree{}, history: newHistory()}
	p.table = newTable(p.choose)
	p.detail = newDetailPane(send, func() { p.table.widget.UnselectAll() })
	p.detail.object.Hide()
	nobody := newParagraph(tr("panel.empty"), textBody, colorMuted)
	nobody.align = fyne.TextAlignCenter
	p.empty = container.NewStack(newGround(colorCard, colorLine, cornerRadius),
		container.New(emptyLayout{}, newGlyph("octopus", theme.ColorNameInputBorder, 72), nobody))
	card := container.NewStack(newGround(colorCard, colorLine, cornerRadius), padded(p.table.object, 6, 6))
	p.object = container.New(panelLayout{}, container.New(columnLayout{12}, p.totals.object, p.way.object), card, p.empty, p.detail.object)
	return p
}

// choose shows the details of a row, or of none.
func (p *panel) choose(id string) {
	p.chosen = id
	p.updateDetail(time.Now())
	p.object.Refresh()
	if id != "" { // the table may have become smaller
		p.table.widget.ScrollTo(id)
	}
}

// update draws a snapshot, if it or the history has anything new.
func (p *panel) update(s *app.Snapshot, t *tree, h *history, now time.Time) {
	if p.way.update(wayWordsOf(s)) {
		p.object.Refresh()
	} else if p.tree.same(t) && p.snapshot.Totals == s.Totals && p.sampled.Equal(h.last) {
		return
	}
	p.sampled = h.last
	p.snapshot, p.tree, p.history = s, t, h
	p.totals.update(s, h.of(totalsID))
	p.table.update(t, h)
	p.empty.Hidden = len(s.Rooms) > 0
	if _, there := t.nodes[p.chosen]; p.chosen != "" && !there {
		p.table.widget.UnselectAll()
	}
	p.updateDetail(now)
}

func (p *panel) updateDetail(now time.Time) {
	n, ok := p.tree.nodes[p.chosen]
	if ok {
		p.detail.update(p.snapshot, n, p.history.of(p.chosen), now)
	}
	setVisible(p.detail.object, ok)
}

// panelLayout sets the totals on top, the table below, and the details right of
// it where there is room, else under it.
type panelLayout struct{}

const (
	detailBeside float32 = 960 // width from which the details stand beside
	detailWidth  float32 = 340
	detailLeast  float32 = 440 // height that table and details below it want
)

// Layout places totals, table, the words for an empty table, and details.
func (panelLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	totals, table, empty, detail := objects[0], objects[1], objects[2], objects[3]
	margin := widthLayout{margin: spaceLarge}.marginAt(size.Width)
	inner := fyne.NewSize(size.Width-2*margin, size.Height-2*margin)
	totals.Move(fyne.NewPos(margin, margin))
	height := heightAt(totals, inner.Width) + spaceMedium

	crowded := detail.Visible() && inner.Width < detailBeside-2*spaceLarge && inner.Height-height < detailLeast
	setVisible(totals, !crowded)
	if crowded { // table and details need the room more
		height = 0
	}
	top := margin + height
	rest := fyne.NewSize(inner.Width, inner.Height-height)
	if detail.Visible() {
		rest = placeDetail(detail, fyne.NewPos(margin, top), rest)
	}
	for _, object := range []fyne.CanvasObject{table, empty} {
		object.Move(fyne.NewPos(margin, top))
		object.Resize(rest)
	}
}

// placeDetail places the details and returns what is left for the table.
func placeDetail(detail fyne.CanvasObject, at fyne.Position, room fyne.Size) fyne.Size {
	if room.Width >= detailBeside-2*spaceLarge {
		detail.Resize(fyne.NewSize(detailWidth, room.Height))
		detail.Move(at.AddXY(room.Width-detailWidth, 0))
		return fyne.NewSize(room.Width-detailWidth-spaceMedium, room.Height)
	}
	height := fyne.Min(room.Height*0.55, 340)
	detail.Resize(fyne.NewSize(room.Width, height))
	detail.Move(at.AddXY(0, room.Height-height))
	return fyne.NewSize(room.Width, room.Height-height-12)
}

// MinSize leaves it to the shell.
func (panelLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 400) }

// emptyLayout sets a picture and words below it in the middle.
type emptyLayout struct{}

// Layout places picture and words.
func (emptyLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	picture, words := objects[0], objects[1]
	side := picture.MinSize()
	width := fyne.Min(size.Width-2*spaceLarge, 360)
	height := heightAt(words, width)
	top := (size.Height - side.Height - spaceMedium - height) / 2
	picture.Resize(side)
	picture.Move(fyne.NewPos((size.Width-side.Width)/2, top))
	words.Move(fyne.NewPos((size.Width-width)/2, top+side.Height+spaceMedium))
}

// MinSize is small.
func (emptyLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }
