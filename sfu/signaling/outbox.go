package signaling

import (
	"takoshome/sfu/room"
)

// outboxSize is how many entries may wait for a client that reads slowly.
const outboxSize = 64

// entry is what the writer has to do: exactly one field is set.
type entry struct {
	events  []room.Event // of one step of the room
	message any          // an answer that does not come from the room
	note    func(*dialect)
	// failed is an answer to the client's own produce: note and message in one.
	failed *errorMessage
}

// outbox hands entries to the writer without ever waiting.
type outbox struct {
	entries chan entry
	full    func() // called when an entry found no place and was dropped
}

func newOutbox(full func()) *outbox {
	return &outbox{entries: make(chan entry, outboxSize), full: full}
}

func (o *outbox) put(e entry) {
	select {
	case o.entries <- e:
	default:
		o.full()
	}
}
