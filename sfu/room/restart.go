package room

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"takoshome/sfu"
	"takoshome/sfu/ice"
)

const (
	restartBurst = 5
	// restartEvery is each transport's pace after the burst.
	restartEvery = 2 * time.Second
)

// RestartIce begins the checks of the transport of that direction anew;
// IceRestarted is the answer.
func (m *Membership) RestartIce(direction string) error {
	return m.do(func(now time.Time, p *peer) error {
		t, limiter := p.media.send, &p.media.restarts.send
		switch direction {
		case sfu.DirectionSend:
		case sfu.DirectionRecv:
			t, limiter = p.media.recv, &p.media.restarts.recv
		default:
			return fmt.Errorf("%w: transportType is neither send nor recv", ErrBadRequest)
		}
		if *limiter == nil {
			*limiter = rate.NewLimiter(rate.Every(restartEvery), restartBurst)
		}
		if !(*limiter).AllowN(now, 1) {
			return fmt.Errorf("%w restarts", ErrTooMany)
		}
		if _, err := t.RestartIce(); err != nil {
			return err
		}
		p.tell(IceRestarted{Direction: direction, Transport: m.room.transportInfo(p, t)})
		return nil
	})
}

// restarts are how often a peer may restart its transports; nil: it never has.
type restarts struct{ send, recv *rate.Limiter }

// addresses are the candidates that the peers of a room know of. They belong to
// the room's goroutine.
type addresses struct{ told []ice.Candidate }

// looked tells everybody of other candidates.
func (a *addresses) looked(r *Room) {
	now := r.rooms.config.Server.Candidates()
	if slices.Equal(now, a.told) {
		return
	}
	a.told = now
	for _, p := range r.peers {
		p.tell(CandidatesChanged{IceCandidates: now})
	}
}

// candidatesChanged is called by the media server.
func (rs *Rooms) candidatesChanged() {
	for _, r := range rs.list() {
		r.inbox.mark(r.addresses)
	}
}
