package app

import (
	"context"
	"errors"
	"time"

	"takoshome/app/calls"
	"takoshome/app/control"
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
		URL:     socketURL(h.baseURL, link.Token),
		JoinURL: joinURL(h.baseURL, link.Token, link.Code, c.CallType),
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
		s.Invitations[i].JoinURL = ""
	}
	return s, nil
}

// Raise asks the window to come forward; one request waits, more are the same.
func (c controlHost) Raise() bool {
	if !c.a.config.HasWindow {
		return false
	}
	select {
	case c.a.raises <- struct{}{}:
	default:
	}
	return true
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
