package participant

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// reconnection is the way back to a host.
type reconnection struct {
	dialed   chan dialResult
	dialing  sync.WaitGroup
	retry    *time.Timer
	attempts int
	opened   time.Time // when the last socket was
	deadline time.Time // when the host counts as gone
	isBroken bool      // Reconnecting was emitted, Reconnected was not
	isAnew   bool      // the resume secret is worth nothing: by the link again
	hasEnded bool      // the host said that it stops
	// mediaTries counts transports that did not connect, in a row.
	mediaTries int
}

var errUnsteady = errors.New("the last connection did not last")

type dialResult struct {
	socket *socket
	host   initData
	err    error
}

func (r *reconnection) init() {
	r.dialed = make(chan dialResult, 1)
	r.retry = time.NewTimer(time.Hour)
	r.retry.Stop()
}

// socketEnded takes the end of the socket: the call's, or a broken connection.
func (o *owner) socketEnded(err error) {
	o.dropSocket(0)
	end := endOf(err)
	switch {
	case end != nil:
		o.end(end)
	case o.host.Resume.Secret == "":
		o.end(ErrHostGone)
	default:
		o.log.Info("the socket broke", "error", err)
		o.reconnect()
		if websocket.IsCloseError(err, websocket.CloseGoingAway) {
			// It may start again at once, or stay away.
			o.way.hasEnded = true
			o.way.deadline = time.Now().Add(min(o.call.config.Timeouts.Restart, time.Until(o.way.deadline)))
		}
	}
}

// goneFor is what it means that the host does not come back.
func (o *owner) goneFor() error {
	if o.way.hasEnded {
		return ErrHostEnded
	}
	return ErrHostGone
}

// dropSocket ends the socket, with a close code unless it is 0.
func (o *owner) dropSocket(code int) {
	s := o.socket
	if s == nil {
		return
	}
	o.socket = nil
	o.closing.Go(func() {
		if code != 0 {
			s.goodbye(code)
			ctx, cancel := context.WithTimeout(context.Background(), o.call.config.Timeouts.Goodbye)
			defer cancel()
			s.awaitEnd(ctx)
			return
		}
		s.end()
	})
	// Whether these were heard nobody knows; they begin anew.
	for _, p := range o.pending {
		o.withdraw(p)
	}
	o.pending = nil
}

// steadyFor is how long a socket or transport must last for the next to be tried
// at once.
const steadyFor = 5 * time.Second

// reconnect tries to come back, at once and then again and again.
func (o *owner) reconnect() {
	if !o.way.isBroken {
		o.way.isBroken = true
		o.emit(Reconnecting{})
	}
	o.way.isAnew, o.way.hasEnded = false, false
	o.way.deadline = time.Now().Add(o.host.resumeTTL(o.call.config.Timeouts.Resume))
	if time.Since(o.way.opened) > steadyFor {
		o.way.attempts = 0
	}
	if o.way.attempts == 0 {
		o.dial()
		return
	}
	o.retryLater(errUnsteady)
}

// dial opens a socket; the result comes through dialed.
func (o *owner) dial() {
	o.way.attempts++
	config, isAnew := o.call.config, o.way.isAnew
	q := query("resume", o.host.Resume.Secret)
	if o.media != nil {
		q.Set("media", "keep")
	}
	o.way.dialing.Go(func() {
		var r dialResult
		if isAnew {
			r.socket, r.host, r.err = enter(o.lifetime, config)
		} else {
			r.socket, r.host, r.err = dialSocket(o.lifetime, config.Link, q, config.Timeouts)
		}
		select {
		case o.way.dialed <- r:
		case <-o.lifetime.Done():
			if r.socket != nil {
				r.socket.goodbye(closeHungUp)
				ctx, cancel := context.WithTimeout(context.Background(), config.Timeouts.Goodbye)
				defer cancel()
				r.socket.awaitEnd(ctx)
			}
		}
	})
}

// dialEnded goes on with a new socket, or tries again.
func (o *owner) dialEnded(r dialResult) {
	var refused *refusal
	switch {
	case r.err == nil:
		o.resumed(r.socket, r.host)
	case errors.As(r.err, &refused) && !o.way.isAnew && refusalIsFinal(refused.status):
		o.loseSecret()
	case o.way.isAnew && errors.Is(r.err, ErrExpired):
		o.end(o.goneFor())
	default:
		o.retryLater(r.err)
	}
}

func refusalIsFinal(status int) bool {
	return errors.Is(refusalProblem(status), ErrExpired)
}

// loseSecret goes on where the host does not know us any more: a link for
// several guests lets one in once more.
func (o *owner) loseSecret() {
	if !o.call.config.Link.NeedsName() {
		o.end(o.goneFor())
		return
	}
	o.way.isAnew = true
	o.dropMedia()
	o.dial()
}

// retryLater waits, longer each time; after a while the host is given up.
func (o *owner) retryLater(err error) {
	if errors.Is(err, ErrCertificate) || errors.Is(err, ErrUntrusted) {
		o.end(err)
		return
	}
	o.log.Debug("the host does not take us back yet", "error", err)
	wait := backoff(o.way.attempts, o.call.config.Timeouts, rand.Float64())
	if time.Now().Add(wait).After(o.way.deadline) {
		o.end(o.goneFor())
		return
	}
	o.way.retry.Reset(wait)
}

// backoff is the pause after a number of attempts: doubling, and half as much
// more or less by chance, so that a host's guests do not all come back at once.
func backoff(attempts int, t Timeouts, random float64) time.Duration {
	wait := t.Retry
	for range min(attempts, 16) - 1 {
		wait = min(wait*2, t.RetryMost)
	}
	return time.Duration(float64(wait) * (0.5 + random))
}

// resumed goes on with a new socket.
func (o *owner) resumed(s *socket, host initData) {
	isKept := host.Resumed && o.media != nil
	if host.Resumed && !isKept {
		// Media died while the host was told to keep it; it makes new transports
		// for one that does not say so.
		o.socket, o.host = s, host
		o.dropSocket(closeSuperseded)
		o.dial()
		return
	}
	if !isKept {
		o.dropMedia()
		if err := o.newMedia(host); err != nil {
			s.goodbye(closeSuperseded)
			o.closing.Go(s.end)
			o.end(errors.Join(ErrHostError, err))
			return
		}
	}
	isNews := !slices.Equal(o.host.Transport.Send.Candidates.value, host.Transport.Send.Candidates.value)
	o.socket, o.host, o.bad = s, host, 0
	o.way.opened = time.Now()
	if host.MyPeerID != "" {
		o.call.peerID.Store(&o.host.MyPeerID)
	}
	o.speak(nil)
	if !isKept {
		o.gone = nil
		o.greet()
		return
	}
	o.meet(host)
	o.consumeAll()
	o.sayAgain()
	o.hostMoved(map[string][]iceCandidate{
		directionSend: host.Transport.Send.Candidates.value, directionRecv: host.Transport.Recv.Candidates.value,
	}, isNews)
	o.reconnected()
}

// reconnected tells that all is well again.
func (o *owner) reconnected() {
	if o.way.isBroken && o.socket != nil && o.media != nil {
		o.way.isBroken = false
		o.emit(Reconnected{})
	}
}
