package ui

import "fyne.io/fyne/v2"

// columnLayout puts objects below each other at full width. It gives each its
// width before it asks for the height, so that flowing text takes the lines it
// needs; Fyne's box asks first.
type columnLayout struct{ gap float32 }

// Layout places the objects.
func (l columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		height := heightAt(object, size.Width)
		object.Move(fyne.NewPos(0, y))
		y += height + l.gap
	}
}

// MinSize is as wide as the widest and as high as all together.
func (l columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		if min.Height > 0 {
			min.Height += l.gap
		}
		wanted := object.MinSize()
		min.Width = fyne.Max(min.Width, wanted.Width)
		min.Height += wanted.Height
	}
	return min
}

// heightAt gives an object a width and returns the height it then needs.
func heightAt(object fyne.CanvasObject, width float32) float32 {
	object.Resize(fyne.NewSize(width, object.MinSize().Height))
	height := object.MinSize().Height
	object.Resize(fyne.NewSize(width, height))
	return height
}

// rowLayout puts objects beside each other, centred in height. The object with
// index stretch takes the width that is left.
type rowLayout struct {
	gap     float32
	stretch int
}

// Layout places the objects.
func (l rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left := size.Width - l.MinSize(objects).Width
	if l.stretch < len(objects) && objects[l.stretch].Visible() {
		left += objects[l.stretch].MinSize().Width
	}
	x := float32(0)
	for i, object := range objects {
		if !object.Visible() {
			continue
		}
		width := object.MinSize().Width
		if i == l.stretch {
			width = fyne.Max(left, 0)
		}
		height := heightAt(object, width)
		object.Move(fyne.NewPos(x, (size.Height-height)/2))
		x += width + l.gap
	}
}

// MinSize is as wide as all together and as high as the highest.
func (l rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	count := 0
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		wanted := object.MinSize()
		min.Width += wanted.Width
		min.Height = fyne.Max(min.Height, wanted.Height)
		count++
	}
	if count > 1 {
		min.Width += float32(count-1) * l.gap
	}
	return min
}

// flowLayout is rowLayout while the width is enough, and columnLayout below it.
type flowLayout struct {
	gap       float32
	stretch   int
	threshold float32
	// narrow is where the last Layout left it; MinSize follows it.
	narrow *bool
}

func newFlowLayout(gap float32, stretch int, threshold float32) flowLayout {
	return flowLayout{gap: gap, stretch: stretch, threshold: threshold, narrow: new(bool)}
}

// Layout places the objects.
func (l flowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	*l.narrow = size.Width < l.threshold
	if *l.narrow {
		columnLayout{l.gap}.Layout(objects, size)
		return
	}
	rowLayout{l.gap, l.stretch}.Layout(objects, size)
}

// MinSize never asks for the width of a row: there is always the column.
func (l flowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	column := columnLayout{l.gap}.MinSize(objects)
	if *l.narrow {
		return column
	}
	return fyne.NewSize(column.Width, rowLayout{l.gap, l.stretch}.MinSize(objects).Height)
}

// tilesLayout shares the width evenly between what is visible, in as many rows
// as it takes for no tile to be narrower than least.
type tilesLayout struct {
	gap, least float32
	columns    *int
}

func newTilesLayout(gap, least float32) tilesLayout {
	return tilesLayout{gap: gap, least: least, columns: new(int)}
}

// Layout places the objects.
func (l tilesLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects = visibleOf(objects)
	columns := max(min(len(objects), int((size.Width+l.gap)/(l.least+l.gap))), 1)
	for len(objects)%columns != 0 { // no lonely tile in the last row
		columns--
	}
	*l.columns = columns
	width := (size.Width - float32(columns-1)*l.gap) / float32(columns)
	height := l.tileHeight(objects)
	for i, object := range objects {
		object.Move(fyne.NewPos(float32(i%columns)*(width+l.gap), float32(i/columns)*(height+l.gap)))
		object.Resize(fyne.NewSize(width, height))
	}
}

// MinSize is one tile wide and as high as the rows of the last Layout.
func (l tilesLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	objects = visibleOf(objects)
	columns := max(*l.columns, 1)
	rows := (len(objects) + columns - 1) / columns
	return fyne.NewSize(l.least, float32(rows)*l.tileHeight(objects)+float32(max(rows-1, 0))*l.gap)
}

