package config

import (
	"net/netip"
	"strings"

	"takoshome/app/identity"
)

// minAPIKeyBytes keeps keys from being guessed over the network. On this computer
// any will do: the takos server of April 2025 has a short one written into it.
const minAPIKeyBytes = 16

// Domain is a takos domain, in lower case.
type Domain string

// UnmarshalText reads a domain; "" is none.
func (d *Domain) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = ""
		return nil
	}
	parsed, err := identity.ParseDomain(string(text))
	if err != nil {
		return ErrDomain
	}
	*d = Domain(parsed)
	return nil
}

// Name is the part of a takos id before the @.
type Name string

// UnmarshalText reads a name; "" is none.
func (n *Name) UnmarshalText(text []byte) error {
	if len(text) > 0 {
		if _, err := identity.MakeID(string(text), "a.example"); err != nil {
			return ErrName
		}
	}
	*n = Name(text)
	return nil
}

// Peer is another server with the address that DNS does not have.
type Peer struct {
	Domain Domain
	Addr   netip.AddrPort
}

// UnmarshalText reads "b.example=ADDR:PORT".
func (p *Peer) UnmarshalText(text []byte) error {
	domain, addr, found := strings.Cut(string(text), "=")
	if !found {
		return ErrPeer
	}
	return p.set(domain, addr)
}

func (p *Peer) set(domain, addr string) error {
	parsed, err := netip.ParseAddrPort(strings.TrimSpace(addr))
	if err != nil || parsed.Port() == 0 || parsed.Addr().IsUnspecified() || parsed.Addr().IsMulticast() {
		return ErrPeer
	}
	name, err := identity.ParseDomain(strings.TrimSpace(domain))
	if err != nil {
		return ErrPeer
	}
	*p = Peer{Domain(name), netip.AddrPortFrom(parsed.Addr().Unmap(), parsed.Port())}
	return nil
}
