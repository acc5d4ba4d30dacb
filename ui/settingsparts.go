package ui

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// startSettings are what happens when the owner logs in, and when the app starts.
type startSettings struct {
	object    *fyne.Container
	autostart *setting
	minimised *setting
	hosting   *setting
}

func newStartSettings(actions settingsActions) *startSettings {
	p := &startSettings{}
	both := func() {
		actions.send(app.SetAutostart{On: p.autostart.check.Checked, Minimised: p.minimised.check.Checked})
	}
	p.autostart = newSetting(tr("settings.autostart"), tr("settings.autostart.words"), func(on bool) {
		if on { // who is not there yet needs no window
			p.minimised.choose(true, time.Now())
		}
		both()
	})
	p.minimised = newSetting(tr("settings.minimised"), tr("settings.minimised.words"), func(bool) { both() })
	p.hosting = newSetting(tr("settings.hosting"), tr("settings.hosting.words"), func(on bool) { actions.send(app.ChangeSettings{Hosting: &on}) })
	p.object = container.New(columnLayout{12}, p.autostart.object, container.New(indentLayout{checkIndent}, p.minimised.object), p.hosting.object)
	return p
}

func (p *startSettings) update(s app.Settings, now time.Time) {
	p.autostart.update(s.Autostart.On, s.Autostart.Possible, now)
	p.minimised.update(s.Autostart.Minimised, s.Autostart.Possible && s.Autostart.On, now)
	p.hosting.update(s.Hosting, s.File != "", now)
}

// reachSettings are what the app does to be reached, and the kind of certificate.
type reachSettings struct {
	object      *fyne.Container
	router      *setting
	relay       *setting
	restart     *fyne.Container
	certificate *paragraph
	name        *paragraph // that follows the address
	nameBox     fyne.CanvasObject
}

func newReachSettings(actions settingsActions) *reachSettings {
	p := &reachSettings{certificate: newParagraph("", 14, colorMuted), name: newParagraph("", 14, colorMuted)}
	p.nameBox = labelled(tr("settings.followingName"), p.name)
	p.router = newSetting(tr("settings.router"), tr("settings.router.words"), func(on bool) { actions.send(app.ChangeSettings{MapPorts: &on}) })
	p.relay = newSetting(tr("settings.relay"), tr("settings.relay.words"), func(on bool) { actions.send(app.ChangeSettings{Relay: &on}) })
	p.restart = remark(tr("settings.hostingDiffers"), newPushButton(tr("settings.restart"), "again", buttonQuiet, actions.restart))
	p.object = container.New(columnLayout{12}, p.router.object, p.relay.object, p.restart, newRule(),
		labelled(tr("settings.certificate"), p.certificate), p.nameBox)
	return p
}

func (p *reachSettings) update(s *app.Snapshot, now time.Time) {
	possible := s.Settings.File != ""
	p.router.update(s.Settings.MapPorts, possible, now)
	p.relay.update(s.Settings.Relay, possible, now)
	setVisible(p.restart, s.Settings.HostingDiffers)
	p.certificate.setText(certificateWords(&s.Host, now))
	p.name.setText(followingName(s, now))
	setVisible(p.nameBox, p.name.text != "")
}

// remark is a line on a tinted ground, with a button.
func remark(words string, button fyne.CanvasObject) *fyne.Container {
	return container.NewStack(newGround(colorTint, "", cornerRadius), padded(container.New(newFlowLayout(spaceSmall, 0, 420),
		newParagraph(words, 14, theme.ColorNameForeground), container.New(wrapLayout{spaceSmall}, button)), 12, 10))
}

// windowSettings are the own name and the language.
type windowSettings struct {
	object   *fyne.Container
	name     *paragraph
	rename   *pushButton
	language *passingSelect
	chosen   wish[string]
	differs  *paragraph
}

// languages are what the settings may say, in the order of the choice.
var languages = [...]string{"auto", "en", "ja"}

// languageName is a language in its own words.
func languageName(language string) string {
	switch language {
	case "en":
		return "English"
	case "ja":
		return "日本語"
	default:
		return tr("settings.languageAuto")
	}
}

