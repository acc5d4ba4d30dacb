package ui

import "fyne.io/fyne/v2"

// callBarLayout sets the buttons of a call in a row, with words where there is
// room for them.
type callBarLayout struct{ bar *callBar }

const (
	toolWidth  float32 = 92
	toolGap    float32 = 6
	toolMargin float32 = 8
	wordyBar   float32 = 64 + 2*toolMargin
	terseBar   float32 = 48 + 2*toolMargin
)

// Layout places ground, buttons and meter.
func (l callBarLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	objects[0].Resize(size)
	var visible []*pushButton
	for _, button := range l.bar.buttons() {
		if button.Visible() {
			visible = append(visible, button)
		}
	}
	n := float32(len(visible))
	width := min((size.Width-2*toolMargin-(n-1)*toolGap)/n, toolWidth)
	terse := size.Height < wordyBar
	x := (size.Width - n*width - (n-1)*toolGap) / 2
	for _, button := range visible {
		if button.terse != terse {
			button.terse = terse
			button.Refresh()
		}
		button.Move(fyne.NewPos(x, toolMargin))
		button.Resize(fyne.NewSize(width, size.Height-2*toolMargin))
		x += width + toolGap
	}
	l.placeMeter()
}

// placeMeter sets the loudness at the lower edge of the microphone's button.
func (l callBarLayout) placeMeter() {
	mute, level := l.bar.mute, l.bar.level
	level.Resize(fyne.NewSize(mute.Size().Width-20, 4))
	level.Move(mute.Position().AddXY(10, mute.Size().Height-7))
}

// heightAt is how high the bar is in a width.
func (l callBarLayout) heightAt(width float32) float32 {
	n := float32(0)
	widestWord := float32(0)
	for _, button := range l.bar.buttons() {
		if button.Visible() {
			n++
			widestWord = max(widestWord, fyne.MeasureText(button.text, 12, fyne.TextStyle{Bold: true}).Width)
		}
	}
	if (width-2*toolMargin-(n-1)*toolGap)/n >= widestWord+12 {
		return wordyBar
	}
	return terseBar
}

// MinSize leaves it to the page.
func (l callBarLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, terseBar) }
