package signaling

import (
	"takoshome/sfu/room"
)

const (
	// outboxSize is how many entries may wait for a client that reads slowly.
	outboxSize = 64
	// maxRequests is how many requests of the client's own may be on their way
	// through the outbox; more have to wait on the socket. With their answers
	// they leave most of the outbox to what the room has to tell.
	maxRequests = 8
)

// entry is what the writer has to do: exactly one field is set.
type entry struct {
	events  []room.Event // of one step of the room
	message any          // an answer that does not come from the room
	// failed is an answer to the client's own produce.
	failed *errorMessage
	// request begins a request of the client and says what it tells of its
	// dialect.
	request func(*dialect)
}

// outbox hands entries to the writer.
type outbox struct {
	entries  chan *entry   // most sockets have none waiting: the room for them is small
	requests chan struct{} // holds one for each request entry
	ending   *ending
}

func newOutbox(e *ending) *outbox {
	return &outbox{
		entries:  make(chan *entry, outboxSize),
		requests: make(chan struct{}, maxRequests),
		ending:   e,
	}
}

// put never waits. A client for whom there is no place does not read, and is
// sent away.
func (o *outbox) put(e entry) {
	select {
	case o.entries <- &e:
	default:
		o.ending.End(closeSlow)
	}
}

// begin puts the mark of a request before its answers. It waits while too many
// are on their way, which slows down nobody but this client, and reports false
// when the socket is to be closed.
func (o *outbox) begin(note func(*dialect)) bool {
	select {
	case o.requests <- struct{}{}:
		o.put(entry{request: note})
		return true
	case <-o.ending.Begun():
		return false
	}
}

// began is the writer's answer to a request entry.
func (o *outbox) began() { <-o.requests }
