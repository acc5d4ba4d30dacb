package turn

import (
	"net/netip"
	"strconv"
)

// client is one address of a peer's that has, or is about to get, an allocation.
type client struct {
	server *Server
	door   *door
	from   netip.AddrPort
	id     string
	peer   *peer
	even   bool   // wants an even port; the reader's
	trail  []byte // its way here, see socket
	key    []byte // signs what goes on between the door and the engine; the reader's
	relay  *relay // nil before it is allocated; Server.mu protects it
}

// admitClient makes a client of an address that asks for an allocation, or says by
// which error it gets none.
func (s *Server) admitClient(d *door, from netip.AddrPort, p *peer, username string, key []byte) (c *client, code int) {
	now := s.config.Now()
	s.mu.Lock()
	switch {
	case s.closed || s.byTag[p.tag] != p || !p.isFreshLocked(now, username):
		code = codeUnauthorized
	case len(p.clients) >= s.config.Limits.PeerAllocations:
		code = codeQuota
	case len(s.clients) >= s.config.Limits.Allocations:
		code = codeCapacity
	}
	if code != 0 {
		s.mu.Unlock()
		if code != codeUnauthorized {
			s.counts.full.Add(1)
		}
		return nil, code
	}
	s.last++
	c = &client{server: s, door: d, from: from, id: strconv.FormatUint(s.last, 36), peer: p, key: key}
	if d.trail != nil {
		c.trail = d.trail()
	}
	s.clients[c.id] = c
	p.clients[c] = struct{}{}
	s.mu.Unlock()
	d.remember(c)
	return c, 0
}

// hasRelay is whether the client got what it asked for, and still has it.
func (c *client) hasRelay() bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.relay != nil
}

// forget drops what there is of a client but its relay, which it returns.
func (c *client) forget() *relay {
	c.door.forget(c)
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	r := c.relay
	c.relay = nil
	delete(s.clients, c.id)
	delete(c.peer.clients, c)
	if r != nil {
		delete(s.relayed, r.addr)
	}
	return r
}

// end takes everything from a client whose peer has left: its connection too.
func (c *client) end() {
	if r := c.forget(); r != nil {
		r.shut()
	}
	if c.door.hangUp != nil {
		c.door.hangUp()
	}
}
