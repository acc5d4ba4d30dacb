package app

import (
	"context"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"takoshome/app/calls"
	"takoshome/app/participant"
	"takoshome/app/session"
)

const (
	// maxWays bounds the ways that wait for whoever asks on the command line.
	maxWays = 16
	// watchPause is before a device is watched for anew that read too slowly.
	watchPause = time.Second
)

// stay is the call between people that the owner's window is in.
type stay struct {
	moved chan struct{} // has room for one

	// mu protects all that follows; it is a leaf.
	mu  sync.Mutex
	way calls.Way // empty: in none
	// token is that of the newest way, which a link may still have when the call
	// is over.
	token string // secret
	// inside: the session has it; when that ends, so does the call.
	inside bool
	// hidden is a call that is over and that nobody wants to see any more.
	hidden string
	// kept are ways into calls where there is no window to go in by them.
	kept []calls.Way
}

// look has App.attend look whether something is over.
func (s *stay) look() {
	select {
	case s.moved <- struct{}{}:
	default: // it will look anyway
	}
}

func (s *stay) begin(way calls.Way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.way, s.token, s.inside = way, way.Token, false
}

// settle says that the session has the call from now on.
func (s *stay) settle(callID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside = s.way.CallID == callID
}

// leave forgets the call; false: it was another, or none.
func (s *stay) leave(callID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if callID == "" || s.way.CallID != callID {
		return false
	}
	s.way, s.inside = calls.Way{}, false
	return true
}

func (s *stay) current() (callID string, inside bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.way.CallID, s.inside
}

// leadsTo says whether a link is the way into a call: then another server has
// named the place.
func (s *stay) leadsTo(link participant.Link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token != "" && subtle.ConstantTimeCompare([]byte(link.Token), []byte(s.token)) == 1
}

// keep remembers a way for whoever asks for it; the oldest makes room.
func (s *stay) keep(way calls.Way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, way)
	if len(s.kept) > maxWays {
		s.kept = s.kept[1:]
	}
}

// wayInto gives a way that was kept.
func (s *stay) wayInto(callID string) (calls.Way, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := len(s.kept) - 1; n >= 0; n-- {
		if s.kept[n].CallID == callID {
			return s.kept[n], true
		}
	}
	return calls.Way{}, false
}

func (s *stay) hide(callID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden = callID
}

func (s *stay) isHidden(callID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hidden == callID
}

// isStaying says whether the window is in a call between people, or about to be.
func (a *App) isStaying() bool {
	callID, _ := a.stay.current()
	return callID != "" && isLive(a.session.Snapshot().State)
}

// attend is the goroutine that follows the owner's calls: it goes in when somebody
// has answered, and ends a call that the window has left.
func (a *App) attend() {
	for {
		account := a.owner()
		events, stop := (<-chan calls.Event)(nil), func() {}
		if account != "" {
			events, stop = a.exchange.Watch(account, calls.DeviceWindow)
		}
		goesOn := a.attendTo(account, events)
		stop()
		if !goesOn {
			return
		}
	}
}

// attendTo returns true when the owner is to be watched for anew.
func (a *App) attendTo(account string, events <-chan calls.Event) bool {
	for {
		select {
		case <-a.stop:
			return false
		case e, ok := <-events:
			if !ok {
				return a.pause(watchPause)
			}
			a.follow(e)
		case <-a.stay.moved:
			a.leaveWithSession(account)
			if a.owner() != account {
				return true
			}
		}
	}
}

// pause is false when the app ends.
func (a *App) pause(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-a.stop:
		return false
	case <-timer.C:
		return true
	}
}

// follow does what an event of a call wants of the window.
func (a *App) follow(e calls.Event) {
	ctx, cancel := context.WithTimeout(a.crew.ctx, taskTime)
	defer cancel()
	switch e.Type {
	case calls.EventAccept:
		if err := a.goIn(ctx, e.Call.Account, e.Way); err != nil {
			a.tell(a.noticeOf(AnswerCall{}, err))
		}
	case calls.EventEnd:
		if a.stay.leave(e.Call.ID) {
			// Whoever is left alone has nothing to do there.
			_ = a.session.Do(ctx, session.Leave())
		}
	}
}

// goIn brings the owner into a call. Without devices the way waits for whoever
// asks for it.
func (a *App) goIn(ctx context.Context, account string, way calls.Way) error {
	if a.config.OpenDevices == nil {
		a.stay.keep(way)
		return nil
	}
	a.stay.begin(way)
	link := socketURL("https://"+way.Domain, way.Token) + "#c=" + string(way.CallType)
	if err := a.session.Do(ctx, session.Prepare(link, session.Wishes{}, true)); err != nil {
		a.stay.leave(way.CallID)
		a.endCall(account, way.CallID)
		return err
	}
	a.stay.settle(way.CallID)
	a.stay.look()
	a.raise()
	return nil
}

// leaveWithSession ends the call that the session is no longer in.
func (a *App) leaveWithSession(account string) {
	callID, inside := a.stay.current()
	if !inside || isLive(a.session.Snapshot().State) || !a.stay.leave(callID) {
		return
	}
	a.endCall(account, callID)
}

func isLive(state session.State) bool {
	return state != session.StateIdle && state != session.StateEnded
}

// endCall has the other side told as well, which may take its time.
func (a *App) endCall(account, callID string) {
	err := a.crew.start(func(ctx context.Context) {
		if err := a.exchange.End(ctx, account, callID); err != nil {
			a.log.Info("the end of a call was not told", "error", err)
		}
	})
	if err != nil && !errors.Is(err, ErrClosed) { // then all calls end
		a.log.Warn("a call could not be ended", "error", err)
	}
}

// isElsewhere says whether an account is in a call that is by no name.
func (a *App) isElsewhere(account string) bool {
	if account != a.owner() {
		return false
	}
	callID, _ := a.stay.current()
	return callID == "" && isInside(a.session.Snapshot().State)
}

// isInside tells the states in which nobody can go into another call.
func isInside(state session.State) bool {
	switch state {
	case session.StateJoining, session.StateInCall, session.StateReconnecting:
		return true
	}
	return false
}
