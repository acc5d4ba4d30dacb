package takoscall

import (
	"fmt"

	sfuroom "takoshome/sfu/room"
)

// relayKey is who a peer is for the relay, which serves the host's own rooms too.
func relayKey(p *peer) string { return fmt.Sprintf("takos-call %q %q", p.room.id, p.id) }

// iceServers are those of a client who comes by ways that only the controller knows.
func (h *hub) iceServers(p *peer) []sfuroom.IceServer {
	if h.config.Relay == nil {
		return nil
	}
	return h.config.Relay.ICEServers(relayKey(p), "")
}

func (h *hub) revokeRelay(p *peer) {
	if h.config.Relay != nil {
		h.config.Relay.Revoke(relayKey(p))
	}
}
