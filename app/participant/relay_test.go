package participant

import (
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// relay carries UDP between guests and a host's media port, as badly as a test
// wants it.
type relay struct {
	front *net.UDPConn
	host  *net.UDPAddr
	done  sync.WaitGroup

	dead     atomic.Bool   // nothing passes
	lossUp   atomic.Uint64 // of 1000 packets towards the host that are no STUN
	lossDown atomic.Uint64
	checks   atomic.Int64 // connectivity checks towards the host
	changed  chan struct{}

	mu    sync.Mutex
	backs map[string]*net.UDPConn // mu protects; by guest
}

func newRelay(t testing.TB) *relay {
	t.Helper()
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	r := &relay{front: front, backs: map[string]*net.UDPConn{}, changed: make(chan struct{}, 1)}
	t.Cleanup(func() {
		_ = front.Close()
		r.mu.Lock()
		for _, back := range r.backs {
			_ = back.Close()
		}
		r.mu.Unlock()
		r.done.Wait()
	})
	return r
}

func (r *relay) port() int { return r.front.LocalAddr().(*net.UDPAddr).Port }

// through makes a meddler lead guests through the relay.
func (r *relay) through(m *meddler) {
	started := false
	var mu sync.Mutex
	inner := m.fromHost
	m.fromHost = func(message map[string]any) bool {
		eachCandidate(message, func(_ string, c map[string]any) {
			mu.Lock()
			defer mu.Unlock()
			if !started {
				started = true
				r.host = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(c["port"].(float64))}
				r.done.Go(r.runFront)
			}
			c["port"] = float64(r.port())
		})
		return inner(message)
	}
}

func isStun(b []byte) bool { return len(b) >= 20 && b[0] < 4 }

func (r *relay) loses(b []byte, loss *atomic.Uint64) bool {
	return r.dead.Load() || (!isStun(b) && b[0] >= 128 && rand.Uint64N(1000) < loss.Load())
}

func (r *relay) runFront() {
	buffer := make([]byte, 2048)
	for {
		n, from, err := r.front.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		if isStun(buffer[:n]) {
			r.checks.Add(1)
			select {
			case r.changed <- struct{}{}:
			default:
			}
		}
		if back := r.back(from); back != nil && !r.loses(buffer[:n], &r.lossUp) {
			_, _ = back.Write(buffer[:n])
		}
	}
}

// back is the relay's own address for a guest.
func (r *relay) back(from *net.UDPAddr) *net.UDPConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if back := r.backs[from.String()]; back != nil {
		return back
	}
	back, err := net.DialUDP("udp4", nil, r.host)
	if err != nil {
		return nil
	}
	r.backs[from.String()] = back
	r.done.Go(func() { r.runBack(back, from) })
	return back
}

func (r *relay) runBack(back *net.UDPConn, to *net.UDPAddr) {
	buffer := make([]byte, 2048)
	for {
		n, err := back.Read(buffer)
		if err != nil {
			return
		}
		if !r.loses(buffer[:n], &r.lossDown) {
			_, _ = r.front.WriteToUDP(buffer[:n], to)
		}
	}
}
