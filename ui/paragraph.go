package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// paragraph is text that flows over several lines. Latin breaks between words,
// Japanese between any two characters except before a closing mark or a small
// kana (JIS X 4051), which Fyne's own wrapping does not know.
type paragraph struct {
	widget.BaseWidget
	text  string
	size  float32
	bold  bool
	color fyne.ThemeColorName
	align fyne.TextAlign
}

func newParagraph(text string, size float32, color fyne.ThemeColorName) *paragraph {
	p := &paragraph{text: text, size: size, color: color}
	p.ExtendBaseWidget(p)
	return p
}

// set changes text and colour, and redraws only if one of them is new.
func (p *paragraph) set(text string, color fyne.ThemeColorName) {
	if p.text == text && p.color == color {
		return
	}
	p.text, p.color = text, color
	p.Refresh()
}

func (p *paragraph) setText(text string) { p.set(text, p.color) }

// CreateRenderer is Fyne's way to ask for what is drawn.
func (p *paragraph) CreateRenderer() fyne.WidgetRenderer {
	r := &paragraphRenderer{paragraph: p}
	r.Refresh()
	return r
}

type paragraphRenderer struct {
	paragraph *paragraph
	lines     []*canvas.Text
	objects   []fyne.CanvasObject
	width     float32 // that lines were made for
}

func (r *paragraphRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *paragraphRenderer) Destroy()                     {}

func (r *paragraphRenderer) style() fyne.TextStyle {
	return fyne.TextStyle{Bold: r.paragraph.bold}
}

func (r *paragraphRenderer) lineHeight() float32 {
	return fyne.MeasureText("0", r.paragraph.size, r.style()).Height
}

// MinSize is as high as the text at the width of the last Layout.
func (r *paragraphRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, float32(max(len(r.lines), 1))*r.lineHeight())
}

func (r *paragraphRenderer) Layout(size fyne.Size) {
	if size.Width != r.width {
		r.wrap(size.Width)
	}
	height := r.lineHeight()
	for i, text := range r.lines {
		text.Move(fyne.NewPos(0, float32(i)*height))
		text.Resize(fyne.NewSize(size.Width, height))
	}
}

func (r *paragraphRenderer) Refresh() {
	r.wrap(r.width)
	r.Layout(r.paragraph.Size())
	canvas.Refresh(r.paragraph)
}

func (r *paragraphRenderer) wrap(width float32) {
	r.width = width
	r.lines, r.objects = nil, nil
	for _, text := range wrapEvenly(r.paragraph.text, width, r.paragraph.size, r.style()) {
		object := canvas.NewText(text, themeColor(r.paragraph, r.paragraph.color))
		object.TextSize = r.paragraph.size
		object.TextStyle = r.style()
		object.Alignment = r.paragraph.align
		r.lines = append(r.lines, object)
		r.objects = append(r.objects, object)
	}
}

// mostEven is the number of lines up to which wrapEvenly takes its time.
const mostEven = 8

// wrapEvenly is wrap, but leaves no single word or syllable for the last line:
// it then takes as narrow a column as gives the same number of lines.
func wrapEvenly(text string, width, size float32, style fyne.TextStyle) []string {
	lines := wrap(text, width, size, style)
	if len(lines) < 2 || len(lines) > mostEven || fyne.MeasureText(lines[len(lines)-1], size, style).Width > width/3 {
		return lines
	}
	narrow, wide := width/2, width
	for wide-narrow > 4 {
		middle := (narrow + wide) / 2
		if len(wrap(text, middle, size, style)) > len(lines) {
			narrow = middle
		} else {
			wide = middle
		}
	}
	return wrap(text, wide, size, style)
}

// wrap breaks a text into lines of at most width. A piece that does not fit a
// line by itself, such as a URL, is broken anywhere.
func wrap(text string, width, size float32, style fyne.TextStyle) []string {
	if width <= 0 {
		return []string{text}
	}
	r := ruler{size: size, style: style, known: make(map[string]float32)}
	var lines []string
	rest := pieces(text)
	for len(rest) > 0 {
		if len(lines) > 0 {
			rest[0] = strings.TrimLeft(rest[0], " ")
		}
		n := r.fitting(rest, width)
		line := strings.TrimRight(strings.Join(rest[:n], ""), " ")
		if n == 1 && r.width(line) > width {
			head := r.head(line, width)
			lines, rest[0] = append(lines, head), rest[0][len(head):]
			continue
		}
		lines, rest = append(lines, line), rest[n:]
	}
	return lines
}

// ruler measures text, each piece once: friends may write long messages, and
// measuring takes long.
type ruler struct {
	size  float32
	style fyne.TextStyle
	known map[string]float32
}

func (r ruler) width(text string) float32 {
	width, known := r.known[text]
	if !known {
		width = fyne.MeasureText(text, r.size, r.style).Width
		r.known[text] = width
	}
	return width
}

// fitting is how many pieces fit a line, one at least. It adds up widths first:
// together pieces may take a little more or less room, so the line is measured
// then.
func (r ruler) fitting(pieces []string, width float32) int {
	n, sum := 0, float32(0)
	for n < len(pieces) && sum+r.width(strings.TrimRight(pieces[n], " ")) <= width+2 {
		sum += r.width(pieces[n])
		n++
	}
	for n > 1 && r.width(strings.TrimRight(strings.Join(pieces[:n], ""), " ")) > width {
		n--
	}
	return max(n, 1)
}

// head is the longest start of a text that fits, one rune at least.
func (r ruler) head(text string, width float32) string {
	end, sum := 0, float32(0)
	for i, c := range text {
		sum += r.width(string(c))
		if i > 0 && sum > width+2 {
			break
		}
		end = i + utf8.RuneLen(c)
	}
	for end > 0 && r.width(text[:end]) > width {
		_, last := utf8.DecodeLastRuneInString(text[:end])
		if end == last {
			break
		}
		end -= last
	}
	return text[:end]
}

// pieces cuts a text at the places where a line may end.
func pieces(text string) []string {
	var found []string
	start := 0
	runes := []rune(text)
	for i := 1; i < len(runes); i++ {
		if mayBreak(runes[i-1], runes[i]) {
			found = append(found, string(runes[start:i]))
			start = i
		}
	}
	return append(found, string(runes[start:]))
}

func mayBreak(before, after rune) bool {
	const (
		neverFirst = "、。，．・：；？！」』）］｝〉》】〕ーァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎ々,.:;?!)]}%"
		neverLast  = "「『（［｛〈《【〔([{"
	)
	switch {
	case after == ' ' || strings.ContainsRune(neverFirst, after) || strings.ContainsRune(neverLast, before):
		return false
	case before == ' ':
		return true
	default:
		return isWide(before) || isWide(after)
	}
}

// isWide marks characters that stand for themselves in a line: kana, Chinese
// characters and their punctuation.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60
}
