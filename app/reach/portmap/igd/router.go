package igd

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Router is a router that was found and described itself.
type Router struct {
	config   Config
	http     *http.Client
	name     string
	wan      service // its kind is empty where the router does not map ports
	firewall service // its kind is empty where the router does not open IPv6 ports
}

// Find searches for the router and has it describe itself.
func Find(ctx context.Context, config Config) (*Router, error) {
	config.fill()
	r := &Router{config: config, http: config.newHTTP()}
	var found bool
	err := config.search(ctx, func(location *url.URL) bool {
		found = r.describe(ctx, location)
		return found
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, ErrNotFound
	}
	return r, nil
}

// Name is what the router calls itself.
func (r *Router) Name() string { return r.name }

// describe tells whether a location has what this address needs.
func (r *Router) describe(ctx context.Context, location *url.URL) bool {
	from := netip.AddrPortFrom(r.config.Gateway, 0)
	status, text, err := fetch(ctx, r.http, http.MethodGet, r.config.zoned(location), nil, "")
	if err != nil || status != http.StatusOK {
		if err == nil {
			err = fmt.Errorf("%w: status %d", ErrMalformed, status)
		}
		r.config.Ignored("description: "+err.Error(), from)
		return false
	}
	d, err := parseDescription(strings.NewReader(string(text)))
	if err != nil {
		r.config.Ignored("description: "+err.Error(), from)
		return false
	}
	r.name = d.name
	r.choose(ctx, d.resolve(location, r.config.owns))
	if r.config.Local.Is6() {
		return r.firewall.kind != ""
	}
	return r.wan.kind != ""
}

// choose takes the services to use. A router with several ways out has one
// service for each, and mostly one of them leads anywhere.
func (r *Router) choose(ctx context.Context, services []service) {
	var ways []service
	for _, s := range services {
		if u, err := url.Parse(s.control); err == nil {
			s.control = r.config.zoned(u)
		}
		switch {
		case strings.Contains(s.kind, ":service:WANIPv6FirewallControl:"):
			r.firewall = s
		case strings.Contains(s.kind, ":service:WANIPConnection:"), strings.Contains(s.kind, ":service:WANPPPConnection:"):
			ways = append(ways, s)
		}
	}
	slices.SortStableFunc(ways, func(a, b service) int { return strings.Compare(b.kind[len(b.kind)-1:], a.kind[len(a.kind)-1:]) })
	if len(ways) == 0 || r.config.Local.Is6() {
		return
	}
	r.wan = ways[0]
	const maxTried = 4
	for _, s := range ways[:min(len(ways), maxTried)] {
		if addr, err := r.externalAddr(ctx, s); err == nil && addr.IsValid() {
			r.wan = s
			return
		}
	}
}

// ExternalAddr is the router's address outside.
func (r *Router) ExternalAddr(ctx context.Context) (netip.Addr, error) {
	return r.externalAddr(ctx, r.wan)
}

func (r *Router) externalAddr(ctx context.Context, s service) (netip.Addr, error) {
	results, err := r.call(ctx, s, "GetExternalIPAddress")
	if err != nil {
		return netip.Addr{}, err
	}
	addr, err := netip.ParseAddr(results["NewExternalIPAddress"])
	if err != nil || !addr.Is4() || addr.IsUnspecified() {
		return netip.Addr{}, fmt.Errorf("%w: it has no address outside", ErrMalformed)
	}
	return addr, nil
}

// Mapping is a port of IPv4, as a router keeps it.
type Mapping struct {
	Proto       string // "TCP" or "UDP"
	External    uint16
	Internal    netip.AddrPort
	Description string
	Lease       time.Duration // 0: for ever
}

// Add maps a port, or renews it.
func (r *Router) Add(ctx context.Context, m Mapping) error {
	_, err := r.call(
		ctx, r.wan, "AddPortMapping",
		argument{"NewRemoteHost", ""},
		argument{"NewExternalPort", number(m.External)},
		argument{"NewProtocol", m.Proto},
		argument{"NewInternalPort", number(m.Internal.Port())},
		argument{"NewInternalClient", m.Internal.Addr().String()},
		argument{"NewEnabled", "1"},
		argument{"NewPortMappingDescription", m.Description},
		argument{"NewLeaseDuration", seconds(m.Lease)},
	)
	return err
}

// Get gives what the router has at a port outside.
func (r *Router) Get(ctx context.Context, proto string, external uint16) (Mapping, error) {
	results, err := r.call(
		ctx, r.wan, "GetSpecificPortMappingEntry",
		argument{"NewRemoteHost", ""},
		argument{"NewExternalPort", number(external)},
		argument{"NewProtocol", proto},
	)
	if err != nil {
		return Mapping{}, err
	}
	addr, badAddr := netip.ParseAddr(results["NewInternalClient"])
	port, badPort := strconv.ParseUint(results["NewInternalPort"], 10, 16)
	if badAddr != nil || badPort != nil {
		return Mapping{}, fmt.Errorf("%w: entry of a port", ErrMalformed)
	}
	// Some routers leave it out.
	lease, _ := strconv.ParseUint(results["NewLeaseDuration"], 10, 32)
	return Mapping{
		Proto: proto, External: external, Internal: netip.AddrPortFrom(addr, uint16(port)),
		Description: results["NewPortMappingDescription"], Lease: time.Duration(lease) * time.Second,
	}, nil
}

// Delete ends the mapping of a port outside.
func (r *Router) Delete(ctx context.Context, proto string, external uint16) error {
	_, err := r.call(
		ctx, r.wan, "DeletePortMapping",
		argument{"NewRemoteHost", ""},
		argument{"NewExternalPort", number(external)},
		argument{"NewProtocol", proto},
	)
	return err
}

func number(port uint16) string { return strconv.FormatUint(uint64(port), 10) }

// seconds rounds up, so that a lease that ends does not become one that lasts.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
