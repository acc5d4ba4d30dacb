package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"takoshome/app/control"
	takingpart "takoshome/app/session"
)

// watchPause keeps a host that answers at once from being asked without end.
const watchPause = 100 * time.Millisecond

type (
	// callCommand rings at a friend's, or goes into a group's call.
	callCommand struct {
		askFlags
		Who  string `arg:"" help:"${help_who}"`
		Type string `name:"type" default:"audio" enum:"audio,video" placeholder:"audio|video" help:"${help_type}"`
		Wait bool   `name:"wait" help:"${help_wait}"`
	}
	answerCommand struct {
		askFlags
		Caller string `arg:"" optional:"" help:"${help_caller}"`
	}
	declineCommand struct {
		askFlags
		Caller string `arg:"" optional:"" help:"${help_caller}"`
	}
	cancelCommand struct{ askFlags }
)

// Run calls.
func (c *callCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	wish := control.Wish{Verb: control.VerbCall, CallType: c.Type}
	id, isGroup, err := e.callee(c.Who)
	switch {
	case err != nil:
		return err
	case isGroup:
		return a.callGroup(e, id, c.Type)
	}
	wish.ID = id
	return a.call(e.called(id), wish, c.Wait)
}

// Run goes into a group's call.
func (c *callGroupCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, group, err := a.whichGroup(c.Group)
	if err != nil {
		return err
	}
	return a.callGroup(e, string(group.ID), c.Type)
}

// callee finds a friend or a group that a person means.
func (e *everybody) callee(text string) (id string, isGroup bool, err error) {
	if group, ok := e.findGroup(text); ok {
		return string(group.ID), true, nil
	}
	if strings.Contains(text, "@") {
		return text, false, nil
	}
	friends, groups := e.friendsCalled(text, "friends"), e.groupsCalled(text)
	id, err = onlyOne("callee", text, append(friends, groups...))
	return id, len(groups) > 0, err
}

func (a *asker) callGroup(e *everybody, id, callType string) error {
	group, _ := e.findGroup(id)
	done, err := a.ask(control.Wish{Verb: control.VerbCallGroup, Group: id, CallType: callType})
	if err != nil {
		return err
	}
	return a.tellWay(done.Call, "call.group", "who", group.Title)
}

// call rings, and where it is to wait, tells what comes of it until somebody
// came or nobody does. A signal takes the call back.
func (a *asker) call(who string, wish control.Wish, waits bool) error {
	ctx, ignoreSignals := signal.NotifyContext(a.ctx, os.Interrupt, syscall.SIGTERM)
	defer ignoreSignals()
	done, err := a.askIn(ctx, wish)
	if err == nil && done.Call != nil {
		if err := a.tellCall(who, done.Call); err != nil {
			return err
		}
	}
	for err == nil && waits && isRinging(done.Call) {
		done, err = a.watch(ctx, who, *done.Call)
	}
	if err == nil && isRinging(done.Call) && !done.Call.Window && !a.isJSON {
		return a.tell(nil, "call.noWindow", "who", wish.ID)
	}
	switch {
	case ctx.Err() != nil && a.ctx.Err() == nil:
		return a.takeBack(who, wish)
	case err != nil:
		return err
	case done.Call == nil:
		return errNoWayIntoCall
	}
	return outcome(who, done.Call)
}

