package portmap

import (
	"testing"
	"time"

	"takoshome/app/reach/portmap/routertest"
)

// Fault 22: a router counts so badly that each answer tells of a restart. It is asked
// no more often for that than where nothing but a renewal tells that a port is mapped.
func TestEpochIsOfNoUse(t *testing.T) {
	for _, method := range []Method{PCP, NATPMP} {
		t.Run(string(method), func(t *testing.T) {
			h := prepare(t, all(method))
			h.router.Change(func(b *routertest.Behaviour) { b.BadEpoch = true })
			h.start(Config{Methods: []Method{method}})
			h.wantState(Mapped)
			before := len(h.router.Asked())
			h.pass(time.Minute)
			// All of two ports, one answer more for each in NAT-PMP, and all again once.
			rounds := int(time.Minute/checkEvery) + 1
			if got, most := len(h.router.Asked())-before, rounds*2*2*2; got > most {
				t.Errorf("the router was asked %d times in a minute, want at most %d", got, most)
			}
			h.wantEntries("TCP 443>8443", "UDP 40000>40000")
		})
	}
}
