package takoscall

import (
	"log/slog"
	"sync"
	"time"
)

// maxSweepInterval is how long at most the hub waits before it looks for what
// nobody uses any more.
const maxSweepInterval = 15 * time.Second

// hub owns all rooms. Its fields below mailbox belong to the goroutine run.
type hub struct {
	config  Config
	log     *slog.Logger
	inbox   *inbox
	mailbox chan step
	stop    chan struct{}
	end     sync.Once
	done    chan struct{} // closed when run has ended

	rooms    map[string]*room
	links    map[*outbox]struct{} // the controllers'
	orphaned time.Time            // since when there is no controller; zero while there is one
	changed  bool
}

// step is a function to run on the hub's goroutine.
type step struct {
	fn  func(now time.Time)
	ran chan struct{}
}

func newHub(config Config) *hub {
	return &hub{
		config:   config,
		log:      config.Logger,
		inbox:    newInbox(),
		mailbox:  make(chan step),
		stop:     make(chan struct{}),
		done:     make(chan struct{}),
		rooms:    map[string]*room{},
		links:    map[*outbox]struct{}{},
		orphaned: time.Now(),
	}
}

// do runs fn on the hub's goroutine and returns when controllers have been
// told of it. It reports false when the hub has ended.
func (h *hub) do(fn func(now time.Time)) bool {
	s := step{fn: fn, ran: make(chan struct{})}
	select {
	case h.mailbox <- s:
		<-s.ran
		return true
	case <-h.done:
		return false
	}
}

// close ends all rooms and waits for the goroutine. It is idempotent.
func (h *hub) close() {
	h.end.Do(func() { close(h.stop) })
	<-h.done
}

// run is the hub's goroutine.
func (h *hub) run() {
	defer close(h.done)
	sweeps := time.NewTimer(h.sweepInterval())
	defer sweeps.Stop()
	for {
		var sweepDue <-chan time.Time
		if len(h.rooms) > 0 {
			sweepDue = sweeps.C
		}
		var ran chan struct{}
		select {
		case <-h.stop:
			h.closeRooms()
			h.tellChange()
			return
		case s := <-h.mailbox:
			s.fn(time.Now())
			ran = s.ran
		case <-h.inbox.wake:
			h.look()
		case <-sweepDue:
			h.sweep(time.Now())
			sweeps.Reset(h.sweepInterval())
		}
		h.tellChange()
		if ran != nil {
			close(ran)
		}
	}
}

func (h *hub) tellChange() {
	if h.changed {
		h.changed = false
		h.config.OnChange()
	}
}

func (h *hub) closeRooms() {
	for _, r := range h.rooms {
		h.closeRoom(r)
	}
}

// join lets a controller hear of everything from now on.
func (h *hub) join(o *outbox) bool {
	return h.do(func(time.Time) {
		h.links[o] = struct{}{}
		h.orphaned = time.Time{}
	})
}

// leave ends join. The rooms stay: a controller that lost its connection comes
// back for them.
func (h *hub) leave(o *outbox) {
	h.do(func(now time.Time) {
		delete(h.links, o)
		if len(h.links) == 0 {
			h.orphaned = now
		}
	})
}

// answer does what a message asks for and puts the answer into the controller's
// outbox, behind the events that it led to. It reports false when the hub has
// ended.
func (h *hub) answer(o *outbox, text []byte) bool {
	req, err := readRequest(text)
	return h.do(func(now time.Time) {
		var data any
		if err == nil {
			data, err = req.do(h, now)
		}
		if err == nil {
			o.put(entry{message: success(req.id, data), isAnswer: true})
			return
		}
		if !isTold(err) {
			h.log.Error("takos-call command failed", "command", req.command, "error", err)
		}
		o.put(entry{message: failure(req.id, err), isAnswer: true})
	})
}

// tell queues an event for every controller.
func (h *hub) tell(e event) {
	h.changed = true
	for o := range h.links {
		o.put(entry{message: eventMessage{Type: "event", Data: e}})
	}
}

// look reads what the media path has marked.
func (h *hub) look() {
	for _, t := range h.inbox.take() {
		if t.isOver() && t.peer.has(t) {
			h.closeTransport(t)
		}
	}
}
