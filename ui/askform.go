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
	// changed asks for an update: the height may be another.
	changed func()
}

func newAskForm(label, placeholder, button string, changed func(), do func(string) string) *askForm {
	f := &askForm{do: do, changed: changed, field: newTextField(placeholder, mostTitle), hint: newParagraph("", textCaption, colorMuted)}
	f.button = newPushButton(button, "plus", buttonQuiet, f.submit)
	f.field.OnSubmitted = func(string) { f.submit() }
	f.field.OnChanged = func(string) { f.tell("") }
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
	f.tell(problem)
}

// tell is say between two updates.
func (f *askForm) tell(problem string) {
	f.say(problem)
	if f.resized {
		f.resized = false
		f.changed()
	}
}

// arrived empties the field if it still has what was asked for, once is says
// that this has come true. Until then it may be mended and asked for again.
func (f *askForm) arrived(is func(asked string) bool) {
	if f.asked == "" || !is(f.asked) {
		return
	}
	asked := f.asked
	f.asked = ""
	if strings.TrimSpace(f.field.content()) == asked {
		f.field.SetText("")
	}
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
