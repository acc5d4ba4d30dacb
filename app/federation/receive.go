package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"takoshome/app/identity"
)

const (
	// eventWindow is how far an event's time may be from ours.
	eventWindow = 5 * time.Minute
	// memoryMargin is how much longer its id is remembered than it needs to be.
	memoryMargin = 5 * time.Minute
	// maxKeyAhead is how far away a key's end may be.
	maxKeyAhead = 2 * 366 * 24 * time.Hour
)

// receive gives an event that its origin signed, that may come from there, and
// that was accepted neither here before nor by another at the same moment.
func (s *Service) receive(w http.ResponseWriter, r *http.Request) (origin string, event Event, err error) {
	a, origin, err := s.authorizationOf(r)
	if err != nil {
		return "", nil, err
	}
	body, err := s.readBody(w, r)
	if err != nil {
		return origin, nil, err
	}
	if err := s.verify(r.Context(), household(r), keyName{origin, a.expire.UnixMilli()}, body, a.signature); err != nil {
		return origin, nil, err
	}
	if !s.byOrigin.take(s.config.Now(), origin) {
		return origin, nil, errRate
	}
	received, err := parseEvent(body)
	if err != nil {
		return origin, nil, err
	}
	if err := s.mayCome(origin, received.event); err != nil {
		return origin, nil, err
	}
	return origin, received.event, s.acceptOnce(origin, received.id)
}

// authorizationOf reads the header, and gives its origin as a domain.
func (s *Service) authorizationOf(r *http.Request) (a authorization, origin string, err error) {
	headers := r.Header.Values("Authorization")
	switch len(headers) {
	case 0:
		return a, "", errNoAuthorization
	case 1:
	default:
		return a, "", errBadAuthorization
	}
	if a, err = parseAuthorization(headers[0]); err != nil {
		return a, "", err
	}
	if origin, err = s.checkDomain(a.origin); err != nil {
		return a, "", errBadOrigin
	}
	now := s.config.Now()
	if a.expire.Before(now.Add(-s.config.MaxKeyAge)) || a.expire.After(now.Add(maxKeyAhead)) {
		return a, "", errBadExpire
	}
	return a, origin, nil
}

// verify checks a signature by a key that is known, or fetched now. Only one that
// verifies something is kept, so that nobody can have others' keys put out.
func (s *Service) verify(ctx context.Context, asker netip.Addr, name keyName, body, signature []byte) error {
	key := s.cache.get(s.config.Now(), name)
	isKnown := key != nil
	if !isKnown {
		fetched, leave, err := s.fetcher.fetch(ctx, asker, name)
		if err != nil {
			return err
		}
		defer leave()
		key = fetched
	}
	if !identity.Verify(key, body, signature) {
		return errNotVerified
	}
	if !isKnown {
		s.cache.keep(s.config.Now(), name, key)
	}
	return nil
}

// mayCome binds an event to its origin: it speaks for its own users alone, and
// to ours.
func (s *Service) mayCome(origin string, event Event) error {
	if event.Sender().Domain() != origin {
		return errForeign
	}
	if event.Receiver() != s.config.Domain {
		return errNotLocal
	}
	return nil
}

// acceptOnce holds an event to its time, and remembers it for that long.
func (s *Service) acceptOnce(origin string, id uuid.UUID) error {
	now := s.config.Now()
	at := timeOf(id)
	if at.Before(now.Add(-eventWindow)) || at.After(now.Add(eventWindow)) {
		return errClock
	}
	err := s.config.Events.AcceptEvent(now, origin, id, at.Add(eventWindow+memoryMargin))
	switch {
	case errors.Is(err, identity.ErrSeen):
		return errSeen
	case errors.Is(err, identity.ErrStale):
		return errBadEventID
	case errors.Is(err, identity.ErrFull):
		return errFull
	case err != nil:
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

// timeOf is the time in a UUID of version 7.
func timeOf(id uuid.UUID) time.Time {
	ms := int64(0)
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}
