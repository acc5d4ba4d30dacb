package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// ownCard is who the owner is for others, and the form to change it.
type ownCard struct {
	object  *fyne.Container
	ground  *panelGround
	badge   *personBadge
	alarm   fyne.CanvasObject // in place of the badge where nothing can be read
	title   *paragraph
	words   *paragraph
	copy    *pushButton
	change  *pushButton
	host    *pushButton
	form    *identityForm
	formBox *fyne.Container
	open    bool
	id      string
	shown   app.Identity
	state   app.HostState // that was drawn, and the certificate
	tls     string
	drawn   bool
}

func newOwnCard(actions peopleActions) *ownCard {
	c := &ownCard{
		ground: newGround(colorCard, colorLine, cornerRadius), badge: newPersonBadge(52),
		title: newParagraph("", textBody, theme.ColorNameForeground), words: newParagraph("", textCaption, colorMuted),
		alarm: badge(newGlyph("warn", colorBad, 28), newGround(colorCard, "", 26), 52),
	}
	c.title.bold = true
	c.copy = copyButton(actions, func() string { return c.id })
	fold := func(open bool) {
		c.open, c.drawn = open, false
		c.form.fill(c.shown)
		actions.changed()
	}
	c.change = newPushButton("", "pencil", buttonPlain, func() { fold(!c.open) })
	c.host = newPushButton(tr("host.start"), "play", buttonQuiet, func() { actions.send(app.StartHosting{}) })
	c.form = newIdentityForm(tr("form.save"), tr("call.cancel"), func(wanted app.SetIdentity) {
		actions.send(wanted)
		fold(false)
	}, func() { fold(false) }, actions.changed)
	c.formBox = container.New(columnLayout{spaceMedium}, newRule(), c.form.object)
	c.object = container.NewStack(c.ground, padded(container.New(columnLayout{spaceMedium},
		container.New(newFlowLayout(12, 0, 420), container.New(rowLayout{12, 1}, container.NewStack(c.badge.object, c.alarm),
			container.New(columnLayout{2}, c.title, c.words), container.New(rowLayout{0, 9}, c.copy, c.change)), c.host),
		c.formBox), spaceMedium, spaceMedium))
	return c
}

// update draws a snapshot's identity; it says whether the height may have
// changed.
func (c *ownCard) update(s *app.Snapshot) bool {
	identity, hosts := s.Identity, s.Host.State == app.HostRunning
	args := identity.ProblemArgs
	if c.drawn && sameIdentity(c.shown, identity) && c.state == s.Host.State && c.tls == s.Host.TLS {
		return false
	}
	if !c.drawn && c.shown.State == "" {
		c.form.fill(identity)
	}
	c.drawn, c.shown, c.state, c.tls = true, identity, s.Host.State, s.Host.TLS
	c.id = identity.ID
	title, words, ground := identity.ID, tr("own.ready"), colorCard
	switch {
	case identity.State == app.IdentityBroken:
		title, words, ground = tr("own.broken"), sentence(identity.Problem, args), colorBadTint
	case identity.State == app.IdentityNew:
		title, words = tr("own.new"), tr("welcome.words")
	case identity.State == app.IdentityLinks:
		title, words = identity.Name, tr("own.links")
	case !hosts:
		words = tr("own.notHosting")
	case s.Host.TLS == "self-signed":
		words = tr("own.selfSigned", "domain", shown(identity.Domain))
	}
	c.title.setText(shown(title))
	c.words.setText(words)
	c.ground.set(ground)
	c.badge.set(shown(identity.Name), identity.State != app.IdentityReady)
	setVisible(c.badge.object, identity.State != app.IdentityBroken)
	setVisible(c.alarm, identity.State == app.IdentityBroken)
	setVisible(c.copy, identity.State == app.IdentityReady)
	c.copy.set("", "copy")
	known := identity.State == app.IdentityReady || identity.State == app.IdentityLinks
	setVisible(c.change, known)
	c.change.choose(c.open)
	stopped := s.Host.State == app.HostStopped || s.Host.State == app.HostFailed
	setVisible(c.host, identity.State == app.IdentityReady && stopped)
	setVisible(c.formBox, known && c.open || identity.State == app.IdentityNew)
	setVisible(c.form.back, known)
	c.form.warn(identity.State == app.IdentityReady)
	return true
}

func sameIdentity(a, b app.Identity) bool {
	return a.State == b.State && a.Name == b.Name && a.Domain == b.Domain && a.ID == b.ID && a.Problem == b.Problem
}

// identityForm asks for name and domain.
type identityForm struct {
	object       *fyne.Container
	name, domain *textField
	problem      *paragraph
	warning      *paragraph
	back         *pushButton
	save         *pushButton
	onSave       func(app.SetIdentity)
	resized      func() // the form has another height
}

func newIdentityForm(save, back string, onSave func(app.SetIdentity), onBack, resized func()) *identityForm {
	f := &identityForm{
		name: newTextField(tr("own.namePlaceholder"), mostTitle), domain: newTextField(tr("own.domainPlaceholder"), mostTitle),
		problem: newParagraph("", textCaption, colorBad), warning: newParagraph(tr("own.changeWarning"), textCaption, colorMuted),
		onSave: onSave, resized: resized,
	}
	f.name.OnSubmitted = func(string) { f.submit() }
	f.domain.OnSubmitted = func(string) { f.submit() }
	f.save = newPushButton(save, "check", buttonPrimary, f.submit)
	f.back = newPushButton(back, "", buttonQuiet, onBack)
	explained := func(field fyne.CanvasObject, label, words string) fyne.CanvasObject {
		return container.New(columnLayout{4}, newLine(label, textCaption, theme.ColorNameForeground).shrinking(), field,
			newParagraph(words, textCaption, colorMuted))
	}
	f.object = container.New(columnLayout{spaceMedium},
		explained(f.name, tr("own.name"), tr("own.nameHint")),
		explained(f.domain, tr("own.domain"), tr("own.domainHint")),
		f.warning, f.problem,
		container.New(wrapLayout{spaceSmall}, f.save, f.back))
	f.warning.Hide()
	f.problem.Hide()
	return f
}

// fill puts an identity into the fields.
func (f *identityForm) fill(i app.Identity) {
	f.name.SetText(i.Name)
	f.domain.SetText(i.Domain)
	f.say("")
}

// warn says what another name would mean for one that friends know.
func (f *identityForm) warn(isKnown bool) { setVisible(f.warning, isKnown) }

func (f *identityForm) say(problem string) {
	f.problem.setText(problem)
	setVisible(f.problem, problem != "")
}

func (f *identityForm) submit() {
	wanted := app.SetIdentity{Name: narrowed(f.name.content()), Domain: narrowed(f.domain.content())}
	problem := identityProblem(wanted)
	f.say(problem)
	if problem == "" {
		if c := fyne.CurrentApp().Driver().CanvasForObject(f.name); c != nil {
			c.Unfocus() // the form goes away
		}
		f.onSave(wanted)
		return
	}
	f.resized()
}
