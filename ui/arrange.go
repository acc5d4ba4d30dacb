package ui

import "fyne.io/fyne/v2"

// Lengths of the stage, in Fyne's units.
const (
	tileGap    float32 = 8
	leastCellW float32 = 96
	leastCellH float32 = 64
	widest     float32 = 16.0 / 9 // of a camera's picture
	narrowest  float32 = 3.0 / 4
)

// area is where a tile stands.
type area struct{ x, y, width, height float32 }

// stagePlan says where everything stands. The first of tiles is the large one,
// where one is large. spare tiles have no place; more is where that is said.
type stagePlan struct {
	tiles  []area
	own    *area // nil: no own tile
	floats bool  // the own tile lies over another
	spare  int
	more   *area
}

// arrange gives places to the tiles of count others and to the own one: one
// whole, two halves, up to four 2x2, more in a grid with the first larger. With
// large, the first takes most of the room whatever their number.
func arrange(size fyne.Size, count int, large, own bool) stagePlan {
	all := area{width: size.Width, height: size.Height}
	switch {
	case count == 0 && own:
		return stagePlan{own: &all}
	case count == 0:
		return stagePlan{}
	case large:
		return largeFirst(all, count, own)
	case count <= 4:
		return evenly(all, count, own)
	default:
		return speakerGrid(all, count, own)
	}
}

// evenly places up to four tiles of one size; the own one takes the fourth
// place, or lies over a corner.
func evenly(all area, count int, own bool) stagePlan {
	if count == 3 && own {
		places := grid(all, 4, 2, 0)
		return stagePlan{tiles: places[:3], own: &places[3]}
	}
	columns := 2
	if count == 1 || count == 2 && all.width < all.height {
		columns = 1
	}
	p := stagePlan{tiles: grid(all, count, columns, 0)}
	if own {
		p.own, p.floats = corner(all, p.tiles[0].width), true
	}
	return p
}

// largeFirst gives the first most of the room and the others a strip beside or
// below it.
func largeFirst(all area, count int, own bool) stagePlan {
	small := count - 1
	if own {
		small++
	}
	if small == 0 {
		return stagePlan{tiles: []area{all}}
	}
	first, strip := split(all, small)
	places, spare := stripGrid(strip, small)
	return stagePlan{tiles: []area{first}}.with(places, count-1, spare, own)
}

// with gives places to the small tiles: the own one last, and if some have to
// be spared, a place before it that says so.
func (p stagePlan) with(places []area, others, spare int, own bool) stagePlan {
	if own {
		last := places[len(places)-1]
		p.own, places = &last, places[:len(places)-1]
	}
	if spare > 0 {
		last := places[len(places)-1]
		p.more, places = &last, places[:len(places)-1]
		p.spare = others - len(places)
	}
	p.tiles = append(p.tiles, places...)
	return p
}

// split cuts off a strip for the small tiles.
func split(all area, small int) (first, strip area) {
	first, strip = all, all
	if all.width < all.height {
		first.height = all.height * 0.6
		strip.y = first.height + tileGap
		strip.height = all.height - strip.y
		return first, strip
	}
	share := float32(0.2)
	if small > 6 {
		share = 0.3
	}
	strip.width = max(leastCellW, all.width*share)
	first.width = all.width - strip.width - tileGap
	strip.x = first.width + tileGap
	return first, strip
}

// stripGrid is the grid with any number of columns that shows the most of its
// pictures. Tiles that would become too small are spared; one more place is
// then left for saying so.
func stripGrid(strip area, count int) (places []area, spare int) {
	most := fitting(strip.width, leastCellW) * fitting(strip.height, leastCellH)
	if count > most {
		spare, count = count-most+1, most
	}
	columns := bestColumns(strip, 1, count, func(columns int) int { return (count + columns - 1) / columns })
	return grid(strip, count, columns, narrowest), spare
}

