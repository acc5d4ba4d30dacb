package ice

import (
	"net/netip"
	"strconv"
)

// Priority of RFC 8445 §5.1.2.1: type preference (8 bits), local preference
// (16 bits), 256 minus the component, which is RTP with RTCP beside it. TCP comes
// after all UDP: its type preference is lower, and its local preference begins
// with that of a passive candidate (RFC 6544 §4.2).
const (
	hostTypePreference     = 126
	tcpTypePreference      = 90
	highestLocalPreference = 65535
	highestTcpPreference   = 4<<13 + 8191
	componentPreference    = 256 - 1
)

// Parameters are the IceParameters that a client connects with.
type Parameters struct {
	UsernameFragment string `json:"usernameFragment"`
	Password         string `json:"password"`
	IceLite          bool   `json:"iceLite"`
}

// Candidate is an IceCandidate, an address that a client may try. Old versions
// of mediasoup-client read Ip, new ones Address: both are given.
type Candidate struct {
	Foundation string `json:"foundation"`
	Priority   uint32 `json:"priority"`
	Address    string `json:"address"`
	Ip         string `json:"ip"`
	Protocol   string `json:"protocol"`
	Port       uint16 `json:"port"`
	Type       string `json:"type"`
	// TcpType is "passive" for TCP: the client connects (RFC 6544 §4.5).
	TcpType string `json:"tcpType,omitempty"`
}

// HostCandidates makes UDP host candidates of the server's addresses, the
// first with the highest priority. Addresses nobody can send to (unspecified,
// port 0) are left out, and IPv6 zones, which mean nothing elsewhere.
func HostCandidates(addrs []netip.AddrPort) []Candidate {
	return candidatesOf(addrs, Candidate{Protocol: "udp"}, hostTypePreference, highestLocalPreference)
}

// TcpCandidates are the same for a port that takes TCP connections, for clients
// that UDP does not get through to.
func TcpCandidates(addrs []netip.AddrPort) []Candidate {
	return candidatesOf(addrs, Candidate{Protocol: "tcp", TcpType: "passive"}, tcpTypePreference, highestTcpPreference)
}

func candidatesOf(addrs []netip.AddrPort, kind Candidate, typePreference uint32, localPreference int) []Candidate {
	candidates := make([]Candidate, 0, len(addrs))
	foundations := make(map[netip.Addr]string, len(addrs))
	for _, addr := range addrs {
		ip := addr.Addr().Unmap().WithZone("")
		if !ip.IsValid() || ip.IsUnspecified() || addr.Port() == 0 {
			continue
		}
		// Addresses of their own get foundations of their own: with a shared
		// one a client would try the next only after the first one failed or
		// succeeded (RFC 8445 §5.1.1.3, §6.1.2.6).
		if foundations[ip] == "" {
			foundations[ip] = kind.Protocol + strconv.Itoa(len(foundations)+1)
		}
		one := kind
		one.Foundation, one.Type = foundations[ip], "host"
		one.Address, one.Ip, one.Port = ip.String(), ip.String(), addr.Port()
		one.Priority = typePreference<<24 | uint32(max(0, localPreference-len(candidates)))<<8 | componentPreference
		candidates = append(candidates, one)
	}
	return candidates
}
