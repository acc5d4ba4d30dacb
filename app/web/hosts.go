package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hostCheck refuses requests made under a name that is not this host's: a
// foreign page whose name was made to resolve to this machine (DNS rebinding)
// would count as the host's own.
type hostCheck struct {
	names   map[string]bool
	domain  func() string
	proxies []netip.Prefix
}

func newHostCheck(names []string, domain func() string, proxies []netip.Prefix) *hostCheck {
	c := &hostCheck{names: map[string]bool{"localhost": true}, domain: domain, proxies: proxies}
	for _, name := range names {
		c.names[plainName(name)] = true
	}
	return c
}

func plainName(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func (c *hostCheck) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A trusted proxy has chosen this host by rules of its own.
		if !c.knows(r.Host) && !IsViaProxy(r) {
			http.Error(w, "This host does not know itself by that name. "+
				"Its owner can set public_url in the settings.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// knows takes every IP address: a name cannot be rebound to pass for one.
func (c *hostCheck) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	name := plainName(host)
	return name != "" && (c.names[name] || name == plainName(c.domain()))
}
