package clientapi

import (
	"sync"
)

// hub knows the open sockets.
type hub struct {
	limits Limits

	mu       sync.Mutex
	accounts map[string][]*socket // mu protects it; an account's oldest is first
	count    int                  // mu protects it: of all
	isClosed bool                 // mu protects it

	running sync.WaitGroup // added to under mu while not closed
}

func newHub(limits Limits) *hub {
	return &hub{limits: limits, accounts: map[string][]*socket{}}
}

// add lets a socket in. Where its account has as many as it may, the oldest goes:
// it may be one whose device is long gone.
func (h *hub) add(s *socket) error {
	oldest, err := h.admit(s)
	if oldest != nil {
		oldest.ending.end(closeTryLater)
	}
	return err
}

func (h *hub) admit(s *socket) (oldest *socket, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := h.accounts[s.account]
	if len(own) >= h.limits.SocketsPerAccount {
		oldest = own[0]
	}
	switch {
	case h.isClosed:
		return nil, errClosed
	case h.count >= h.limits.Sockets && oldest == nil:
		return nil, errFull
	case oldest != nil:
		h.dropLocked(oldest)
	}
	h.accounts[s.account] = append(h.accounts[s.account], s)
	h.count++
	h.running.Add(1)
	return oldest, nil
}

// remove is for each socket that add let in, once it has ended.
func (h *hub) remove(s *socket) {
	h.mu.Lock()
	h.dropLocked(s)
	h.mu.Unlock()
	h.running.Done()
}

func (h *hub) dropLocked(gone *socket) {
	own := h.accounts[gone.account]
	for n, s := range own {
		if s != gone {
			continue
		}
		own = append(own[:n:n], own[n+1:]...)
		h.count--
		break
	}
	if len(own) == 0 {
		delete(h.accounts, gone.account)
		return
	}
	h.accounts[gone.account] = own
}

func (h *hub) all() []*socket {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []*socket
	for _, own := range h.accounts {
		list = append(list, own...)
	}
	return list
}

// endSession ends the sockets of a session that is over.
func (h *hub) endSession(id string) {
	for _, s := range h.all() {
		if s.session == id {
			s.ending.end(closeSignedOut)
		}
	}
}

func (h *hub) recheck() {
	for _, s := range h.all() {
		select {
		case s.recheck <- struct{}{}:
		default: // it is about to look anyway
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	h.isClosed = true
	h.mu.Unlock()
	for _, s := range h.all() {
		s.ending.end(closeGoingAway)
	}
	h.running.Wait()
}
