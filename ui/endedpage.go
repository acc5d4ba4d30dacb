package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app/session"
)

// endedPage says why a call ended or did not begin, and what can be done.
type endedPage struct {
	object      *fyne.Container
	icon        *glyph
	round       *panelGround
	ground      *panelGround
	title       *paragraph
	words       *paragraph
	again, back *pushButton
	buttons     *fyne.Container
	drawn       string
}

func newEndedPage(onAgain, onBack func()) *endedPage {
	e := &endedPage{
		icon: newGlyph("octopus", colorAccent, 48), round: newGround(colorTint, "", 44),
		ground: newGround(colorCard, colorLine, cornerRadius),
		title:  newParagraph("", textHeading, theme.ColorNameForeground),
		words:  newParagraph("", textBody, colorMuted),
	}
	e.title.bold = true
	e.title.align, e.words.align = fyne.TextAlignCenter, fyne.TextAlignCenter
	e.again = newPushButton(tr("call.again"), "phone", buttonPrimary, onAgain)
	e.back = newPushButton(tr("call.back"), "", buttonQuiet, onBack)
	e.buttons = container.New(newTilesLayout(spaceSmall, 150), e.again, e.back)
	card := container.NewStack(e.ground, padded(container.New(columnLayout{spaceMedium},
		container.NewCenter(badge(e.icon, e.round, 80)), e.title, e.words,
		e.buttons,
	), 32, 32))
	e.object = container.New(middleLayout{480}, card)
	return e
}

// update shows how a call ended.
func (e *endedPage) update(s *session.Snapshot) {
	mayAgain := s.Again
	title, words := tr("call.left"), ""
	if mayAgain {
		words = tr("call.leftText")
	}
	icon, ink, tint, ground, edge := "octopus", colorAccent, colorTint, colorCard, colorLine
	if s.Problem != nil {
		title, words = problemWords(s)
		icon = "info"
		switch s.Problem.Key {
		case session.ProblemCertificate, session.ProblemUntrusted:
			icon, ink, tint, ground, edge = "shield", colorBad, colorCard, colorBadTint, colorBad
			mayAgain = false // no way to click through
		}
	}
	e.icon.set(icon, ink)
	e.round.set(tint)
	e.ground.edge = edge
	e.ground.set(ground)
	e.title.setText(title)
	e.words.set(words, colorMuted)
	if ground == colorBadTint {
		e.words.set(words, theme.ColorNameForeground)
	}
	setVisible(e.words, words != "")
	setVisible(e.again, mayAgain)
	if state := title + words; e.drawn != state {
		e.drawn = state
		e.buttons.Refresh()
		e.object.Refresh()
	}
}

// middleLayout sets one thing into the middle, no wider than most.
type middleLayout struct{ most float32 }

// Layout places it.
func (l middleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width-2*spaceMedium, l.most)
	height := heightAt(objects[0], width)
	objects[0].Move(fyne.NewPos((size.Width-width)/2, max((size.Height-height)*0.4, spaceMedium)))
}

// MinSize leaves it to the window.
func (middleLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, 300) }
