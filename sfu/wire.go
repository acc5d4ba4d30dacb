package sfu

import (
	"net/netip"
	"sync"
	"time"

	"takoshome/sfu/ice"
)

const (
	// wireBit marks the Stream of a wire's tuple; the numbers of TCP connections are
	// far below.
	wireBit = 1 << 63
	// maxWires is the limit of a WebRtcServer; who attaches them has lower ones.
	maxWires = 1 << 14
)

// Wire is a client's way to the media port within the process, with no socket
// between: a relay's. What the media server thinks of its packets is the same as
// if they had come from the network.
type Wire struct {
	server *WebRtcServer
	tuple  ice.Tuple
	send   func(datagram []byte)

	mu     sync.RWMutex // read by Receive, so that nothing comes after Close
	closed bool
}

// wires are those that are open.
type wires struct {
	readers sync.Pool // of *reader: there are more wires than cores

	mu   sync.RWMutex // protects all below
	byID map[uint64]*Wire
	last uint64
}

func (w *wires) init(p *port) {
	w.byID = map[uint64]*Wire{}
	w.readers.New = func() any { return newReader(p.sockets[0]) }
}

// Attach opens a way for a client, whose address client stands for. What is for
// the client goes to send, in memory that is used again afterwards; send must not
// wait, and not call back, as it is called with locks held.
//
// Close the Wire before the WebRtcServer.
func (s *WebRtcServer) Attach(client netip.AddrPort, send func(datagram []byte)) (*Wire, error) {
	all := &s.port.wires
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.byID) >= maxWires {
		return nil, ErrTooMany
	}
	all.last++
	w := &Wire{server: s, tuple: ice.Tuple{AddrPort: client, Stream: wireBit | all.last}, send: send}
	all.byID[w.tuple.Stream] = w
	return w, nil
}

// Receive takes a packet of the client. Its memory is written to, and is the
// caller's again afterwards. Packets may come on any goroutine.
func (w *Wire) Receive(packet []byte) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed || len(packet) > maxPacketSize {
		return
	}
	pool := &w.server.port.wires.readers
	r, _ := pool.Get().(*reader)
	w.server.demux(time.Now(), packet, w.tuple, r)
	r.flush()
	pool.Put(r)
}

// Close ends the way, and waits for packets that are on it. It is idempotent.
func (w *Wire) Close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	all := &w.server.port.wires
	all.mu.Lock()
	delete(all.byID, w.tuple.Stream)
	all.mu.Unlock()
	if t := w.server.transportAt(w.tuple); t != nil {
		t.forget(w.tuple)
	}
}

// Send gives the client a packet; a relay that has no room for it drops it.
func (w *Wire) Send(datagram []byte) bool {
	w.send(datagram)
	return true
}

func (w *wires) find(id uint64) *Wire {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.byID[id]
}
