package takoscall

import "sync"

const (
	// outboxSize is how many messages may wait for a controller that reads
	// slowly. The end of a full room tells of thousands at once.
	outboxSize = 32768
	// maxRequests is how many commands of one controller may be without their
	// answer written; more have to wait on the connection.
	maxRequests = 16
)

// entry is a message that waits.
type entry struct {
	message  any
	isAnswer bool // to a command that begin counted
}

// outbox hands messages to the writer. Putting one in never waits.
type outbox struct {
	wake     chan struct{} // holds at most one wish to be taken
	requests chan struct{} // holds one for each command without its answer written
	ending   *ending

	mu      sync.Mutex
	waiting []entry // mu protects
}

func newOutbox(e *ending) *outbox {
	return &outbox{wake: make(chan struct{}, 1), requests: make(chan struct{}, maxRequests), ending: e}
}

// put adds a message; a controller for whom there is no place does not read,
// and is sent away.
func (o *outbox) put(e entry) {
	o.mu.Lock()
	full := len(o.waiting) >= outboxSize
	if !full {
		o.waiting = append(o.waiting, e)
	}
	o.mu.Unlock()
	if full {
		o.ending.End(closeSlow)
		return
	}
	select {
	case o.wake <- struct{}{}:
	default: // the writer has been asked already
	}
}

func (o *outbox) take() []entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.waiting
	o.waiting = nil
	return taken
}

// begin counts a command. It waits while too many are without an answer, which
// slows down nobody but this controller, and reports false when the connection
// is to be closed.
func (o *outbox) begin() bool {
	select {
	case o.requests <- struct{}{}:
		return true
	case <-o.ending.Begun():
		return false
	}
}

// answered ends begin.
func (o *outbox) answered() { <-o.requests }