func newWindowSettings(actions settingsActions) *windowSettings {
	p := &windowSettings{
		name:    newParagraph("", textBody, theme.ColorNameForeground),
		rename:  newPushButton(tr("settings.rename"), "pencil", buttonQuiet, actions.rename),
		differs: newParagraph(tr("settings.languageDiffers"), textCaption, colorMuted),
	}
	p.language = newPassingSelect(func(text string) {
		for _, language := range languages {
			if languageName(language) == text {
				p.chosen.set(language, time.Now())
				actions.send(changeLanguage(language))
			}
		}
	})
	for _, language := range languages {
		p.language.Options = append(p.language.Options, languageName(language))
	}
	p.object = container.New(newTilesLayout(spaceLarge, 240),
		labelled(tr("settings.name"), container.New(columnLayout{spaceSmall}, p.name, container.New(wrapLayout{spaceSmall}, p.rename))),
		container.New(columnLayout{4}, newLine(tr("settings.language"), textCaption, colorMuted).shrinking(),
			container.NewStack(p.language, newGround("", theme.ColorNameInputBorder, cornerRadius)), p.differs))
	return p
}

// changeLanguage names the type of the setting by the command alone: the window
// reads what app gives it.
func changeLanguage(language string) app.ChangeSettings {
	wanted := app.Language(language)
	return app.ChangeSettings{Language: &wanted}
}

func (p *windowSettings) update(s *app.Snapshot, now time.Time) {
	name := s.Identity.ID
	if name == "" {
		name = s.Identity.Name
	}
	if name == "" {
		name = tr("settings.noName")
	}
	p.name.setText(shown(name))
	setVisible(p.rename, s.Identity.State != "" && s.Identity.State != app.IdentityBroken)
	text := languageName(p.chosen.over(string(s.Settings.Language), now))
	if p.language.Selected != text {
		p.language.Selected = text // not SetSelected, which would send it
		p.language.Refresh()
	}
	if possible := s.Settings.File != ""; possible == p.language.Disabled() {
		if possible {
			p.language.Enable()
		} else {
			p.language.Disable()
		}
	}
	setVisible(p.differs, s.Settings.LanguageDiffers)
}

// helpSettings are the report for somebody who helps, and where all settings are.
type helpSettings struct {
	object  *fyne.Container
	path    *textField
	file    *paragraph
	fileBox *fyne.Container
	at      string
}

func newHelpSettings(actions settingsActions) *helpSettings {
	p := &helpSettings{path: newTextField("", 4096), file: newParagraph("", 14, theme.ColorNameForeground)}
	suggested := bundlePath(time.Now())
	p.path.SetText(suggested)
	save := func() {
		if p.path.content() == suggested { // the last report may have that name
			suggested = bundlePath(time.Now())
			p.path.SetText(suggested)
		}
		if path := strings.TrimSpace(p.path.content()); path != "" {
			actions.send(app.SaveBundle{Path: path})
		}
	}
	p.path.OnSubmitted = func(string) { save() }
	p.fileBox = container.New(columnLayout{4}, newLine(tr("settings.file"), textCaption, colorMuted).shrinking(),
		container.New(rowLayout{spaceSmall, 0}, p.file, copyButton(actions.peopleActions, func() string { return p.at })),
		newParagraph(tr("settings.file.words"), textCaption, colorMuted))
	p.object = container.New(columnLayout{12}, newParagraph(tr("settings.bundle.words"), 14, colorMuted),
		labelled(tr("settings.bundle.path"), p.path),
		container.New(wrapLayout{spaceSmall}, newPushButton(tr("settings.bundle"), "out", buttonQuiet, save)),
		newRule(), p.fileBox)
	return p
}

func (p *helpSettings) update(s app.Settings) {
	p.at = s.File
	p.file.setText(shown(s.File))
	setVisible(p.fileBox, s.File != "")
}

// bundlePath is a file that is most likely not there yet.
func bundlePath(now time.Time) string {
	name := "takos-report-" + now.Format("20060102-150405") + ".zip"
	home, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(home, name)
}
