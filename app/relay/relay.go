// Package relay joins the TURN server with the media server and its rooms: what
// the one relays goes to the other in memory, and who is in a call may relay. None
// of them knows of the others.
package relay

import (
	"log/slog"
	"net/netip"

	"takoshome/sfu"
	"takoshome/sfu/room"
	"takoshome/turn"
)

// Rooms is a TURN server as rooms see it.
type Rooms struct {
	Server *turn.Server
	// Near are the relay's addresses where a client came by via; ok is false for a
	// client that needs none.
	Near   func(via string) (near []turn.Endpoint, ok bool)
	Logger *slog.Logger
}

// ICEServers are empty where the peer can have no more credentials.
func (r Rooms) ICEServers(peer, via string) []room.IceServer {
	near, ok := r.Near(via)
	if !ok {
		return nil
	}
	servers, err := r.Server.ICEServers(peer, near...)
	if err != nil {
		r.Logger.Warn("no relay for a peer", "error", err)
		return nil
	}
	list := make([]room.IceServer, 0, len(servers))
	for _, s := range servers {
		list = append(list, room.IceServer(s))
	}
	return list
}

// Revoke ends what a peer has.
func (r Rooms) Revoke(peer string) { r.Server.Revoke(peer) }

// Media is a media server as the TURN server's only peer.
type Media struct{ Server *sfu.WebRtcServer }

// Addrs are the addresses for UDP that the media server tells to clients.
func (m Media) Addrs() []netip.AddrPort {
	var addrs []netip.AddrPort
	for _, c := range m.Server.Candidates() {
		if addr, err := netip.ParseAddr(c.Address); err == nil && c.Protocol == "udp" {
			addrs = append(addrs, netip.AddrPortFrom(addr, c.Port))
		}
	}
	return addrs
}

// Open makes a way to the media server.
func (m Media) Open(client netip.AddrPort, deliver func(datagram []byte)) (turn.Way, error) {
	wire, err := m.Server.Attach(client, deliver)
	if err != nil {
		return nil, err
	}
	return wire, nil
}
