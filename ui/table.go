package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// manyPeople is the size of a room from which its people come folded.
const manyPeople = 5

// table is the tree of rooms, people and streams under its headings.
type table struct {
	object  *fyne.Container
	columns columns
	header  *panelHeader
	widget  *widget.Tree
	tree    *tree
	history *history
	// met are the rows that were there before: what is new opens by itself once.
	met      map[string]bool
	onSelect func(id string) // "" for none
}

func newTable(onSelect func(string)) *table {
	t := &table{
		tree: &tree{}, history: newHistory(), met: make(map[string]bool), onSelect: onSelect,
	}
	t.columns.fit(0)
	t.header = newPanelHeader(&t.columns)
	t.widget = widget.NewTree(
		func(id string) []string { return t.tree.children[id] },
		func(id string) bool { return id == "" || t.tree.has(id) },
		func(bool) fyne.CanvasObject { return newPanelRow(&t.columns) },
		func(id string, _ bool, object fyne.CanvasObject) {
			if n, ok := t.tree.nodes[id]; ok {
				object.(*panelRow).update(n, t.history.of(id))
			}
		},
	)
	t.widget.HideSeparators = true
	t.widget.OnSelected = func(id string) { t.onSelect(id) }
	t.widget.OnUnselected = func(string) { t.onSelect("") }
	body := container.NewThemeOverride(t.widget, denseLook{fyne.CurrentApp().Settings().Theme()})
	t.object = container.New(tableLayout{t}, t.header.object, newRule(), body)
	return t
}

// update shows another tree.
func (t *table) update(tr *tree, h *history) {
	t.tree, t.history = tr, h
	t.openNew("")
	for id := range t.met {
		if _, ok := tr.nodes[id]; !ok {
			delete(t.met, id)
		}
	}
	t.widget.Refresh()
}

// openNew unfolds rows that came since the last look: rooms always, people
// only while there are few.
func (t *table) openNew(parent string) {
	for _, id := range t.tree.children[parent] {
		n := t.tree.nodes[id]
		folded := n.kind == nodePeer && t.tree.nodes[parent].count >= manyPeople
		if t.tree.has(id) && !t.met[id] {
			t.met[id] = true
			if !folded {
				t.widget.OpenBranch(id)
			}
		}
		t.openNew(id)
	}
}

// tableLayout sets the headings over the rows and fits the columns.
type tableLayout struct{ table *table }

const headerHeight float32 = 42

// Layout places headings, rule and rows.
func (l tableLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	header, rule, body := objects[0], objects[1], objects[2]
	l.table.columns.fit(size.Width)
	l.table.header.update()
	header.Move(fyne.NewPos(10, 0))
	header.Resize(fyne.NewSize(size.Width-10, headerHeight))
	rule.Move(fyne.NewPos(0, headerHeight))
	rule.Resize(fyne.NewSize(size.Width, 1))
	body.Move(fyne.NewPos(0, headerHeight+5))
	body.Resize(fyne.NewSize(size.Width, size.Height-headerHeight-5))
}

// MinSize shows some rows at least.
func (l tableLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(300, headerHeight+3*rowHeight)
}

// denseLook draws a table tighter than the rest.
type denseLook struct{ fyne.Theme }

// Size returns small lengths for what stands between the rows.
func (d denseLook) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNamePadding:
		return 2
	case theme.SizeNameInlineIcon:
		return 16
	case theme.SizeNameSelectionRadius:
		return 6
	default:
		return d.Theme.Size(name)
	}
}
