package routertest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
)

// Behaviour is what a router does and does wrong.
type Behaviour struct {
	PCP, NATPMP, UPnP bool
	// Multicast, at the start, means that searches are heard that go to everybody
	// and no others. Stranger, at the start, is who answers them before the router.
	Multicast bool
	Stranger  netip.Addr
	Deaf      bool // the stranger alone answers
	External  netip.Addr
	Silent    bool          // answers nothing
	PCPResult uint8         // refuses with this, in PCP and NAT-PMP
	LeaseMost time.Duration // grants no more in PCP and NAT-PMP
	BadEpoch  bool          // counts backwards in PCP and NAT-PMP

	PermanentOnly   bool // refuses leases with 725
	LeaseForgotten  bool // says yes to leases and forgets them at once
	AddDoesNothing  bool // says yes to all and maps nothing
	Refuse          int  // refuses mappings with this code
	RenewIsConflict bool // refuses to renew with 718
	SamePortsOnly   bool // refuses a port outside that is not the one inside with 724
	ForgetsInside   bool // has the port outside as the one inside, at renewal
	NoGet           bool // knows no GetSpecificPortMappingEntry
	NoPinholes      bool // does not allow them
	Description     func(control string) string
	Location        func(own string) string // other than its own
}

// Entry is a mapping.
type Entry struct {
	Proto       string
	External    uint16
	Internal    netip.AddrPort
	Description string
	Lease       time.Duration
	Expires     time.Time // zero: never
	nonce       [12]byte
}

type key struct {
	proto    string
	external uint16
}

// Router is one of them.
type Router struct {
	Addr  netip.Addr // the router's
	Local netip.Addr // of the machine behind it
	now   func() time.Time

	sockets []net.PacketConn
	server  *http.Server
	work    sync.WaitGroup

	mu        sync.Mutex // protects what follows
	behaviour Behaviour
	entries   map[key]Entry
	pinholes  map[uint16]Entry
	lastHole  uint16
	epoch     time.Time
	answered  uint32   // how often the epoch was told
	asked     []string // what was asked for
	listener  net.Listener
}

// New starts a router at an address of its own of 127.0.0.0/8; now is its clock.
func New(now func() time.Time, behaviour Behaviour) (*Router, error) {
	a, b := byte(1+rand.IntN(250)), byte(1+rand.IntN(250))
	return NewAt(netip.AddrFrom4([4]byte{127, a, b, 1}), netip.AddrFrom4([4]byte{127, a, b, 2}), now, behaviour)
}

// NewAt starts a router at an address of this machine.
func NewAt(addr, local netip.Addr, now func() time.Time, behaviour Behaviour) (*Router, error) {
	r := &Router{
		Addr: addr, Local: local, now: now, behaviour: behaviour,
		entries: map[key]Entry{}, pinholes: map[uint16]Entry{}, epoch: now().Add(-time.Hour),
	}
	if err := r.start(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Router) start() error {
	if err := r.listen(5351, r.answerPCP); err != nil {
		return err
	}
	search := func() error { return r.listen(1900, r.answerSearch) }
	if r.behaviour.Multicast {
		search = r.listenMulticast
	}
	if err := search(); err != nil {
		return err
	}
	return r.serve()
}

// listen has answer look at what comes to a port.
func (r *Router) listen(port uint16, answer func(b []byte, from netip.AddrPort) []byte) error {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.Addr, port)))
	if err != nil {
		return err
	}
	r.sockets = append(r.sockets, conn)
	r.work.Go(func() { r.read(conn, conn, answer) })
	return nil
}

// listenMulticast hears searches that go to everybody, and answers them from the
// router's own address.
func (r *Router) listenMulticast() error {
	group := &net.UDPAddr{IP: net.IPv4(239, 255, 255, 250), Port: 1900}
	loopback, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	in, err := net.ListenMulticastUDP("udp4", loopback, group)
	if err != nil {
		return err
	}
	_ = ipv4.NewPacketConn(in).SetMulticastLoopback(true)
	r.sockets = append(r.sockets, in)
	out, err := r.speakFrom(r.Addr)
	if err != nil {
		return err
	}
	stranger := out
	if r.behaviour.Stranger.IsValid() {
		if stranger, err = r.speakFrom(r.behaviour.Stranger); err != nil {
			return err
		}
	}
	r.work.Go(func() {
		r.read(in, out, func(b []byte, from netip.AddrPort) []byte {
			answer := r.answerSearch(b, from)
			if answer != nil && stranger != out {
				_, _ = stranger.WriteToUDPAddrPort(answer, from)
			}
			if r.Behaviour().Deaf {
				return nil
			}
			return answer
		})
	})
	return nil
}

func (r *Router) speakFrom(addr netip.Addr) (*net.UDPConn, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err == nil {
		r.sockets = append(r.sockets, conn)
	}
	return conn, err
}

func (r *Router) read(in, out *net.UDPConn, answer func(b []byte, from netip.AddrPort) []byte) {
	buffer := make([]byte, 2048)
	for {
		n, from, err := in.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if r.Behaviour().Silent {
			continue
		}
		if text := answer(slices.Clone(buffer[:n]), from); text != nil {
			_, _ = out.WriteToUDPAddrPort(text, from)
		}
	}
}

// Close ends it.
func (r *Router) Close() {
	for _, s := range r.sockets {
		_ = s.Close()
	}
	if r.server != nil {
		_ = r.server.Close()
	}
	r.work.Wait()
}

// Behaviour is what it does.
func (r *Router) Behaviour() Behaviour {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.behaviour
}

// Change has it behave differently.
func (r *Router) Change(change func(*Behaviour)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.behaviour)
}

// Restart loses all mappings; the web server has another port then.
func (r *Router) Restart() error {
	r.mu.Lock()
	old := r.server
	r.entries, r.pinholes, r.epoch = map[key]Entry{}, map[uint16]Entry{}, r.now()
	r.mu.Unlock()
	if err := r.serve(); err != nil {
		return err
	}
	return old.Close()
}

// Clear loses all mappings and says nothing of it.
func (r *Router) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.entries)
	clear(r.pinholes)
}

// Put has an entry that somebody else asked for.
func (r *Router) Put(e Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[key{e.Proto, e.External}] = e
}

// Entries are the mappings that have not ended, in order.
func (r *Router) Entries() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expireLocked()
	var list []Entry
	for _, e := range r.entries {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Proto, b.Proto), cmp.Compare(a.External, b.External))
	})
	return list
}

// Pinholes are the open ports of IPv6 that UPnP opened.
func (r *Router) Pinholes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.pinholes)
}

// Asked is what was asked for since the start.
func (r *Router) Asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

func (r *Router) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, fmt.Sprintf(format, args...))
}

func (r *Router) expireLocked() {
	for k, e := range r.entries {
		if !e.Expires.IsZero() && !r.now().Before(e.Expires) {
			delete(r.entries, k)
		}
	}
}

// atLocked finds what is mapped for a port inside.
func (r *Router) atLocked(proto string, internal netip.AddrPort) (Entry, bool) {
	for _, e := range r.entries {
		if e.Proto == proto && e.Internal == internal {
			return e, true
		}
	}
	return Entry{}, false
}
