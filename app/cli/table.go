package cli

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// table sets cells in columns, as wide as terminals draw them: Japanese takes
// two places a letter.
type table struct{ rows [][]string }

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) writeTo(text *bytes.Buffer) {
	const gap = 2
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], places(cell))
		}
	}
	for _, row := range t.rows {
		for i, cell := range row {
			text.WriteString(cell)
			if i < len(row)-1 {
				text.WriteString(strings.Repeat(" ", widths[i]-places(cell)+gap))
			}
		}
		text.WriteByte('\n')
	}
}

// places is how many columns of a terminal s takes (Unicode Annex 11).
func places(s string) int {
	n := 0
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
