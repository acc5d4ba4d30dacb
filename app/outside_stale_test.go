package app

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"takoshome/app/reach/address"
	"takoshome/sfu"
)

// Whoever has got another address outside, and a router that says nothing of that, is
// not taken for a customer behind the provider's router.
func TestStaleRouter(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(answered, moved time.Duration, silent bool) func(*knowledge) {
		return func(k *knowledge) {
			k.router.AnsweredAt, k.router.Silent, k.address.MovedAt = start.Add(answered), silent, start.Add(moved)
		}
	}
	tests := []struct {
		name    string
		change  func(*knowledge)
		isStale bool
	}{
		{"answered before the move", at(0, time.Second, false), true},
		{"answered after the move", at(time.Second, 0, false), false},
		{"silent after that", at(time.Second, 0, true), true},
		{"never moved", func(k *knowledge) { k.router.AnsweredAt = start }, false},
		{
			"silent, and so are servers", all(at(time.Second, 0, true), func(k *knowledge) { k.address.Problem = address.ProblemNoAnswer }),
			false,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := knows(all(seenAt(otherAddr), mappedAt(publicAddr, lanAddr), test.change)).withoutStale()
			p, looks := planOf(k), shown(k)
			tellsOld := slices.ContainsFunc(p.announced, func(a sfu.Announced) bool { return a.Addr == publicAddr })
			if tellsOld == test.isStale || looks.Router.External.IsValid() == test.isStale || p.external.IsValid() == test.isStale {
				t.Errorf("announced %v, router at %v, %v", p.announced, looks.Router.External, p.external)
			}
			if !test.isStale {
				return
			}
			want := sfu.Announced{Addr: otherAddr, UDPPort: 8443, TCPPort: 20443}
			if looks.CGNAT || looks.CGNATKnown || p.web.IsValid() || !slices.Equal(p.announced, []sfu.Announced{want}) {
				t.Errorf("CGNAT %v, page at %v, announced %v", looks.CGNAT, p.web, p.announced)
			}
			if got := looks.Router.Mappings[1].External; got != netip.AddrPortFrom(otherAddr, 20443) {
				t.Errorf("the page's port is at %v", got)
			}
		})
	}
	same := knows(all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr), at(0, time.Second, true))).withoutStale()
	if cgnat, known := same.cgnat(); cgnat || !known || !same.web().IsValid() {
		t.Error("a router that servers agree with is believed")
	}
}
