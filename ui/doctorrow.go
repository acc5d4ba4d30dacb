package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// checkRow is one check of an examination: its state and what was found, and
// folded below what that means and what to do.
type checkRow struct {
	object  *fyne.Container
	icon    *glyph
	title   *line
	word    *line
	words   *paragraph
	fold    *foldable
	details *checkDetails // nil until it was open once
	finding app.Finding
}

func newCheckRow(changed func()) *checkRow {
	r := &checkRow{
		icon: newGlyph("unknown", colorMuted, 22), title: newTitleLine(), word: newCaptionLine(),
		words: newParagraph("", 14, colorMuted),
	}
	r.fold = newFoldable(func() fyne.CanvasObject {
		r.details = newCheckDetails()
		r.details.update(r.finding)
		return r.details.object
	}, changed)
	head := container.New(checkLayout{}, r.icon, r.title.shrinking(), r.word, r.words, r.fold.button)
	r.object = padded(container.New(columnLayout{spaceSmall}, head, r.fold.below), 0, 10)
	return r
}

func (r *checkRow) look() fyne.CanvasObject { return r.object }

// update shows a finding; it says whether the height may have changed.
func (r *checkRow) update(f app.Finding) bool {
	if r.finding.Key == f.Key && r.finding.State == f.State && sentence(f.Key, f.Args) == r.words.text {
		return false
	}
	r.finding = f
	l := stateFace(string(f.State))
	r.icon.set(l.icon, l.ink)
	r.title.setText(checkTitle(f))
	r.word.shrinks = false
	r.word.set(stateWord(string(f.State)), theme.ColorNameForeground)
	r.words.setText(sentence(f.Key, f.Args))
	more := meaning(f) != "" || advice(f) != ""
	setVisible(r.fold.button, more)
	setVisible(r.fold.below, more && r.fold.open)
	if r.details != nil {
		r.details.update(f)
	}
	return true
}

// checkDetails is what is folded below a check.
type checkDetails struct {
	object           *fyne.Container
	means, do        *paragraph
	meansBox, advice *fyne.Container
}

func newCheckDetails() *checkDetails {
	d := &checkDetails{
		means: newParagraph("", 14, theme.ColorNameForeground), do: newParagraph("", 14, theme.ColorNameForeground),
	}
	d.meansBox = container.New(columnLayout{4}, newLine(tr("doctor.page.means"), textCaption, colorMuted).shrinking(), d.means)
	d.advice = container.New(columnLayout{4}, newLine(tr("doctor.page.do"), textCaption, colorMuted).shrinking(), d.do)
	d.object = detailsBox(d.meansBox, d.advice)
	return d
}

func (d *checkDetails) update(f app.Finding) {
	means, do := meaning(f), advice(f)
	d.means.setText(means)
	d.do.setText(do)
	setVisible(d.meansBox, means != "")
	setVisible(d.advice, do != "")
}

// checkLayout sets the state's icon left, the button that unfolds more right,
// and between them the title with the state's word, and the words below.
type checkLayout struct{}

const (
	checkIndent float32 = 34
	checkButton float32 = 40
)

// Layout places icon, title, word, words and button, in this order.
func (checkLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	icon, title, word, words, button := objects[0], objects[1], objects[2], objects[3], objects[4]
	line := title.MinSize().Height
	icon.Resize(icon.MinSize())
	icon.Move(fyne.NewPos(0, (line-icon.MinSize().Height)/2+1))
	right := size.Width - checkButton - spaceSmall
	side := word.MinSize()
	word.Resize(side)
	word.Move(fyne.NewPos(right-side.Width, (line-side.Height)/2))
	title.Move(fyne.NewPos(checkIndent, 0))
	title.Resize(fyne.NewSize(right-side.Width-spaceSmall-checkIndent, line))
	heightAt(words, right-checkIndent)
	words.Move(fyne.NewPos(checkIndent, line+2))
	least := button.MinSize()
	button.Resize(least)
	button.Move(fyne.NewPos(size.Width-least.Width, (line-least.Height)/2+1))
}

// MinSize follows the lines that the words took last time.
func (checkLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(240, objects[1].MinSize().Height+2+objects[3].MinSize().Height)
}
