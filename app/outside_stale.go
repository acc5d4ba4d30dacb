package app

import (
	"net/netip"
	"slices"
)

// isStale says that the router's word on its address outside is older than what
// servers see: it has got another one since, and says nothing.
func (k knowledge) isStale() bool {
	seen, known := fromSTUN(k.address.Public)
	if said := k.router.External; !known || !said.Is4() || said == seen {
		return false
	}
	return k.router.AnsweredAt.Before(k.address.MovedAt) || (k.router.Silent && k.address.Problem == "")
}

// withoutStale forgets the router's address where that is stale. The ports there may
// be the same as before.
func (k knowledge) withoutStale() knowledge {
	if !k.isStale() {
		return k
	}
	stale := k.router.External
	k.router.External, k.router.Mappings = netip.Addr{}, slices.Clone(k.router.Mappings)
	for i := range k.router.Mappings {
		if m := &k.router.Mappings[i]; m.External.Addr() == stale {
			m.External = netip.AddrPortFrom(netip.IPv4Unspecified(), m.External.Port())
		}
	}
	return k
}
