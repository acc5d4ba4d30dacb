package takoscall

import "time"

// sweepInterval finds what is over soon after it is.
func (h *hub) sweepInterval() time.Duration {
	shortest := min(h.config.Limits.IdleTTL, h.config.Limits.OrphanTTL)
	return max(time.Millisecond, min(maxSweepInterval, shortest/4))
}

// sweep closes peers without media and rooms without peers that no command has
// named for long: their controller has crashed, or forgotten them.
func (h *hub) sweep(now time.Time) {
	over := now.Add(-h.config.Limits.IdleTTL)
	if h.isOrphaned(now) {
		over = now.Add(-h.config.Limits.OrphanTTL)
	}
	for _, r := range h.rooms {
		for _, p := range append([]*peer(nil), r.peers...) {
			switch {
			case p.isLive():
				p.usedAt = now
			case !p.usedAt.After(over):
				h.log.Info("peer of takos-call was left behind", "room", r.id, "peer", p.id)
				h.closePeer(now, p)
			}
		}
		if len(r.peers) == 0 && !r.usedAt.After(over) {
			h.log.Info("room of takos-call was left behind", "room", r.id)
			h.closeRoom(r)
		}
	}
}

// isOrphaned reports that no controller has been there for OrphanTTL.
func (h *hub) isOrphaned(now time.Time) bool {
	return !h.orphaned.IsZero() && now.Sub(h.orphaned) >= h.config.Limits.OrphanTTL
}
