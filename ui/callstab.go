package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/identity"
)

// callsTab is the history: who called whom, the newest first.
type callsTab struct {
	object *fyne.Container
	send   func(app.Command)
	empty  *paragraph
	list   *rowList[*pastRow]
	forget *pushButton
	calls  []app.PastCall // that were drawn
	day    time.Time
	most   int
	drawn  bool
	seen   bool // the missed calls were looked at; a newer snapshot will say so
}

func newCallsTab(actions peopleActions) *callsTab {
	t := &callsTab{send: actions.send, empty: newParagraph(tr("past.empty"), textBody, colorMuted)}
	t.list = newRowList(func(string) *pastRow { return newPastRow(actions) }, actions.changed)
	t.forget = newPushButton(tr("past.forget"), "trash", buttonQuiet, func() {
		actions.confirm(tr("past.askForget"), tr("past.forget"), func() { actions.send(app.ForgetCalls{}) })
	})
	t.object = container.New(columnLayout{spaceMedium}, t.empty, t.list.object, container.New(wrapLayout{0}, t.forget))
	return t
}

func (t *callsTab) look() fyne.CanvasObject { return t.object }
func (t *callsTab) rest()                   { t.seen = false }

// update draws the history of a snapshot. Who sees missed calls here has looked
// at them.
func (t *callsTab) update(s *app.Snapshot, now time.Time) bool {
	if s.People.Missed > 0 && !t.seen {
		t.send(app.SeeCalls{})
	}
	t.seen = s.People.Missed > 0
	day := dayOf(now.Local())
	if t.drawn && t.day.Equal(day) && t.most == t.list.most && slices.Equal(t.calls, s.People.History) {
		return false
	}
	t.drawn, t.day, t.most, t.calls = true, day, t.list.most, s.People.History
	setVisible(t.empty, len(t.calls) == 0)
	setVisible(t.forget, len(t.calls) > 0)
	titles, groups := titlesOf(s), make(map[identity.GroupID]string, len(s.People.Groups))
	for i := range s.People.Groups {
		groups[s.People.Groups[i].ID] = groupTitle(s.People.Groups[i])
	}
	keys := make([]string, len(t.calls))
	for i, c := range t.calls {
		keys[i] = fmt.Sprint(c.ID, " ", c.StartedAt.UnixNano())
	}
	t.list.update(keys, func(i int, row *pastRow) bool {
		row.update(t.calls[i], pastTitle(t.calls[i], titles, groups), now)
		return false
	})
	return true
}

// pastTitle is whom a past call was with.
func pastTitle(c app.PastCall, titles map[identity.ID]string, groups map[identity.GroupID]string) string {
	if c.Group != "" {
		if title := groups[c.Group]; title != "" {
			return title
		}
		return shown(c.Group.Domain())
	}
	if title := titles[c.Peer]; title != "" {
		return title
	}
	return titleOf(c.Peer, "")
}

// pastRow is one past call.
type pastRow struct {
	object  *fyne.Container
	icon    *glyph
	title   *line
	caption *line
	again   *pushButton
	call    app.PastCall
}

func newPastRow(actions peopleActions) *pastRow {
	r := &pastRow{icon: newGlyph("in", colorMuted, 20), title: newTitleLine(), caption: newCaptionLine()}
	r.again = newPushButton("", "phone", buttonPlain, func() {
		if r.call.Group != "" {
			actions.send(callGroup(string(r.call.Group), r.call.Video))
			return
		}
		actions.send(callFriend(string(r.call.Peer), r.call.Video))
	})
	r.object = padded(container.New(rowLayout{12, 1}, r.icon, twoLines(r.title, r.caption), r.again), 0, spaceSmall)
	return r
}

func (r *pastRow) look() fyne.CanvasObject { return r.object }

// update shows a call.
func (r *pastRow) update(c app.PastCall, title string, now time.Time) {
	r.call = c
	icon, ink, titleInk := "out", colorMuted, theme.ColorNameForeground
	if c.Incoming {
		icon = "in"
	}
	if isMissed(c) {
		icon, ink, titleInk = "missed", colorBad, colorBad
	}
	r.icon.set(icon, ink)
	r.title.set(title, titleInk)
	parts := []string{moment(c.StartedAt, now), outcomeWords(c)}
	if length := c.EndedAt.Sub(c.StartedAt); c.Outcome == identity.OutcomeAnswered && !c.EndedAt.IsZero() && length > 0 {
		parts = append(parts, callLength(length))
	}
	r.caption.setText(strings.Join(parts, " · "))
	if c.Video {
		r.again.set("", "camera")
	} else {
		r.again.set("", "phone")
	}
}

// isMissed says that somebody called and nobody here came.
func isMissed(c app.PastCall) bool {
	return c.Incoming && (c.Outcome == identity.OutcomeMissed || c.Outcome == identity.OutcomeBusy || c.Outcome == identity.OutcomeCancelled)
}

// outcomeWords say what became of a call.
func outcomeWords(c app.PastCall) string {
	switch {
	case c.Incoming && c.Outcome == identity.OutcomeBusy:
		return tr("past.missedBusy")
	case isMissed(c):
		return tr("past.missed")
	case c.Incoming && c.Outcome == identity.OutcomeDeclined:
		return tr("past.youDeclined")
	case c.Incoming && c.Outcome == identity.OutcomeAnswered:
		return tr("past.incoming")
	case c.Outcome == identity.OutcomeAnswered:
		return tr("past.outgoing")
	case c.Outcome == identity.OutcomeMissed:
		return tr("past.noAnswer")
	case c.Outcome == identity.OutcomeDeclined:
		return tr("past.declined")
	case c.Outcome == identity.OutcomeCancelled:
		return tr("past.cancelled")
	case c.Outcome == identity.OutcomeBusy:
		return tr("past.busy")
	default:
		return tr("past.failed")
	}
}

// callLength writes how long a call was, as a clock does.
func callLength(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