func visibleOf(objects []fyne.CanvasObject) []fyne.CanvasObject {
	visible := make([]fyne.CanvasObject, 0, len(objects))
	for _, object := range objects {
		if object.Visible() {
			visible = append(visible, object)
		}
	}
	return visible
}

func (l tilesLayout) tileHeight(objects []fyne.CanvasObject) float32 {
	height := float32(0)
	for _, object := range objects {
		height = fyne.Max(height, object.MinSize().Height)
	}
	return height
}

// squareLayout makes everything one square of a fixed side.
type squareLayout struct{ side float32 }

// Layout stacks the objects at the left.
func (l squareLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	origin := fyne.NewPos(0, (size.Height-l.side)/2)
	for _, object := range objects {
		object.Move(origin)
		object.Resize(fyne.NewSquareSize(l.side))
	}
}

// MinSize is the square.
func (l squareLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSquareSize(l.side)
}

// widthLayout keeps its content from growing wider than most, centred.
type widthLayout struct{ most, margin float32 }

// Layout places the content.
func (l widthLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	margin := l.marginAt(size.Width)
	width := fyne.Min(size.Width-2*margin, l.most)
	for _, object := range objects {
		height := heightAt(object, width)
		object.Resize(fyne.NewSize(width, fyne.Max(height, size.Height-2*margin)))
		object.Move(fyne.NewPos((size.Width-width)/2, margin))
	}
}

// marginAt gives narrow windows a narrow margin.
func (l widthLayout) marginAt(width float32) float32 {
	if width < 560 {
		return spaceMedium
	}
	return l.margin
}

// MinSize leaves room for the margin.
func (l widthLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, object := range objects {
		min = min.Max(object.MinSize())
	}
	return min.Add(fyne.NewSize(2*spaceMedium, 2*l.margin))
}

// boardLayout puts cards below each other; where there is room, the second, the
// tallest, stands right and all others left.
type boardLayout struct {
	gap, threshold float32
	wide           *bool
}

func newBoardLayout(gap, threshold float32) boardLayout {
	return boardLayout{gap: gap, threshold: threshold, wide: new(bool)}
}

// Layout places the cards.
func (l boardLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	*l.wide = size.Width >= l.threshold && objects[1].Visible()
	if !objects[1].Visible() && !objects[3].Visible() {
		l.alone(objects, size)
		return
	}
	if !*l.wide {
		columnLayout{l.gap}.Layout(objects, size)
		return
	}
	width := (size.Width - l.gap) / 2
	columnLayout{l.gap}.Layout(l.left(objects), fyne.NewSize(width, size.Height))
	heightAt(objects[1], width)
	objects[1].Move(fyne.NewPos(width+l.gap, 0))
}

// alone places cards that have the page to themselves, a little above the middle.
func (l boardLayout) alone(cards []fyne.CanvasObject, size fyne.Size) {
	const most = 640
	width := fyne.Min(size.Width, most)
	height := -l.gap
	for _, card := range cards {
		if card.Visible() {
			height += heightAt(card, width) + l.gap
		}
	}
	y := fyne.Max(0, (size.Height-height)*0.4)
	for _, card := range cards {
		if card.Visible() {
			card.Move(fyne.NewPos((size.Width-width)/2, y))
			y += card.Size().Height + l.gap
		}
	}
}

// MinSize is as high as the last Layout made it.
func (l boardLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if !*l.wide {
		return columnLayout{l.gap}.MinSize(objects)
	}
	left := columnLayout{l.gap}.MinSize(l.left(objects))
	return left.Max(objects[1].MinSize())
}

func (l boardLayout) left(objects []fyne.CanvasObject) []fyne.CanvasObject {
	return append([]fyne.CanvasObject{objects[0]}, objects[2:]...)
}

// wrapLayout sets objects beside each other and begins another row where the
// width is too small.
type wrapLayout struct{ gap float32 }

// Layout places the objects.
func (l wrapLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var at fyne.Position
	high := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		least := object.MinSize()
		if at.X > 0 && at.X+least.Width > size.Width {
			at = fyne.NewPos(0, at.Y+high+l.gap)
			high = 0
		}
		object.Resize(least)
		object.Move(at)
		at.X += least.Width + l.gap
		high = max(high, least.Height)
	}
}

// MinSize is as high as the rows of the last Layout.
func (l wrapLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, object := range objects {
		if object.Visible() {
			least := object.MinSize()
			min.Width = max(min.Width, least.Width)
			min.Height = max(min.Height, object.Position().Y+least.Height)
		}
	}
	return min
}
