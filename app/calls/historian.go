package calls

import (
	"errors"
	"log/slog"
	"sync"

	"takoshome/app/identity"
)

// maxUnwritten bounds the calls that wait for the disk; more are not kept.
const maxUnwritten = 1024

// historian writes calls into the history, one after the other: a transaction
// takes as long as the disk does.
type historian struct {
	store    *identity.Store
	onChange func()
	log      *slog.Logger

	calls   chan identity.Call
	writing sync.WaitGroup
}

func newHistorian(store *identity.Store, onChange func(), log *slog.Logger) *historian {
	h := &historian{store: store, onChange: onChange, log: log, calls: make(chan identity.Call, maxUnwritten)}
	h.writing.Go(h.write)
	return h
}

// add does not block; it is not called after close.
func (h *historian) add(call identity.Call) {
	select {
	case h.calls <- call:
	default:
	}
}

// close writes what is left.
func (h *historian) close() {
	close(h.calls)
	h.writing.Wait()
}

func (h *historian) write() {
	for call := range h.calls {
		err := h.store.RecordCall(call)
		switch {
		case errors.Is(err, identity.ErrNoAccount): // who was removed has no history
		case err != nil:
			h.log.Warn("a call is missing in the history", "error", err)
		default:
			h.onChange()
		}
	}
}
