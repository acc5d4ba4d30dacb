package friends

import (
	"context"
	"errors"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

const (
	// maxTelling bounds the events that are told in the background. Those that
	// find no room are not told: whoever does not hear of an end of friendship
	// learns it when they call, and who does not hear a yes may ask again.
	maxTelling = 64
	// tellTimeout is for one try.
	tellTimeout = 15 * time.Second
)

// tellPauses are what is waited after a try: takos servers keep their request
// only after it was answered, so that a yes to it can come too early.
func tellPauses() []time.Duration {
	return []time.Duration{2 * time.Second, 30 * time.Second, 2 * time.Minute}
}

// send takes an event to its receiver, here or on another server.
func (f *Friends) send(ctx context.Context, event federation.Friendship) error {
	if event.From.Domain() == event.To.Domain() {
		return localError(f.receive(event))
	}
	f.mu.Lock()
	line := f.line
	f.mu.Unlock()
	if line == nil {
		return ErrNotHosting
	}
	_, err := line.Send(ctx, event.Receiver(), event)
	return f.wasTaken(event, err)
}

// What takos servers of April 2025 refuse that was done before, such as by a
// try whose answer got lost. It is what was wanted.
const (
	wordsRequested = "Already requested"
	wordsFriends   = "Already friends"
)

// wasTaken is nil where a refusal says that an event has been taken before.
func (f *Friends) wasTaken(event federation.Friendship, err error) error {
	var refusal *federation.SendError
	if !errors.As(err, &refusal) || !errors.Is(err, federation.ErrRefused) {
		return err
	}
	switch {
	case event.Step == federation.FriendRequest && refusal.Reason == wordsRequested,
		event.Step == federation.FriendAccept && refusal.Reason == wordsFriends:
		return nil
	case event.Step == federation.FriendRequest && refusal.Reason == wordsFriends:
		// We asked, and they have said yes: we have lost it.
		_, err := f.change(event.From.Name(), event.To, identity.StepTheyAccept)
		return err
	}
	return err
}

// localError says a refusal by somebody of this host as another server's is said.
func localError(status federation.Status) error {
	switch status {
	case federation.StatusOK:
		return nil
	case federation.StatusNoUser:
		return federation.ErrNoUser
	case federation.StatusNoRequest:
		return federation.ErrNoRequest
	case federation.StatusTooMany:
		return federation.ErrTooMany
	}
	return federation.ErrRefused
}

// tell takes an event to its receiver without awaiting it.
func (f *Friends) tell(event federation.Friendship) {
	if event.From.Domain() == event.To.Domain() {
		_ = f.receive(event) // what it changes nothing about is as it should be
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.line == nil || f.telling >= maxTelling {
		return
	}
	f.telling++
	ctx := f.ctx
	f.tellers.Go(func() { f.keepTelling(ctx, event) })
}

// keepTelling tries until the event has arrived, is refused for good, or is no
// longer so.
func (f *Friends) keepTelling(ctx context.Context, event federation.Friendship) {
	defer func() {
		f.mu.Lock()
		f.telling--
		f.mu.Unlock()
	}()
	for _, pause := range tellPauses() {
		if !f.isStillSo(event) {
			return
		}
		once, cancel := context.WithTimeout(ctx, tellTimeout)
		err := f.send(once, event)
		cancel()
		if err == nil || isFinal(event, err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
	f.config.Logger.Info("server was not told of a step of friendship", "step", event.Step, "domain", event.Receiver())
}

// isFinal says that trying again would change nothing.
func isFinal(event federation.Friendship, err error) bool {
	if event.Step == federation.FriendAccept {
		return errors.Is(err, federation.ErrUnknownEvent) || errors.Is(err, federation.ErrNoUser)
	}
	return errors.Is(err, federation.ErrRefused)
}

// isStillSo says whether an event is still true: a friendship may have been made
// again since, or ended.
func (f *Friends) isStillSo(event federation.Friendship) bool {
	friend, err := f.config.Store.Friend(event.From.Name(), event.To)
	isFriends := friend.State == identity.StateFriends
	if event.Step == federation.FriendAccept {
		return err == nil && isFriends
	}
	return err == nil && !isFriends && friend.State != identity.StateRequested
}
