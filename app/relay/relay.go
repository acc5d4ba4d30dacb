// Package relay joins the TURN server and the media server: what the one relays
// goes to the other in memory, which neither knows of the other.
package relay

import (
	"net/netip"

	"takoshome/sfu"
	"takoshome/turn"
)

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
