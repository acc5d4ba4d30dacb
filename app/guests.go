package app

import (
	"errors"
	"fmt"
	"time"

	"takoshome/app/calls"
	"takoshome/app/web"
	"takoshome/sfu/signaling"
)

// peersPerRoom is the limit of docs/protocol.md section 5; it is asked before
// a guest is given a token that the room would refuse.
const peersPerRoom = 64

// Lookup says what a token is for, for signaling.
func (h *host) Lookup(token string) (signaling.Grant, error) {
	grant, err := h.config.book.Lookup(time.Now(), token)
	return signaling.Grant(grant), err
}

// Redeem uses up a token for signaling.
func (h *host) Redeem(token string) (signaling.Grant, error) {
	grant, err := h.config.book.Redeem(time.Now(), token)
	if err == nil {
		h.presence.expect(grant.Room, grant.User)
		h.config.onChange()
	}
	return signaling.Grant(grant), err
}

// guests lets people in by a room link, for the web server.
type guests struct{ h *host }

// Join gives a guest a token and a name that nobody in the room has.
func (g guests) Join(code, name string) (token, user string, err error) {
	if g.h.stopping.Load() {
		return "", "", ErrNotHosting
	}
	now := time.Now()
	grant, err := g.h.config.book.Room(now, code)
	if err != nil {
		return "", "", toWeb(err)
	}
	if g.h.rooms.People(grant.Room) >= peersPerRoom {
		return "", "", web.ErrFull
	}
	ticket, err := g.h.config.book.Join(now, code, name, g.present(grant.Room))
	if err != nil {
		return "", "", toWeb(err)
	}
	return ticket.Token, ticket.User, nil
}

// Info tells what a code leads to.
func (g guests) Info(code string) (web.Info, error) {
	grant, err := g.h.config.book.Room(time.Now(), code)
	if err != nil {
		return web.Info{}, toWeb(err)
	}
	return web.Info{
		Room:     grant.Room,
		CallType: string(grant.CallType),
		People:   g.h.rooms.People(grant.Room),
	}, nil
}

// present are the names in the room.
func (g guests) present(room string) []string {
	var names []string
	for _, r := range g.h.rooms.Snapshot() {
		if r.ID != room {
			continue
		}
		for _, p := range r.Peers {
			names = append(names, p.ID)
		}
	}
	return names
}

func toWeb(err error) error {
	switch {
	case errors.Is(err, calls.ErrCode):
		return fmt.Errorf("%w: %w", web.ErrBadCode, err)
	case errors.Is(err, calls.ErrGuestName):
		return fmt.Errorf("%w: %w", web.ErrBadName, err)
	case errors.Is(err, calls.ErrTooMany):
		return fmt.Errorf("%w: %w", web.ErrFull, err)
	}
	return err
}
