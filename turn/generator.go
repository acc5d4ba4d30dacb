package turn

import (
	"net"
	"net/netip"
	"slices"

	pionturn "github.com/pion/turn/v5"
)

const (
	firstPort = 49152 // RFC 8656 section 7.2
	ports     = 1<<16 - firstPort
)

// generator gives pion/turn relayed addresses that are no sockets.
type generator struct{ server *Server }

// Validate is called at the start.
func (generator) Validate() error { return nil }

// AllocatePacketConn makes the relay of a client that the door has let in. Others,
// such as pion/turn's own search for an even port, get none.
func (g generator) AllocatePacketConn(c pionturn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	r, err := g.server.allocate(c.UserID, c.Network == "udp6")
	if err != nil {
		return nil, nil, err
	}
	return r, r.local, nil
}

// AllocateListener and AllocateConn are RFC 6062's, which would reach others.
func (generator) AllocateListener(pionturn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoSockets
}

// AllocateConn is refused.
func (generator) AllocateConn(pionturn.AllocateConnConfig) (net.Conn, error) {
	return nil, errNoSockets
}

func (s *Server) allocate(id string, v6 bool) (*relay, error) {
	media := s.config.Media.Addrs()
	at := slices.IndexFunc(media, func(a netip.AddrPort) bool { return a.Addr().Is6() == v6 })
	if at < 0 {
		return nil, errNoFamily
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clients[id]
	if c == nil || c.relay != nil || s.closed {
		return nil, errUnknown
	}
	for range ports {
		s.port = (s.port + 1) % ports
		addr := netip.AddrPortFrom(media[at].Addr(), uint16(firstPort+s.port))
		if _, taken := s.relayed[addr]; taken || c.even && s.port%2 != 0 || slices.Contains(media, addr) {
			continue
		}
		c.relay = newRelay(c, addr)
		s.relayed[addr] = struct{}{}
		return c.relay, nil
	}
	return nil, ErrTooMany
}

// isMedia is whether an address is exactly one of the media server's.
func (s *Server) isMedia(addr netip.AddrPort) bool {
	return slices.Contains(s.config.Media.Addrs(), addr)
}

// isMediaHost is isMedia for a permission, which has no port.
func (s *Server) isMediaHost(addr netip.Addr) bool {
	return slices.ContainsFunc(s.config.Media.Addrs(), func(a netip.AddrPort) bool { return a.Addr() == addr })
}

// hasFamily is whether the media server has addresses of a family.
func (s *Server) hasFamily(v6 bool) bool {
	return slices.ContainsFunc(s.config.Media.Addrs(), func(a netip.AddrPort) bool { return a.Addr().Is6() == v6 })
}

// mayReach is pion/turn's own question, after the door's.
func (s *Server) mayReach(_ net.Addr, ip net.IP) bool {
	addr, ok := netip.AddrFromSlice(ip)
	return ok && s.isMediaHost(addr.Unmap())
}
