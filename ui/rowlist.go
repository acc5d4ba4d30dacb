package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// listPage is how many rows a list shows before the person asks for more: what
// is not drawn takes no time.
const listPage = 40

// listRow is one row of a rowList.
type listRow interface{ look() fyne.CanvasObject }

// rowList is a list that keeps its rows by key, so that what somebody types
// into one stays while the list changes around it.
type rowList[R listRow] struct {
	object *fyne.Container
	rows   map[string]R
	order  []string
	column *fyne.Container
	more   *pushButton
	most   int
	make   func(key string) R
}

// newRowList makes a list; grown is called after the person asked for more.
func newRowList[R listRow](makeRow func(key string) R, grown func()) *rowList[R] {
	l := &rowList[R]{rows: make(map[string]R), most: listPage, make: makeRow, column: container.New(columnLayout{0})}
	l.more = newPushButton("", "open", buttonPlain, func() {
		l.most += listPage
		grown()
	})
	l.more.Hide()
	l.object = container.New(columnLayout{4}, l.column, l.more)
	return l
}

// update shows a row for each key; fill draws the i-th and says whether its
// height may have changed. So does update for the whole list.
func (l *rowList[R]) update(keys []string, fill func(i int, row R) bool) (resized bool) {
	left := len(keys) - l.most
	keys = keys[:min(len(keys), l.most)]
	if !sameWords(keys, l.order) {
		l.order = append([]string(nil), keys...)
		l.rebuild()
		resized = true
	}
	for i, key := range l.order {
		resized = fill(i, l.rows[key]) || resized
	}
	if left > 0 {
		l.more.set(trCount("list.more", left), "open")
	}
	resized = resized || l.more.Visible() != (left > 0)
	setVisible(l.more, left > 0)
	setVisible(l.object, len(keys) > 0)
	return resized
}

func (l *rowList[R]) rebuild() {
	there := make(map[string]bool, len(l.order))
	l.column.Objects = l.column.Objects[:0]
	for i, key := range l.order {
		there[key] = true
		row, ok := l.rows[key]
		if !ok {
			row = l.make(key)
			l.rows[key] = row
		}
		if i > 0 {
			l.column.Objects = append(l.column.Objects, newRule())
		}
		l.column.Objects = append(l.column.Objects, row.look())
	}
	for key := range l.rows {
		if !there[key] {
			delete(l.rows, key)
		}
	}
}
