package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// settingsActions are what the page of settings asks for.
type settingsActions struct {
	peopleActions
	// rename opens the form for the own name.
	rename func()
	// restart starts hosting anew, after a question where that ends a call.
	restart func()
}

// settingsPage is the few settings that a person may want to change; the file
// has all of them.
type settingsPage struct {
	object  *container.Scroll
	start   *startSettings
	reach   *reachSettings
	window  *windowSettings
	help    *helpSettings
	fixed   *paragraph // nothing can be changed here
	drawn   app.Settings
	who     app.Identity
	ways    string // certificate and name, that were drawn
	isDrawn bool
	stale   bool
}

func newSettingsPage(actions settingsActions) *settingsPage {
	p := &settingsPage{fixed: newParagraph(tr("settings.fixed"), textBody, theme.ColorNameForeground)}
	changed := actions.changed
	actions.changed = func() {
		p.stale = true
		changed()
	}
	p.start = newStartSettings(actions)
	p.reach = newReachSettings(actions)
	p.window = newWindowSettings(actions)
	p.help = newHelpSettings(actions)
	column := container.New(columnLayout{spaceMedium}, p.fixed)
	for _, part := range []struct {
		title  string
		object fyne.CanvasObject
	}{
		{tr("settings.start"), p.start.object},
		{tr("settings.reach"), p.reach.object},
		{tr("settings.window"), p.window.object},
		{tr("settings.help"), p.help.object},
	} {
		column.Add(newCard(container.New(columnLayout{spaceMedium},
			newBoldLine(part.title, textTitle).shrinking(), part.object), spaceLarge))
	}
	p.object = container.NewVScroll(container.New(widthLayout{most: 820, margin: spaceLarge}, column))
	return p
}

// update draws a snapshot.
func (p *settingsPage) update(s *app.Snapshot, now time.Time) {
	ways := certificateWords(&s.Host, now) + followingName(s, now)
	if p.isDrawn && !p.stale && p.drawn == s.Settings && sameIdentity(p.who, s.Identity) && p.ways == ways {
		return
	}
	p.isDrawn, p.stale, p.drawn, p.who, p.ways = true, false, s.Settings, s.Identity, ways
	setVisible(p.fixed, s.Settings.File == "")
	p.start.update(s.Settings, now)
	p.reach.update(s, now)
	p.window.update(s, now)
	p.help.update(s.Settings)
	reflow(p.object)
}

// setting is one switch with words below it that say what it does.
type setting struct {
	object *fyne.Container
	check  *passingCheck
	wanted wish[bool]
}

// newSetting makes a switch; change is called with what the person chose.
func newSetting(title, words string, change func(bool)) *setting {
	s := &setting{}
	s.check = newPassingCheck(title, func(on bool) {
		s.wanted.set(on, time.Now())
		change(on)
	})
	s.object = container.New(columnLayout{0}, container.NewThemeOverride(s.check, checkLook{fyne.CurrentApp().Settings().Theme()}))
	if words != "" {
		s.object.Add(container.New(indentLayout{checkIndent}, newParagraph(words, textCaption, colorMuted)))
	}
	return s
}

// choose switches without a word to the app.
func (s *setting) choose(on bool, now time.Time) {
	s.wanted.set(on, now)
	s.show(on)
}

func (s *setting) show(on bool) {
	if s.check.Checked != on {
		s.check.Checked = on // not SetChecked, which would send it
		s.check.Refresh()
	}
}

// update shows how it is, and whether it can be changed.
func (s *setting) update(on, possible bool, now time.Time) {
	s.show(s.wanted.over(on, now))
	if possible == s.check.Disabled() {
		if possible {
			s.check.Enable()
		} else {
			s.check.Disable()
		}
	}
}

// indentLayout leaves room at the left.
type indentLayout struct{ indent float32 }

// Layout places the content.
func (l indentLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		heightAt(object, size.Width-l.indent)
		object.Move(fyne.NewPos(l.indent, 0))
	}
}

// MinSize is that of the content with the room.
func (l indentLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, object := range objects {
		min = min.Max(object.MinSize())
	}
	return min.AddWidthHeight(l.indent, 0)
}
