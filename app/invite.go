package app

import (
	"context"
	"errors"
	"time"

	"takoshome/app/calls"
	"takoshome/app/control"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

// invite makes an invitation. keep lets a Snapshot show a user's link again:
// the window needs it, while what went out through the control socket is known
// to its asker alone.
func (a *App) invite(c NewInvitation, keep bool) (control.Link, error) {
	h := a.running()
	if h == nil {
		return control.Link{}, ErrNotHosting
	}
	link, err := a.book.Invite(time.Now(), calls.Request{
		Room:       c.Room,
		User:       c.User,
		CallType:   c.CallType,
		Uses:       c.Uses,
		TTL:        c.TTL,
		KeepSecret: keep,
	})
	if err != nil {
		return control.Link{}, err
	}
	a.publisher.change()
	return control.Link{
		Token:   link.Token,
		Code:    link.Code,
		URL:     socketURL(h.base(), link.Token),
		JoinURL: joinURL(h.base(), link.Token, link.Code, c.CallType, h.fingerprint()),
		HomeURL: joinURL(h.otherBase(), link.Token, link.Code, c.CallType, h.fingerprint()),
	}, nil
}

// controlHost is the App as the control socket sees it.
type controlHost struct{ a *App }

// Invite makes an invitation for `takoshome invite`.
func (c controlHost) Invite(_ context.Context, invite control.Invite) (control.Link, error) {
	link, err := c.a.invite(NewInvitation{
		Room:     invite.Room,
		User:     invite.User,
		CallType: room.CallType(invite.CallType),
		Uses:     invite.Uses,
		TTL:      time.Duration(invite.TTLMs) * time.Millisecond,
	}, false)
	if err != nil {
		return control.Link{}, refusalOf(err)
	}
	return link, nil
}

// Status is the snapshot without the links: what is shown here gets pasted
// into requests for help, and whoever has a link can come in.
func (c controlHost) Status(context.Context) (any, error) {
	s := c.a.Snapshot()
	for i := range s.Invitations {
		s.Invitations[i].JoinURL, s.Invitations[i].HomeURL = "", ""
	}
	return s, nil
}

// Raise asks the window to come forward; one request waits, more are the same.
func (c controlHost) Raise() bool {
	if !c.a.config.HasWindow {
		return false
	}
	c.a.raise()
	return true
}

// raise asks the window to come forward.
func (a *App) raise() {
	select {
	case a.raises <- struct{}{}:
	default: // it is asked already
	}
}

// Join opens a link in the window.
func (c controlHost) Join(ctx context.Context, join control.Join) error {
	if !c.Raise() {
		return &control.Refusal{Code: control.CodeNoWindow, Message: control.ErrNoWindow.Error()}
	}
	command := PrepareCall{
		Link: join.Link,
		Wishes: session.Wishes{
			Name:       join.Name,
			Microphone: join.Microphone,
			Speaker:    join.Speaker,
			Camera:     join.Camera,
		},
		Now: join.Now,
	}
	err := c.a.Do(ctx, command)
	if err != nil {
		// Whoever clicked on a link sees the window alone.
		c.a.tell(c.a.noticeOf(command, err))
	}
	return callRefusal(err)
}

// Call does something with the call that is going on.
func (c controlHost) Call(ctx context.Context, action control.Action) error {
	commands := map[control.Action]Command{
		control.ActionMute:    SetMuted{true},
		control.ActionUnmute:  SetMuted{false},
		control.ActionTalkOn:  Talk{true},
		control.ActionTalkOff: Talk{false},
		control.ActionHangUp:  hangUp{},
	}
	command, ok := commands[action]
	if !ok {
		return &control.Refusal{Code: control.CodeBadRequest, Message: "the request is not understood"}
	}
	err := c.a.Do(ctx, command)
	if action == control.ActionHangUp && errors.Is(err, session.ErrNoCall) {
		err = c.a.hangUpElsewhere(ctx)
	}
	return callRefusal(err)
}

func callRefusal(err error) error {
	code := control.CodeFailed
	switch {
	case err == nil:
		return nil
	case errors.Is(err, session.ErrInCall):
		code = control.CodeInCall
	case errors.Is(err, session.ErrNoCall):
		code = control.CodeNoCall
	case errors.Is(err, session.ErrNoPushToTalk):
		code = control.CodeNoPushToTalk
	}
	return &control.Refusal{Code: code, Message: err.Error()}
}

func refusalOf(err error) *control.Refusal {
	code := control.CodeFailed
	switch {
	case errors.Is(err, ErrNotHosting):
		code = control.CodeNotHosting
	case errors.Is(err, calls.ErrRoom):
		code = control.CodeBadRoom
	case errors.Is(err, calls.ErrUser):
		code = control.CodeBadUser
	case errors.Is(err, calls.ErrCallType):
		code = control.CodeBadCallType
	case errors.Is(err, calls.ErrTooMany):
		code = control.CodeTooMany
	}
	return &control.Refusal{Code: code, Message: err.Error()}
}