// watch waits for the call's next state and tells of it.
func (a *asker) watch(ctx context.Context, who string, call control.Call) (control.Done, error) {
	done, err := a.askIn(ctx, control.Wish{Verb: control.VerbWatchCall, Call: call.ID, State: call.State})
	switch {
	case err != nil || done.Call == nil:
		return done, err
	case done.Call.State != call.State:
		return done, a.tellCall(who, done.Call)
	}
	timer := time.NewTimer(watchPause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return done, ctx.Err()
}

// takeBack ends what rings when somebody has pressed Ctrl+C. What is over by
// then is as it was wanted.
func (a *asker) takeBack(who string, wish control.Wish) error {
	_, _ = a.ask(control.Wish{Verb: control.VerbCancel})
	call := control.Call{Peer: wish.ID, CallType: wish.CallType, State: control.CallCancelled}
	if a.isJSON {
		if err := a.printJSON(call); err != nil {
			return err
		}
	}
	return &nobodyCameError{who, call}
}

func isOver(state string) bool {
	switch state {
	case control.CallCalling, control.CallRinging, control.CallAccepted, control.CallActive:
		return false
	}
	return true
}

func isRinging(call *control.Call) bool {
	return call != nil && (call.State == control.CallCalling || call.State == control.CallRinging)
}

// outcome is nil unless the call is over without that anybody came.
func outcome(who string, call *control.Call) error {
	switch call.State {
	case control.CallRejected, control.CallCancelled, control.CallBusy, control.CallTimeout:
		return &nobodyCameError{who, *call}
	case control.CallFailed:
		return &control.Refusal{Code: call.Code, Message: "the call has failed", Args: call.Args}
	}
	return nil
}

// tellCall tells of a call's state. What nobody came to is an error's to tell.
func (a *asker) tellCall(who string, call *control.Call) error {
	switch {
	case a.isJSON:
		return a.printJSON(call)
	case isRinging(call), call.State == control.CallEnded:
		return a.tell(nil, "call.state."+call.State, "who", who)
	case outcome(who, call) != nil:
		return nil
	}
	return a.tellWay(call, "call.state."+call.State, "who", who)
}

// tellWay tells of a call and how one comes in.
func (a *asker) tellWay(call *control.Call, key string, pairs ...string) error {
	if call == nil {
		return errNoWayIntoCall
	}
	if a.isJSON {
		return a.printJSON(call)
	}
	if err := a.tell(nil, key, pairs...); err != nil {
		return err
	}
	switch {
	case call.Window:
		return a.tell(nil, "call.window")
	case call.JoinURL != "":
		_, err := fmt.Fprintf(a.Stdout, "%s\n%s\n", a.words.say("call.joinURL"), plain(call.JoinURL))
		return err
	case call.URL != "":
		_, err := fmt.Fprintf(a.Stdout, "%s\n%s\n", a.words.say("call.url"), plain(call.URL))
		return err
	}
	return nil
}

// Run takes a call that rings here.
func (c *answerCommand) Run(s *session) error {
	a, call, err := s.whichCall(c.askFlags, c.Caller)
	if err != nil {
		return err
	}
	done, err := a.ask(control.Wish{Verb: control.VerbAnswer, Call: call.ID})
	if err != nil {
		return err
	}
	return a.tellWay(done.Call, "call.answered", "who", caller(call))
}

// Run refuses a call that rings here.
func (c *declineCommand) Run(s *session) error {
	a, call, err := s.whichCall(c.askFlags, c.Caller)
	if err != nil {
		return err
	}
	if _, err := a.ask(control.Wish{Verb: control.VerbDecline, Call: call.ID}); err != nil {
		return err
	}
	return a.tell(call, "call.declined", "who", caller(call))
}

// Run takes back the call that rings at somebody else's.
func (c *cancelCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	o := e.People.Outgoing
	if o == nil || isOver(o.State) { // what is over is shown for some seconds
		return &control.Refusal{Code: control.CodeNoOutgoing, Message: "no call rings at somebody else's"}
	}
	if _, err := a.ask(control.Wish{Verb: control.VerbCancel}); err != nil {
		return err
	}
	return a.tell(control.Call{
		ID: o.ID, Peer: o.Peer, Title: o.Title, CallType: string(o.CallType), State: control.CallCancelled,
	}, "call.cancelled")
}

// whichCall finds the call that rings here: the only one, or that of a caller.
func (s *session) whichCall(flags askFlags, caller string) (*asker, takingpart.Incoming, error) {
	none := takingpart.Incoming{}
	a, err := s.asker(flags)
	if err != nil {
		return nil, none, err
	}
	e, err := a.everybody()
	if err != nil {
		return nil, none, err
	}
	call, err := e.incoming(caller)
	return a, call, err
}

// incoming finds the call that rings: the only one, or that of a caller.
func (e *everybody) incoming(caller string) (takingpart.Incoming, error) {
	var found []takingpart.Incoming
	var from []string
	for _, call := range e.Incoming {
		name, _, _ := strings.Cut(call.From, "@")
		for _, called := range []string{"", call.ID, call.From, name, call.Title, call.Group} {
			if strings.EqualFold(called, caller) {
				found, from = append(found, call), append(from, call.From)
				break
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(e.Incoming) == 0:
		return takingpart.Incoming{}, errNobodyRings
	}
	return takingpart.Incoming{}, &whoError{"caller", caller, from}
}

// caller is how one speaks of who calls.
func caller(call takingpart.Incoming) string {
	switch {
	case call.Group != "":
		return call.Group
	case call.Title != "":
		return call.Title
	}
	return call.From
}