// bestColumns is the number of columns whose cells show the most of a picture,
// of those whose cells are large enough if there are any.
func bestColumns(all area, from, to int, rows func(columns int) int) int {
	best, columns := float32(-1), from
	for n := from; n <= to; n++ {
		width, height := evenSize(all, n, rows(n))
		seen := usefulArea(width, height)
		if width >= leastCellW && height >= leastCellH {
			seen += all.width * all.height
		}
		if seen > best {
			best, columns = seen, n
		}
	}
	return columns
}

// fitting is how many cells fit a length, two at least.
func fitting(length, cell float32) int {
	return max(int((length+tileGap)/(cell+tileGap)), 2)
}

// speakerGrid sets the first over four cells of a grid and everybody else in
// one, oneself last.
func speakerGrid(all area, count int, own bool) stagePlan {
	small := count - 1
	if own {
		small++
	}
	most := max(fitting(all.width, leastCellW)*fitting(all.height, leastCellH)-4, 2)
	spare := 0
	if small > most {
		spare, small = small-most+1, most
	}
	rowsOf := func(columns int) int { return max(2, (small+4+columns-1)/columns) }
	columns := bestColumns(all, 2, max(2, (small+4)/2), rowsOf)
	rows := rowsOf(columns)
	width, height := evenSize(all, columns, rows)
	at := func(column, row float32, span float32) area {
		return area{
			x: column * (width + tileGap), y: row * (height + tileGap),
			width: span*(width+tileGap) - tileGap, height: span*(height+tileGap) - tileGap,
		}
	}
	var places []area
	for _, cell := range freeCells(small, columns, rows) {
		places = append(places, at(cell[0], cell[1], 1))
	}
	return stagePlan{tiles: []area{at(0, 0, 2)}}.with(places, count-1, spare, own)
}

// freeCells are the columns and rows around the large tile, the last row
// centred.
func freeCells(count, columns, rows int) [][2]float32 {
	var cells [][2]float32
	for row := range rows {
		first := 0
		if row < 2 {
			first = 2
		}
		for column := first; column < columns && len(cells) < count; column++ {
			cells = append(cells, [2]float32{float32(column), float32(row)})
		}
	}
	inLast := 0
	for _, cell := range cells {
		if int(cell[1]) == rows-1 {
			inLast++
		}
	}
	if rows > 2 {
		for i := len(cells) - inLast; i < len(cells); i++ {
			cells[i][0] += float32(columns-inLast) / 2
		}
	}
	return cells
}

// grid is tiles of one size in rows, the last row centred; a shape above zero
// keeps tiles from becoming narrower than it.
func grid(all area, count, columns int, shape float32) []area {
	rows := (count + columns - 1) / columns
	width, height := evenSize(all, columns, rows)
	if shape > 0 {
		height = min(height, width/shape)
	}
	top := all.y + (all.height-float32(rows)*(height+tileGap)+tileGap)/2
	places := make([]area, count)
	for i := range places {
		row, inRow := i/columns, columns
		if row == rows-1 {
			inRow = count - row*columns
		}
		left := all.x + (all.width-float32(inRow)*(width+tileGap)+tileGap)/2
		places[i] = area{
			x: left + float32(i%columns)*(width+tileGap), y: top + float32(row)*(height+tileGap),
			width: width, height: height,
		}
	}
	return places
}

// corner is the place of the own tile over another one. Where tiles are narrow
// it is the upper corner: names stand below.
func corner(all area, tile float32) *area {
	width := min(240, max(leastCellW, min(all.width*0.25, all.height*0.34)))
	height := width * 9 / 16
	at := &area{x: all.width - width - tileGap, y: all.height - height - tileGap, width: width, height: height}
	if tile-width < 120 {
		at.y = tileGap
	}
	return at
}

func evenSize(all area, columns, rows int) (width, height float32) {
	return (all.width - float32(columns-1)*tileGap) / float32(columns),
		(all.height - float32(rows-1)*tileGap) / float32(rows)
}

// usefulArea is how much of a tile a camera's picture fills.
func usefulArea(width, height float32) float32 {
	return min(width, height*widest) * min(height, width/narrowest)
}
