package web

import (
	"net"
	"net/http"
	"sync"
)

// unusedConns are the connections on which nobody has asked for anything yet, such
// as those that browsers open ahead: http.Server.Shutdown would wait for them. The
// limit of connections bounds them.
type unusedConns struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool // mu protects it
	closed bool              // mu protects it
}

// note is http.Server.ConnState.
func (u *unusedConns) note(conn net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.conns, conn)
	case u.closed:
		_ = conn.Close()
	default:
		if u.conns == nil {
			u.conns = map[net.Conn]bool{}
		}
		u.conns[conn] = true
	}
}

// close closes those that are there, and those that still come.
func (u *unusedConns) close() {
	u.mu.Lock()
	u.closed = true
	conns := u.conns
	u.conns = nil
	u.mu.Unlock()
	for conn := range conns {
		_ = conn.Close()
	}
}
