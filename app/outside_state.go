package app

import (
	"net/netip"
	"time"

	"takoshome/app/reach/portmap"
	"takoshome/turn"
)

// Outside is what is known of the way from the internet to this host. Nothing in
// it says that a port is open: only somebody outside can find that out.
type Outside struct {
	// Named says that the settings have a public URL or addresses to announce: then
	// Host.Reach goes by those.
	Named bool `json:"named"`
	// Online says that some interface has a way out.
	Online bool `json:"online"`
	// Interfaces are this machine's own addresses, Public those that it has in the
	// internet as far as is known.
	Interfaces []netip.Addr    `json:"interfaces"`
	Public     []PublicAddress `json:"public"`
	// StunOff says that the settings name no server to ask for the public address;
	// StunProblem why none has answered, as a word; empty: one has.
	StunOff     bool   `json:"stunOff,omitempty"`
	StunProblem string `json:"stunProblem,omitempty"`
	// NAT is how the router changes addresses: "none", "cone", "symmetric" or "unknown".
	NAT string `json:"nat"`
	// CGNAT says that the provider has another router between the one at home and
	// the internet; without CGNATKnown nothing is known of that.
	CGNAT      bool        `json:"cgnat"`
	CGNATKnown bool        `json:"cgnatKnown"`
	Router     Router      `json:"router"`
	Relay      *RelayState `json:"relay,omitempty"` // nil: off
	Name       *NameState  `json:"name,omitempty"`  // nil: no dynamic name is set up
	// Moved are ports that were taken, and what this host listens on instead.
	Moved []MovedPort `json:"moved,omitempty"`
	// ChangedAt is when any of the above was last another, but for figures and ends
	// of mappings.
	ChangedAt time.Time `json:"changedAt"`
}

// PublicAddress is one address in the internet.
type PublicAddress struct {
	Addr netip.Addr `json:"addr"`
	// Source is "settings" (announce), "stun" (seen by a server outside), "router"
	// (as the router says) or "interface" (this machine's own).
	Source string `json:"source"`
}

// Router is what the router does for this host.
type Router struct {
	// State is "off", "waiting", "searching", "no_router", "failed", "partly" or
	// "mapped"; the last does not mean open (docs/portmap.md).
	State portmap.State `json:"state"`
	// Via is how it was asked: "pcp", "natpmp" or "upnp"; empty: nothing is mapped.
	Via     portmap.Method `json:"via,omitempty"`
	Model   string         `json:"model,omitempty"` // what it calls itself
	Address netip.Addr     `json:"address,omitzero"`
	// External is the router's address outside, as it says.
	External netip.Addr `json:"external,omitzero"`
	// Problem is the first mapping's that has one, a word of docs/portmap.md.
	Problem  portmap.Problem `json:"problem,omitempty"`
	Mappings []RouterMapping `json:"mappings"`
}

// RouterMapping is one port in the router.
type RouterMapping struct {
	Proto portmap.Proto `json:"proto"` // "UDP" or "TCP"
	// Use is what comes to the port: "web", "media", "relay" or "acme" (an authority's look).
	Use      string         `json:"use"`
	Internal netip.AddrPort `json:"internal"`
	// External is not valid where the port is not mapped.
	External  netip.AddrPort  `json:"external,omitzero"`
	Via       portmap.Method  `json:"via,omitempty"`
	Problem   portmap.Problem `json:"problem,omitempty"`
	ExpiresAt time.Time       `json:"expiresAt,omitzero"` // zero: never, or not mapped
}

// RelayState are the relay's addresses, as clients are told, and its figures.
type RelayState struct {
	turn.Stats
	URLs []string `json:"urls"`
}

// NameState is how the name that follows the address fares.
type NameState struct {
	Hostname string `json:"hostname"`
	// State is "waiting", "current", "failed" or "stopped", when only other settings
	// help; Problem a word of package dyndns.
	State     string       `json:"state"`
	Addrs     []netip.Addr `json:"addrs"`
	UpdatedAt time.Time    `json:"updatedAt,omitzero"`
	NextTry   time.Time    `json:"nextTry,omitzero"` // after a failure
	Problem   string       `json:"problem,omitempty"`
}

// MovedPort is a port that another program has.
type MovedPort struct {
	Use    string `json:"use"` // "web", "media" or "relay"
	Wanted uint16 `json:"wanted"`
	Got    uint16 `json:"got"` // 0: none, the use is off
}
