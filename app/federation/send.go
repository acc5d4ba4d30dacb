package federation

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"takoshome/app/identity"
)

const (
	// maxSends bounds the events that are being sent at the same moment.
	maxSends          = 256
	maxSendsPerDomain = 8
	// maxTries is how often an event is sent, at most.
	maxTries  = 2
	eventPath = "/_takos/v1/event"
)

// Answer is a server's yes.
type Answer struct {
	// Token lets this host's user into the call; of accept and group calls.
	Token string
}

// Send brings an event to the server of domain, which must be its Receiver, and
// gives its answer. Every error but ctx's own is a *SendError.
//
// What did not reach the server, or may as well happen twice, is tried once
// more, under another id: the server remembers the first one. Where a server
// does not know an event by the one name, it is told the other.
func (s *Service) Send(ctx context.Context, domain string, event Event) (Answer, error) {
	domain, err := s.maySend(domain, event)
	if err != nil {
		return Answer{}, &SendError{Domain: domain, Err: err}
	}
	if !s.sends.enter(domain) {
		return Answer{}, &SendError{Domain: domain, Err: ErrOverload}
	}
	defer s.sends.leave(domain)
	var answer Answer
	var failed *SendError
	for _, name := range event.names() {
		answer, failed = s.sendNamed(ctx, domain, event, name)
		if failed == nil {
			return answer, nil
		}
		if !errors.Is(failed, ErrUnknownEvent) {
			break
		}
	}
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	return Answer{}, failed
}

// maySend lets this host speak for its own users alone, to whom it concerns.
func (s *Service) maySend(domain string, event Event) (string, error) {
	checked, err := s.checkDomain(domain)
	if err != nil {
		return domain, err
	}
	if !event.isWhole() || event.Sender().Domain() != s.config.Domain || event.Receiver() != checked {
		return checked, ErrBadEvent
	}
	return checked, nil
}

func (s *Service) sendNamed(ctx context.Context, domain string, event Event, name string) (Answer, *SendError) {
	for n := 1; ; n++ {
		answer, reached, failed := s.try(ctx, domain, event, name)
		if failed == nil {
			return answer, nil
		}
		isAgain := mayTryAgain(failed, reached, event)
		if n == maxTries || !isAgain || !wait(ctx, s.patience.pause) {
			return Answer{}, failed
		}
	}
}

// mayTryAgain says whether another try could help, and would do no harm.
func mayTryAgain(failed *SendError, reached bool, event Event) bool {
	switch {
	case errors.Is(failed, ErrNotAllowed), errors.Is(failed, ErrCertificate), errors.Is(failed, ErrSlow):
		return false
	case errors.Is(failed, ErrUnreachable):
		return !reached || event.isRepeatable()
	case failed.Status == http.StatusBadGateway, failed.Status == http.StatusServiceUnavailable, failed.Status == http.StatusGatewayTimeout:
		return event.isRepeatable()
	}
	return false
}

func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// try sends an event once; reached says that the server may have got it.
func (s *Service) try(ctx context.Context, domain string, event Event, name string) (Answer, bool, *SendError) {
	ctx, cancel := context.WithTimeout(ctx, s.patience.send)
	defer cancel()
	var connected, written atomic.Bool
	request, err := s.newRequest(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { connected.Store(true) },
		WroteHeaders: func() { written.Store(true) },
	}), domain, event, name)
	if err != nil {
		return Answer{}, false, &SendError{Domain: domain, Err: fmt.Errorf("%w: %w", ErrBadEvent, err)}
	}
	response, err := s.client.Do(request)
	if err != nil {
		return Answer{}, written.Load(), &SendError{Domain: domain, Err: connectionError(err, connected.Load())}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := readAll(response.Body)
	switch {
	case errors.Is(err, errKeyTooLarge):
		return Answer{}, true, &SendError{Domain: domain, Status: response.StatusCode, Err: ErrBadAnswer}
	case err != nil:
		return Answer{}, true, &SendError{Domain: domain, Err: connectionError(err, true)}
	}
	answer, failed := parseAnswer(response.StatusCode, body, event.hasToken())
	if failed != nil {
		failed.Domain = domain
	}
	return answer, true, failed
}

func (s *Service) newRequest(ctx context.Context, domain string, event Event, name string) (*http.Request, error) {
	now := s.config.Now()
	body, err := encode(event, name, identity.NewUUID(now))
	if err != nil {
		return nil, err
	}
	key, err := s.config.Keys.SigningKey(now)
	if err != nil {
		return nil, err
	}
	target := url.URL{Scheme: "https", Host: domain, Path: eventPath}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Authorization", formatAuthorization(key, s.config.Domain, body))
	return request, nil
}

// connectionError tells why there was no answer.
func connectionError(err error, connected bool) error {
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	isTimeout := errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
	switch {
	case errors.Is(err, errNotPublic):
		return ErrNotAllowed
	case errors.As(err, &certificate):
		return ErrCertificate
	case isTimeout && connected:
		return ErrSlow
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
