package ui

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// doctorPage says whether friends can reach this computer, and what stands in
// the way.
type doctorPage struct {
	object   *container.Scroll
	octopus  *glyph
	ground   *panelGround
	title    *paragraph
	words    *paragraph
	when     *paragraph
	progress *progressBar
	run      *pushButton
	copy     *pushButton
	friends  *setting
	uplink   *setting
	choices  *fyne.Container
	list     *rowList[*checkRow]
	card     *fyne.Container
	report   *app.DoctorReport // that was drawn
	isOld    bool              // the way outside has changed since
	state    app.HostState
	drawn    bool
	stale    bool
}

func newDoctorPage(actions peopleActions) *doctorPage {
	p := &doctorPage{
		octopus: newGlyph("doctor", colorMuted, 30), ground: newGround(colorGrayTint, "", 30),
		title: newParagraph("", textHeading, theme.ColorNameForeground), words: newParagraph("", textBody, colorMuted),
		when: newParagraph("", textCaption, colorMuted), progress: newProgressBar(),
	}
	p.title.bold = true
	p.run = newPushButton("", "again", buttonPrimary, func() { actions.send(p.wanted()) })
	p.copy = newPushButton("", "copy", buttonQuiet, func() {
		actions.copy(reportText(p.report))
		p.copy.set(tr("doctor.page.copied"), "check")
	})
	p.friends = newSetting(tr("doctor.page.askFriends"), tr("doctor.page.askFriendsHint"), func(bool) {})
	p.uplink = newSetting(tr("doctor.page.uplink"), tr("doctor.page.uplinkHint"), func(bool) {})
	p.choices = container.New(columnLayout{12}, p.friends.object, p.uplink.object)
	changed := func() {
		p.stale = true
		actions.changed()
	}
	p.list = newRowList(func(string) *checkRow { return newCheckRow(changed) }, changed)
	p.card = newCard(p.list.object, spaceMedium)
	head := newCard(container.New(columnLayout{spaceMedium},
		container.New(rowLayout{spaceMedium, 1}, badge(p.octopus, p.ground, 60),
			container.New(columnLayout{4}, p.title, p.words, p.when)),
		p.progress.object, container.New(wrapLayout{spaceSmall}, p.run, p.copy), p.choices), spaceLarge)
	p.object = container.NewVScroll(container.New(widthLayout{most: 820, margin: spaceLarge},
		container.New(columnLayout{spaceMedium}, head, p.card)))
	return p
}

// wanted is what the button asks for.
func (p *doctorPage) wanted() app.Command {
	if p.state != app.HostRunning {
		return app.StartHosting{}
	}
	return app.RunDoctor{DoctorWishes: app.DoctorWishes{AskFriends: p.friends.check.Checked, Uplink: p.uplink.check.Checked}}
}

// rest says that the page is not to be seen.
func (p *doctorPage) rest() { p.drawn = false }

// update draws a snapshot.
func (p *doctorPage) update(s *app.Snapshot, now time.Time) {
	isOld := s.Doctor != nil && s.Host.Outside != nil && s.Host.Outside.ChangedAt.After(s.Doctor.At)
	same := p.drawn && sameReport(p.report, s.Doctor) && p.isOld == isOld
	if same && !p.stale && p.state == s.Host.State {
		return
	}
	if !same {
		p.copy.set(tr("doctor.page.copy"), "copy")
	}
	p.drawn, p.stale, p.report, p.isOld, p.state = true, false, s.Doctor, isOld, s.Host.State
	p.updateHead(now)
	findings := worstFirst(p.report)
	keys := make([]string, len(findings))
	for i := range findings {
		keys[i] = string(findings[i].Check)
	}
	p.list.update(keys, func(i int, row *checkRow) bool { return row.update(findings[i]) })
	setVisible(p.card, len(findings) > 0)
	reflow(p.object)
}

// worstFirst are the findings of a report: in their own order while it is being
// made, and then what is to be looked at before what is fine.
func worstFirst(r *app.DoctorReport) []app.Finding {
	switch {
	case r == nil:
		return nil
	case r.Running:
		return r.Findings
	}
	rank := func(f app.Finding) int {
		return slices.Index([]string{checkFailed, checkWarned, checkUnknown, checkPassed}, string(f.State))
	}
	return slices.SortedStableFunc(slices.Values(r.Findings), func(a, b app.Finding) int { return rank(a) - rank(b) })
}

// sameReport says whether two reports are of one moment of one examination.
func sameReport(a, b *app.DoctorReport) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.At.Equal(b.At) && a.Running == b.Running && a.Verdict == b.Verdict && len(a.Findings) == len(b.Findings)
}

// updateHead draws the verdict, or how far the examination is.
func (p *doctorPage) updateHead(now time.Time) {
	r, hosts := p.report, p.state == app.HostRunning
	title, words, l := tr("doctor.page.title"), tr("doctor.page.words"), face{"doctor", colorAccent, colorTint}
	when := ""
	isRunning := r != nil && r.Running
	switch {
	case isRunning:
		title, words = tr("doctor.page.running"), tr("doctor.page.runningWords")
		when = tr("doctor.page.progress", "done", strconv.Itoa(len(r.Findings)), "total", strconv.Itoa(r.Total))
	case r != nil:
		title, words, l = verdictWords(string(r.Verdict))
		when = examined(r, now)
		if p.isOld {
			when = inOne(when, tr("doctor.page.isOld"))
		}
		if !hosts {
			words = tr("doctor.page.notHosting")
		}
	case !hosts:
		words = tr("doctor.page.notHosting")
	}
	p.octopus.set(l.icon, l.ink)
	p.ground.set(l.tint)
	p.title.setText(title)
	p.words.setText(words)
	p.when.setText(when)
	setVisible(p.when, when != "")
	setVisible(p.progress.object, isRunning)
	if isRunning {
		p.progress.set(len(r.Findings), r.Total)
	}
	switch {
	case !hosts:
		p.run.set(tr("host.start"), "play")
	case isRunning:
		p.run.set(tr("doctor.page.busy"), "again")
	case r == nil:
		p.run.set(tr("doctor.page.start"), "doctor")
	default:
		p.run.set(tr("doctor.page.again"), "again")
	}
	p.run.enable(!isRunning && p.state != app.HostStarting && p.state != app.HostStopping)
	setVisible(p.copy, r != nil && !isRunning)
	setVisible(p.choices, hosts && !isRunning)
}
