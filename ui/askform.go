package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// mostTitle is how many characters a title or an id may have here.
const mostTitle = 300

// askForm is one field with a button and a hint below it.
type askForm struct {
	object  *fyne.Container
	field   *textField
	button  *pushButton
	hint    *paragraph
	usual   string // the hint when nothing is wrong
	problem string
	resized bool
	keeps   bool   // what was typed stays until arrived is called with it
	asked   string // what is waited for
	// do takes what was typed; what it returns is said below the field.
	do func(text string) (problem string)
}

func newAskForm(label, placeholder, button, icon string, do func(string) string) *askForm {
	f := &askForm{do: do, field: newTextField(placeholder, mostTitle), hint: newParagraph("", textCaption, colorMuted)}
	f.button = newPushButton(button, icon, buttonQuiet, f.submit)
	f.field.OnSubmitted = func(string) { f.submit() }
	f.field.OnChanged = func(string) { f.say("") }
	f.object = container.New(columnLayout{6},
		newLine(label, textCaption, colorMuted).shrinking(),
		container.New(newFlowLayout(spaceSmall, 0, 300), f.field, f.button), f.hint)
	f.hint.Hide()
	return f
}

func (f *askForm) submit() {
	text := strings.TrimSpace(f.field.content())
	if text == "" {
		return
	}
	problem := f.do(text)
	if problem == "" {
		f.asked = text
		if !f.keeps {
			f.field.SetText("")
		}
	}
	f.say(problem)
}

// arrived empties the field if it still has what was asked for, once is says
// that this has come true. Until then it may be mended and asked for again.
func (f *askForm) arrived(is func(asked string) bool) {
	if f.asked == "" || !is(f.asked) {
		return
	}
	if strings.TrimSpace(f.field.content()) == f.asked {
		f.field.SetText("")
	}
	f.asked = ""
}

// say shows what is wrong, or the usual hint.
func (f *askForm) say(problem string) {
	f.problem = problem
	words := f.usual
	ink := colorMuted
	if problem != "" {
		words, ink = problem, colorBad
	}
	if f.hint.text == words && f.hint.color == ink {
		return
	}
	f.hint.set(words, ink)
	setVisible(f.hint, words != "")
	f.object.Refresh()
	f.resized = true
}

// update changes the usual hint; it says whether the height may be another.
func (f *askForm) update(hint string) bool {
	f.usual = hint
	f.say(f.problem)
	resized := f.resized
	f.resized = false
	return resized
}
