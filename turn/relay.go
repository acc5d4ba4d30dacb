package turn

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// maxWays is how many of the media server's addresses one client uses.
	maxWays = 32
	// maxDatagram is the largest packet that the media server takes or sends.
	maxDatagram = 1500
)

// relay is a relayed address: to pion/turn a socket, in fact ways to the media
// server. Nothing else can be reached from it, and nobody else reaches it.
type relay struct {
	server *Server
	client *client
	addr   netip.AddrPort
	local  *net.UDPAddr
	queue  chan *parcel
	closed chan struct{}
	done   func() // the reader has gone

	mu   sync.Mutex // protects all below
	shot bool
	ways []way
}

type way struct {
	peer netip.AddrPort
	Way
}

// parcel is a packet on its way to the client.
type parcel struct {
	from *net.UDPAddr
	size int
	data [maxDatagram]byte
}

func newRelay(c *client, addr netip.AddrPort) *relay {
	s := c.server
	s.engines.Add(1)
	return &relay{
		server: s, client: c, addr: addr, local: net.UDPAddrFromAddrPort(addr),
		queue: make(chan *parcel, s.config.Limits.Queue), closed: make(chan struct{}),
		done: sync.OnceFunc(s.engines.Done),
	}
}

// WriteTo takes a packet of the client. What is for another than the media server
// goes nowhere.
func (r *relay) WriteTo(b []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		r.server.counts.blocked.Add(1)
		return len(b), nil
	}
	if w := r.wayTo(plain(udp.AddrPort())); w != nil {
		r.server.counts.received.Add(uint64(len(b)))
		w.Receive(b[:len(b):len(b)])
	} else {
		r.server.counts.blocked.Add(1)
	}
	return len(b), nil
}

// wayTo is nil for what is not the media server's address.
func (r *relay) wayTo(to netip.AddrPort) Way {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.ways {
		if r.ways[i].peer == to {
			return r.ways[i].Way
		}
	}
	if r.shot || len(r.ways) >= maxWays || !r.server.isMedia(to) {
		return nil
	}
	from := net.UDPAddrFromAddrPort(to)
	opened, err := r.server.config.Media.Open(r.addr, func(datagram []byte) { r.deliver(from, datagram) })
	if err != nil {
		r.server.log.Debug("no way to the media server", "error", err) // once a packet
		return nil
	}
	r.ways = append(r.ways, way{to, opened})
	return opened
}

// deliver queues a packet of the media server, or drops it where the client is too
// slow.
func (r *relay) deliver(from *net.UDPAddr, datagram []byte) {
	if len(datagram) > maxDatagram {
		return
	}
	p, _ := r.server.parcels.Get().(*parcel)
	p.from, p.size = from, copy(p.data[:], datagram)
	select {
	case r.queue <- p:
	default:
		r.server.parcels.Put(p)
		r.server.counts.dropped.Add(1)
	}
}

// ReadFrom waits for a packet of the media server.
func (r *relay) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case <-r.closed:
	default:
		select {
		case p := <-r.queue:
			n, from := copy(b, p.data[:p.size]), p.from
			r.server.parcels.Put(p)
			r.server.counts.sent.Add(uint64(n))
			return n, from, nil
		case <-r.closed:
		}
	}
	r.done()
	return 0, nil, net.ErrClosed
}

// Close is the end of the allocation. It is idempotent.
func (r *relay) Close() error {
	r.client.forget()
	r.shut()
	return nil
}

func (r *relay) shut() {
	r.mu.Lock()
	ways := r.ways
	r.ways = nil
	if !r.shot {
		r.shot = true
		close(r.closed)
	}
	r.mu.Unlock()
	for _, w := range ways {
		w.Close()
	}
}

// LocalAddr is the relayed address.
func (r *relay) LocalAddr() net.Addr { return r.local }

// SetDeadline does nothing: nobody waits but until Close. So do the others.
func (r *relay) SetDeadline(time.Time) error { return nil }

// SetReadDeadline is as SetDeadline.
func (r *relay) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline is as SetDeadline.
func (r *relay) SetWriteDeadline(time.Time) error { return nil }

// plain has IPv4 addresses as such. It is for addresses that come from pion/turn,
// behind the door, which lets no wrapped ones through.
func plain(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}
