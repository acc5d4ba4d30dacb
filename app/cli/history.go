package cli

import (
	"fmt"
	"strings"
	"time"

	"takoshome/app"
	"takoshome/app/control"
)

// historyCommand shows past calls.
type historyCommand struct {
	askFlags
	Seen  bool `name:"seen" help:"${help_seen}"`
	Clear bool `name:"clear" help:"${help_clear}"`
}

// Run shows them, and marks or forgets them where that is wished for.
func (c *historyCommand) Run(s *session) error {
	if c.Seen && c.Clear {
		return usageError{errSeenOrClear}
	}
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	if c.Clear {
		if _, err := a.ask(control.Wish{Verb: control.VerbForgetCalls}); err != nil {
			return err
		}
		return a.tell([]app.PastCall{}, "history.cleared")
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	if c.Seen {
		if _, err := a.ask(control.Wish{Verb: control.VerbSeeCalls}); err != nil {
			return err
		}
	}
	return show(a, e.People.History, func() string { return a.historyTable(e) })
}

func (s *session) historyTable(e *everybody) string {
	if len(e.People.History) == 0 {
		return s.words.say("history.none") + "\n"
	}
	var t table
	t.row(strings.Split(s.words.say("history.columns"), "\t")...)
	for _, call := range e.People.History {
		t.row(minute(call.StartedAt), plain(e.whose(call)), s.words.say(directionOf(call)), s.outcomeOf(call), lengthOf(call))
	}
	return t.String()
}

// whose is who was called or called, or the group whose call it was.
func (e *everybody) whose(call app.PastCall) string {
	if call.Group == "" {
		return e.called(string(call.Peer))
	}
	if group, ok := e.findGroup(string(call.Group)); ok {
		return group.Title
	}
	return string(call.Group)
}

func directionOf(call app.PastCall) string {
	kind := ".audio"
	if call.Video {
		kind = ".video"
	}
	if call.Incoming {
		return "history.incoming" + kind
	}
	return "history.outgoing" + kind
}

// outcomeOf marks the missed calls that nobody has looked at.
func (s *session) outcomeOf(call app.PastCall) string {
	switch {
	case !call.Incoming && call.Outcome == "missed":
		return s.words.say("history.unanswered")
	case call.Outcome == "missed" && !call.Seen:
		return s.words.say("history.missedNew")
	}
	return s.words.say("history.outcome." + string(call.Outcome))
}

func minute(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

// lengthOf is how long a call took, ringing included, in the way of a clock.
func lengthOf(call app.PastCall) string {
	length := call.EndedAt.Sub(call.StartedAt).Round(time.Second)
	if call.Outcome != "answered" || call.EndedAt.IsZero() || length < 0 {
		return nothing
	}
	hours, minutes, seconds := int(length.Hours()), int(length.Minutes())%60, int(length.Seconds())%60
	if hours > 0 {
		return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d", minutes, seconds)
}
