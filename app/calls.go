package app

import (
	"context"
	"errors"
	"slices"

	"takoshome/app/session"
)

// maxIncoming is how many calls are shown to ring at once.
const maxIncoming = 8

// Calls is where calls come from that ring here.
type Calls interface {
	// Incoming gives all calls that ring, each time that they change.
	Incoming() <-chan []session.Incoming
	// Answer takes a call and gives the link to it, ErrNoIncoming if it no
	// longer rings.
	Answer(ctx context.Context, id string) (link string, err error)
	// Decline refuses a call; ErrNoIncoming as with Answer.
	Decline(ctx context.Context, id string) error
}

// ring is the goroutine that shows incoming calls.
func (a *App) ring() {
	for {
		select {
		case <-a.stop:
			return
		case list, ok := <-a.config.Calls.Incoming():
			a.mu.Lock()
			a.state.incoming = slices.Clone(list[:min(len(list), maxIncoming)])
			a.mu.Unlock()
			a.publisher.change()
			if !ok {
				return
			}
		}
	}
}

// answer takes a call that rings and goes in: somebody waits there.
func (a *App) answer(ctx context.Context, id string) error {
	if a.config.Calls == nil {
		return ErrNoIncoming
	}
	switch a.session.Snapshot().State {
	case session.StateJoining, session.StateInCall, session.StateReconnecting:
		return session.ErrInCall // it goes on ringing
	}
	link, err := a.config.Calls.Answer(ctx, id)
	if err != nil {
		return errors.Join(ErrNoIncoming, err)
	}
	err = a.session.Do(ctx, session.Prepare(link, session.Wishes{}, true))
	a.raise()
	return err
}

func (a *App) decline(ctx context.Context, id string) error {
	if a.config.Calls == nil {
		return ErrNoIncoming
	}
	if err := a.config.Calls.Decline(ctx, id); err != nil {
		return errors.Join(ErrNoIncoming, err)
	}
	return nil
}
