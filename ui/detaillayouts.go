package ui

import "fyne.io/fyne/v2"

// figureLayout sets a label left and its value right.
type figureLayout struct{}

// Layout gives the label what it needs, at most half, and the value the rest.
func (figureLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	label, value := objects[0].(*line), objects[1]
	width := fyne.MeasureText(label.text, label.size, fyne.TextStyle{}).Width
	width = fyne.Min(width, size.Width/2)
	label.Resize(fyne.NewSize(width, size.Height))
	value.Move(fyne.NewPos(width+spaceSmall, 0))
	value.Resize(fyne.NewSize(size.Width-width-spaceSmall, size.Height))
}

// MinSize is one line high.
func (figureLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(80, objects[0].MinSize().Height)
}

// headLayout sets icon, title, action and cross in a row; in a narrow pane the
// action goes below.
type headLayout struct{ narrow *bool }

const headThreshold = 420

// Layout places icon, title, action and cross, in this order.
func (l headLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	title, action, cross := objects[1], objects[2], objects[3]
	*l.narrow = size.Width < headThreshold
	height := cross.MinSize().Height
	place := func(object fyne.CanvasObject, x, width float32) {
		least := object.MinSize()
		object.Move(fyne.NewPos(x, (height-least.Height)/2))
		object.Resize(fyne.NewSize(width, least.Height))
	}
	left := objects[0].MinSize().Width
	place(objects[0], 0, left)
	right := size.Width - cross.MinSize().Width
	place(cross, right, cross.MinSize().Width)
	if action.Visible() && !*l.narrow {
		width := action.MinSize().Width
		right -= width + spaceSmall
		place(action, right, width)
	}
	place(title, left+10, right-left-10-spaceSmall)
	if *l.narrow {
		action.Move(fyne.NewPos(0, height+4))
		action.Resize(fyne.NewSize(size.Width, action.MinSize().Height))
	}
}

// MinSize follows the last Layout.
func (l headLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	action, cross := objects[2], objects[3]
	min := fyne.NewSize(160, cross.MinSize().Height)
	if *l.narrow && action.Visible() {
		min.Height += 4 + action.MinSize().Height
	}
	return min
}

// sectionsLayout sets columns of text beside each other, as many as fit, each
// row as high as its highest.
type sectionsLayout struct {
	gap, least float32
	columns    *int
}

func newSectionsLayout(gap, least float32) sectionsLayout {
	return sectionsLayout{gap: gap, least: least, columns: new(int)}
}

// Layout places the sections.
func (l sectionsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	columns := max(min(len(objects), int((size.Width+l.gap)/(l.least+l.gap))), 1)
	*l.columns = columns
	width := (size.Width - float32(columns-1)*l.gap) / float32(columns)
	y := float32(0)
	for i, object := range objects {
		object.Move(fyne.NewPos(float32(i%columns)*(width+l.gap), y))
		object.Resize(fyne.NewSize(width, object.MinSize().Height))
		if i%columns == columns-1 {
			y += l.rowHeight(objects, i-columns+1) + spaceMedium
		}
	}
}

// MinSize is one section wide and as high as the rows of the last Layout.
func (l sectionsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	min := fyne.NewSize(200, 0)
	for first := 0; first < len(objects); first += max(*l.columns, 1) {
		if first > 0 {
			min.Height += spaceMedium
		}
		min.Height += l.rowHeight(objects, first)
	}
	return min
}

// rowHeight is the height of the row that starts with the section first.
func (l sectionsLayout) rowHeight(objects []fyne.CanvasObject, first int) float32 {
	height := float32(0)
	for i := first; i < min(first+max(*l.columns, 1), len(objects)); i++ {
		height = fyne.Max(height, objects[i].MinSize().Height)
	}
	return height
}
