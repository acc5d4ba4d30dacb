package ice

import (
	"net/netip"
	"strconv"
)

// Priority of RFC 8445 §5.1.2.1: type preference (8 bits), local preference
// (16 bits), 256 minus the component, which is RTP with RTCP beside it.
const (
	hostTypePreference     = 126
	highestLocalPreference = 65535
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
}

// HostCandidates makes UDP host candidates of the server's addresses, the
// first with the highest priority. Addresses nobody can send to (unspecified,
// port 0) are left out, and IPv6 zones, which mean nothing elsewhere.
func HostCandidates(addrs []netip.AddrPort) []Candidate {
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
			foundations[ip] = "udp" + strconv.Itoa(len(foundations)+1)
		}
		candidates = append(candidates, Candidate{
			Foundation: foundations[ip],
			Priority:   hostPriority(len(candidates)),
			Address:    ip.String(),
			Ip:         ip.String(),
			Protocol:   "udp",
			Port:       addr.Port(),
			Type:       "host",
		})
	}
	return candidates
}

func hostPriority(place int) uint32 {
	preference := max(0, highestLocalPreference-place)
	return hostTypePreference<<24 | uint32(preference)<<8 | componentPreference
}
