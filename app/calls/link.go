package calls

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"takoshome/app/federation"
)

const (
	// sendTime is for one event with the answer to it; a Line may be faster to
	// give up.
	sendTime = 20 * time.Second
	// settleTime is how long a request waits for what was last sent to the
	// caller: federation gives a handler some seconds.
	settleTime = 4 * time.Second
	// noticeTries is how often a cancel or reject is sent that got no answer.
	noticeTries = 3
)

// noticePause is what lies between the tries.
func noticePause(try int) time.Duration { return time.Duration(try*try) * 2 * time.Second }

// link is the time from Connect to Disconnect. Its goroutines are started by
// run, from under Exchange.mu or from one of them, and awaited by hangUp.
type link struct {
	domain string
	line   Line
	ctx    context.Context // ends with the link
	cancel context.CancelFunc

	running sync.WaitGroup
	notices map[pair]*notice // the last one of each; Exchange.mu protects it
}

// notice is a cancel or reject on its way. What follows in the same call waits
// for it, so that a late one does not hit the next call.
type notice struct {
	hurry chan struct{} // closed: it is tried no more
	done  chan struct{} // closed: it is on its way no more
}

func newLink(domain string, line Line) *link {
	l := &link{domain: domain, line: line, notices: map[pair]*notice{}}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// hangUp gives what is on its way some time, and awaits its end.
func (l *link) hangUp(patience time.Duration) {
	timer := time.AfterFunc(patience, l.cancel)
	l.running.Wait()
	timer.Stop()
	l.cancel()
}

// settleNotices awaits what was last sent about a call.
func (e *Exchange) settleNotices(ctx context.Context, l *link, about pair) {
	e.mu.Lock()
	last := l.notices[about]
	if last != nil {
		last.stop()
	}
	e.mu.Unlock()
	if last == nil {
		return
	}
	select {
	case <-last.done:
	case <-ctx.Done():
	}
}

// stop is called under Exchange.mu.
func (n *notice) stop() {
	select {
	case <-n.hurry:
	default:
		close(n.hurry)
	}
}

// noticeLocked tells the other server a cancel or reject, without awaiting it.
func (e *Exchange) noticeLocked(l *link, about pair, event federation.FriendCall) {
	before := l.notices[about]
	if before != nil {
		before.stop()
	}
	n := &notice{hurry: make(chan struct{}), done: make(chan struct{})}
	l.notices[about] = n
	l.running.Go(func() { e.tell(l, about, event, n, before) })
}

// tell is a notice's goroutine.
func (e *Exchange) tell(l *link, about pair, event federation.FriendCall, n, before *notice) {
	if before != nil {
		<-before.done
	}
	for try := 1; ; try++ {
		_, err := e.deliver(l.ctx, l, event)
		if err == nil || !isLost(err) || try == noticeTries || !n.pause(l.ctx, noticePause(try)) {
			break
		}
	}
	e.mu.Lock()
	if l.notices[about] == n {
		delete(l.notices, about)
	}
	e.mu.Unlock()
	close(n.done)
}

func (n *notice) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-n.hurry:
	case <-ctx.Done():
	}
	return false
}

// deliver brings an event to its server, which may be this one.
func (e *Exchange) deliver(ctx context.Context, l *link, event federation.Event) (federation.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	domain := event.Receiver()
	if domain != l.domain {
		if l.line == nil {
			return federation.Answer{}, &federation.SendError{Domain: domain, Err: federation.ErrUnreachable}
		}
		return l.line.Send(ctx, domain, event)
	}
	var result federation.Result
	switch event := event.(type) {
	case federation.FriendCall:
		result = e.FriendCall(ctx, event)
	case federation.GroupCall:
		result = e.GroupCall(ctx, event)
	}
	if err := localError(domain, result.Status); err != nil {
		return federation.Answer{}, err
	}
	return federation.Answer{Token: result.Token}, nil
}

// localError is how this host's no is said to its own people.
func localError(domain string, status federation.Status) error {
	for _, known := range []struct {
		status federation.Status
		code   int
		err    error
	}{
		{federation.StatusNoUser, http.StatusBadRequest, federation.ErrNoUser},
		{federation.StatusNotFriends, http.StatusForbidden, federation.ErrNotFriends},
		{federation.StatusNoRequest, http.StatusBadRequest, federation.ErrNoRequest},
		{federation.StatusNoGroup, http.StatusBadRequest, federation.ErrNoGroup},
		{federation.StatusNotMember, http.StatusForbidden, federation.ErrNotMember},
		{federation.StatusBusy, http.StatusConflict, federation.ErrBusy},
		{federation.StatusTooMany, http.StatusTooManyRequests, federation.ErrTooMany},
		{federation.StatusUnavailable, http.StatusServiceUnavailable, federation.ErrRefused},
		{federation.StatusFailed, http.StatusInternalServerError, federation.ErrRefused},
	} {
		if status == known.status {
			return &federation.SendError{Domain: domain, Status: known.code, Err: known.err}
		}
	}
	return nil
}

// isLost tells errors after which nobody knows whether the event arrived.
func isLost(err error) bool { return err != nil && !errors.Is(err, federation.ErrRefused) }
