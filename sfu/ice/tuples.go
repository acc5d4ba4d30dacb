package ice

import (
	"net/netip"
	"slices"
	"time"
)

// Tuple is where a peer sends from, and where to: the pair of RFC 8445, whose local
// side is always the server's one port.
type Tuple struct {
	netip.AddrPort
	// Local is the server's address in the pair, from which it answers. It is not
	// valid where nobody told it, as on a machine that has only one.
	Local netip.Addr
	// Stream tells the connections of TCP apart, as the same address may come again
	// with another: each has a number of its own, and so has each way that a relay
	// opens. 0 is UDP.
	Stream uint64
}

// tuple is one that an authenticated check came from.
type tuple struct {
	addr      Tuple
	lastCheck time.Time
}

// tuples are the valid ones of one peer, those known longest first. The
// number is small and the slice never grows beyond it.
type tuples struct {
	limit      int
	list       []tuple
	generation uint64
}

// find returns the place of the address, -1 if it is not valid.
func (t *tuples) find(addr Tuple) int {
	for i := range t.list {
		if t.list[i].addr == addr {
			return i
		}
	}
	return -1
}

// refresh notes a check from the address. A new one takes, when all places
// are used, that of the one known longest, but never of the selected one: an
// authenticated peer may change ports forever, and its media must go on.
func (t *tuples) refresh(now time.Time, addr, selected Tuple) {
	if i := t.find(addr); i >= 0 {
		t.list[i].lastCheck = now
		return
	}
	if len(t.list) == t.limit {
		oldest := 0
		if t.list[oldest].addr == selected {
			oldest++
		}
		t.list = slices.Delete(t.list, oldest, oldest+1)
	}
	t.list = append(t.list, tuple{addr: addr, lastCheck: now})
	t.generation++
}

// expire drops the addresses whose last check is not after the deadline.
func (t *tuples) expire(deadline time.Time) {
	before := len(t.list)
	t.list = slices.DeleteFunc(t.list, func(tp tuple) bool {
		return !tp.lastCheck.After(deadline)
	})
	if len(t.list) != before {
		t.generation++
	}
}

// forget drops an address.
func (t *tuples) forget(addr Tuple) {
	if i := t.find(addr); i >= 0 {
		t.list = slices.Delete(t.list, i, i+1)
		t.generation++
	}
}

// latest is the address that was checked last.
func (t *tuples) latest() (addr Tuple, ok bool) {
	if len(t.list) == 0 {
		return Tuple{}, false
	}
	newest := slices.MaxFunc(t.list, func(a, b tuple) int {
		return a.lastCheck.Compare(b.lastCheck)
	})
	return newest.addr, true
}

func (t *tuples) addresses() []Tuple {
	addrs := make([]Tuple, 0, len(t.list))
	for i := range t.list {
		addrs = append(addrs, t.list[i].addr)
	}
	return addrs
}

func (t *tuples) clear() {
	if len(t.list) == 0 {
		return
	}
	t.list = t.list[:0]
	t.generation++
}
