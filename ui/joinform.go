package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// mostLink is how long a link may be.
const mostLink = 4096

// joinForm takes a link: typed, pasted into the field, or from the clipboard
// with one click.
type joinForm struct {
	object    *fyne.Container
	field     *textField
	button    *pushButton
	hint      *paragraph
	clipboard func() string
	onJoin    func(link string)
	loud      bool // joining is the main thing of the page
}

func newJoinForm(loud bool, clipboard func() string, onJoin func(string)) *joinForm {
	f := &joinForm{
		field: newTextField(tr("join.placeholder"), mostLink), clipboard: clipboard, onJoin: onJoin, loud: loud,
		hint: newParagraph("", textCaption, colorMuted),
	}
	f.button = newPushButton("", "", buttonPrimary, f.submit)
	f.field.OnChanged = func(string) { f.update("") }
	f.field.OnSubmitted = func(string) { f.submit() }
	f.object = container.New(columnLayout{spaceSmall},
		container.New(newFlowLayout(spaceSmall, 0, 400), f.field, f.button), f.hint)
	f.update("")
	return f
}

// update makes the button say what it does, and shows a hint.
func (f *joinForm) update(hint string) {
	empty := strings.TrimSpace(f.field.Text) == ""
	f.button.kind = buttonPrimary
	if empty && !f.loud {
		f.button.kind = buttonQuiet
	}
	if empty {
		f.button.set(tr("join.paste"), "paste")
	} else {
		f.button.set(tr("join.join"), "phone")
	}
	f.hint.setText(hint)
	setVisible(f.hint, hint != "")
	f.object.Refresh()
}

// submit joins with the link in the field, or else in the clipboard.
func (f *joinForm) submit() {
	link := strings.TrimSpace(f.field.content())
	if link == "" {
		link = strings.TrimSpace(f.clipboard())
		if !looksLikeLink(link) { // what else people copy is not shown
			f.update(tr("join.noLink"))
			return
		}
	}
	f.field.SetText("") // the link is a secret
	f.update("")
	f.onJoin(link)
}

// looksLikeLink says whether a text may be a link to a call. The app reads it
// properly.
func looksLikeLink(text string) bool {
	if len(text) > mostLink || strings.ContainsAny(text, " \n\t") {
		return false
	}
	for _, scheme := range []string{"https://", "http://", "takoshome:", "wss://", "ws://"} {
		if strings.HasPrefix(strings.ToLower(text), scheme) {
			return true
		}
	}
	return false
}

// newJoinCard is the form with its words on a card.
func newJoinCard(form *joinForm) *fyne.Container {
	return newCard(container.New(columnLayout{spaceMedium},
		newBoldLine(tr("join.heading"), textTitle).shrinking(),
		newParagraph(tr("join.hint"), 14, colorMuted),
		form.object,
	), spaceLarge)
}
