package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"takoshome/app/participant"
)

// places are the sockets of a test and who lives where on them.
type places struct {
	limit int // of shared sockets

	mu     sync.Mutex // protects all below
	shared []*residence
	own    []*residence
	next   uint32 // counts the addresses of loopback given away
	closed bool
}

// residence is a hub with its transports.
type residence struct {
	hub *hub

	mu     sync.RWMutex // protects all below
	byAddr map[netip.Addr]inhabitant
	only   inhabitant // of a hub that is not shared
}

// inhabitant takes the datagrams that come to its address.
type inhabitant interface {
	receive(from netip.AddrPort, packet []byte, atNs int64)
}

// place is where a transport lives.
type place struct {
	*residence
	local      netip.Addr
	candidates []netip.AddrPort // those that can be reached from there
}

func (p place) adopt(i inhabitant) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.local.IsValid() {
		p.byAddr[p.local] = i
	} else {
		p.only = i
	}
}

// deliver finds who a datagram is for.
func (r *residence) deliver(to netip.Addr, from netip.AddrPort, packet []byte, atNs int64) {
	r.mu.RLock()
	i := r.only
	if i == nil {
		i = r.byAddr[to]
	}
	r.mu.RUnlock()
	if i != nil {
		i.receive(from, packet, atNs)
	}
}

// read is the goroutine of a hub.
func (t *Test) read(r *residence) {
	for {
		if err := r.hub.read(r.deliver); err != nil {
			if !errors.Is(err, net.ErrClosed) {
				t.config.Logger.Error("a socket broke", "error", err)
			}
			return
		}
	}
}

// placeFor finds a place from which one of the candidates can be reached: with a
// host on this computer an address of loopback's on a shared socket, else a
// socket of its own.
func (t *Test) placeFor(candidates []netip.AddrPort) (place, error) {
	inet4 := slices.DeleteFunc(slices.Clone(candidates), func(c netip.AddrPort) bool { return !c.Addr().Is4() })
	inet6 := len(inet4) == 0
	if !inet6 {
		candidates = inet4
	}
	pl := &t.places
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if pl.closed {
		return place{}, net.ErrClosed
	}
	if canShare && !inet6 && slices.ContainsFunc(candidates, isHere) {
		n := pl.next
		pl.next++
		if len(pl.shared) < pl.limit {
			r, err := t.openResidence(false, true)
			if err != nil {
				return place{}, err
			}
			pl.shared = append(pl.shared, r)
		}
		r := pl.shared[int(n)%len(pl.shared)]
		return place{r, loopback(n), slices.DeleteFunc(candidates, func(c netip.AddrPort) bool { return !isHere(c) })}, nil
	}
	r, err := t.openResidence(inet6, false)
	if err != nil {
		return place{}, err
	}
	pl.own = append(pl.own, r)
	return place{r, netip.Addr{}, candidates}, nil
}

func (t *Test) openResidence(inet6, shared bool) (*residence, error) {
	h, err := openHub(inet6, shared, t.config.GRO)
	if err != nil {
		return nil, err
	}
	r := &residence{hub: h, byAddr: map[netip.Addr]inhabitant{}}
	t.workers.Go(func() { t.read(r) })
	return r, nil
}

// close ends all reading.
func (p *places) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var err error
	for _, r := range append(p.shared, p.own...) {
		err = errors.Join(err, r.hub.close())
	}
	return err
}

// release gives the sockets back, when nobody uses them any more.
func (p *places) release() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	for _, r := range append(p.shared, p.own...) {
		err = errors.Join(err, r.hub.release())
	}
	return err
}

// loopback is the n-th address of this computer's for one of the test's people.
func loopback(n uint32) netip.Addr {
	const first = 127<<24 | 64<<16 | 1<<8 // 127.64.1.0: nobody is likely to listen there
	n += first
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

// isHere tells addresses of this computer.
func isHere(candidate netip.AddrPort) bool {
	if candidate.Addr().IsLoopback() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(addrs, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr() == candidate.Addr()
	})
}

// wayOf is the n-th person's way into the call. On this computer each comes from
// an address of its own, as friends would: hosts limit how many come from one.
func (t *Test) wayOf(ctx context.Context, n int) (way, error) {
	text, err := t.config.Door(ctx, n)
	if err != nil {
		return way{}, err
	}
	link, err := participant.ParseLink(text)
	if err != nil {
		return way{}, fmt.Errorf("%w: %w", ErrLink, err)
	}
	w := way{link: link}
	host, _, err := net.SplitHostPort(link.Host())
	if err != nil {
		host = link.Host()
	}
	addr, err := netip.ParseAddr(host)
	if err == nil && canShare && addr.Unmap().Is4() && isHere(netip.AddrPortFrom(addr.Unmap(), 0)) {
		w.from = loopback(uint32(n))
	}
	return w, nil
}
