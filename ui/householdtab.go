package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// householdTab is the accounts of this computer, and the copy of everything
// that is stored.
type householdTab struct {
	object   *fyne.Container
	list     *rowList[*accountRow]
	accounts []app.Account // that were drawn
	domain   string
	name     *textField
	password *textField
	file     *textField
	asked    string // the name that was asked for
	drawn    bool
}

func newHouseholdTab(actions peopleActions) *householdTab {
	t := &householdTab{
		name: newTextField(tr("own.namePlaceholder"), mostTitle), password: newPasswordField(), file: newTextField("", 4096),
	}
	t.list = newRowList(func(string) *accountRow { return newAccountRow(actions) }, actions.changed)
	add := func() {
		if name := narrowed(t.name.content()); name != "" {
			actions.send(app.AddAccount{Name: name, Password: t.password.content()})
			t.asked = name
			t.password.SetText("")
		}
	}
	t.name.OnSubmitted = func(string) { add() }
	t.password.OnSubmitted = func(string) { add() }
	addFold := newFoldable(func() fyne.CanvasObject {
		return detailsBox(
			container.New(newTilesLayout(spaceMedium, 150), labelled(tr("own.name"), t.name), labelled(tr("household.password"), t.password)),
			container.New(wrapLayout{spaceSmall}, newPushButton(tr("household.add"), "plus", buttonQuiet, add)))
	}, actions.changed)
	t.file.SetText(exportPath(time.Now()))
	export := newPushButton(tr("household.export"), "out", buttonQuiet, func() { actions.send(app.ExportIdentity{Path: t.path()}) })
	bring := newPushButton(tr("household.import"), "in", buttonQuiet, func() {
		path := t.path()
		actions.confirm(tr("household.askImport"), tr("household.import"), func() { actions.send(app.ImportIdentity{Path: path}) })
	})
	t.object = container.New(columnLayout{spaceMedium},
		newParagraph(tr("household.words"), 14, colorMuted),
		t.list.object,
		container.New(columnLayout{spaceSmall},
			container.New(rowLayout{spaceSmall, 1}, addFold.button, newLine(tr("household.addHeading"), textCaption, colorMuted).shrinking()),
			addFold.below),
		newRule(),
		newBoldLine(tr("household.copyHeading"), textBody).shrinking(),
		newParagraph(tr("household.copyWords"), 14, colorMuted),
		labelled(tr("household.file"), t.file),
		container.New(wrapLayout{spaceSmall}, export, bring))
	return t
}

func newPasswordField() *textField {
	f := newTextField(tr("household.passwordPlaceholder"), 0)
	f.Password = true
	return f
}

func (t *householdTab) look() fyne.CanvasObject { return t.object }

// rest takes away what nobody else should read.
func (t *householdTab) rest() { t.password.SetText("") }

func (t *householdTab) path() string { return strings.TrimSpace(t.file.content()) }

// exportPath is a file that is most likely not there yet.
func exportPath(now time.Time) string {
	name := "takoshome-" + now.Format("2006-01-02-1504") + ".json"
	home, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(home, name)
}

// update draws the accounts of a snapshot.
func (t *householdTab) update(s *app.Snapshot, _ time.Time) bool {
	if t.drawn && t.domain == s.Identity.Domain && slices.Equal(t.accounts, s.People.Accounts) {
		return false
	}
	t.drawn, t.accounts, t.domain = true, s.People.Accounts, s.Identity.Domain
	keys := make([]string, len(t.accounts))
	for i := range t.accounts {
		keys[i] = t.accounts[i].Name
		if keys[i] == t.asked {
			t.asked = ""
			t.name.SetText("")
		}
	}
	t.list.update(keys, func(i int, row *accountRow) bool {
		row.update(t.accounts[i], t.domain)
		return false
	})
	return true
}

// accountRow is one person of the household.
type accountRow struct {
	object   *fyne.Container
	badge    *personBadge
	title    *line
	caption  *line
	account  app.Account
	fold     *foldable
	password *textField
	parting  *fyne.Container // not for the owner
}

func newAccountRow(actions peopleActions) *accountRow {
	r := &accountRow{badge: newPersonBadge(32), title: newTitleLine(), caption: newCaptionLine(), password: newPasswordField()}
	set := func() {
		if r.password.Text != "" {
			actions.send(app.SetPassword{Name: r.account.Name, Password: r.password.content()})
			r.password.SetText("")
		}
	}
	r.password.OnSubmitted = func(string) { set() }
	remove := newPushButton(tr("household.remove"), "trash", buttonDanger, func() {
		name := r.account.Name
		actions.confirm(tr("household.askRemove", "name", shown(name)), tr("household.remove"), func() { actions.send(app.RemoveAccount{Name: name}) })
	})
	r.parting = container.New(wrapLayout{spaceSmall}, remove)
	r.fold = newFoldable(func() fyne.CanvasObject {
		return detailsBox(
			labelled(tr("household.newPassword"), container.New(newFlowLayout(spaceSmall, 0, 300), r.password,
				newPushButton(tr("form.save"), "check", buttonQuiet, set))),
			newParagraph(tr("household.passwordHint"), textCaption, colorMuted),
			r.parting)
	}, actions.changed)
	r.object = padded(container.New(columnLayout{spaceSmall},
		container.New(rowLayout{12, 1}, r.badge.object, twoLines(r.title, r.caption), r.fold.button), r.fold.below), 0, spaceSmall)
	return r
}

func (r *accountRow) look() fyne.CanvasObject { return r.object }

// update shows an account.
func (r *accountRow) update(a app.Account, domain string) {
	r.account = a
	name := shown(a.Name)
	if domain != "" {
		name += "@" + shown(domain)
	}
	r.badge.set(shown(a.Name), !a.Owner)
	r.title.set(name, theme.ColorNameForeground)
	var parts []string
	if a.Owner {
		parts = append(parts, tr("household.owner"))
	}
	if a.HasPassword {
		parts = append(parts, tr("household.hasPassword"))
	} else {
		parts = append(parts, tr("household.noPassword"))
	}
	r.caption.setText(strings.Join(parts, " · "))
	setVisible(r.parting, !a.Owner)
}
