package federation

import (
	"net/netip"
	"strings"

	"takoshome/app/identity"
)

// Hosts are servers whose addresses DNS does not have, by domain. They alone may
// be at addresses that are not public.
type Hosts map[string]netip.AddrPort

func (h Hosts) clone() (Hosts, error) {
	own := Hosts{}
	for name, address := range h {
		domain, err := identity.ParseDomain(name)
		if err != nil || !address.IsValid() || address.Port() == 0 {
			return nil, errBadHost
		}
		own[domain] = address
	}
	return own, nil
}

// checkDomain gives a server's domain in lower case: a host name of at least two
// labels, without port, path, user or address, or one of the Hosts.
func (s *Service) checkDomain(text string) (string, error) {
	domain, err := identity.ParseDomain(text)
	if err != nil || domain == s.config.Domain {
		return "", ErrBadDomain
	}
	if _, named := s.config.Hosts[domain]; named {
		return domain, nil
	}
	if !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".localhost") {
		return "", ErrBadDomain
	}
	return domain, nil
}
