package dyndns

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"takoshome/app/reach/records"
)

// Config says whom to tell, and for which name.
type Config struct {
	// Provider is "dyndns2", "duckdns", "cloudflare" or "hook".
	Provider string
	// URL is where a server speaks dyndns2; for the others it is the interface's
	// address in tests, "" else.
	URL      string
	Hostname string
	User     string
	Password string // secret; the token for duckdns and cloudflare
	Hook     []string
	// OnChange hears that Status has changed; it must not block. It may be nil.
	OnChange func()
	Logger   *slog.Logger
	Client   *http.Client // nil: one with a time limit
	// Lookup is where the name leads now; nil: as the system says.
	Lookup func(ctx context.Context, name string) ([]netip.Addr, error)

	gather time.Duration // 0: gatherTime
}

func (c *Config) validate() error {
	c.Hostname = strings.ToLower(strings.TrimSuffix(c.Hostname, "."))
	if c.Hostname == "" || strings.ContainsAny(c.Hostname, ", /?&") {
		return fmt.Errorf("%w: no name is given", ErrConfig)
	}
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Client == nil {
		c.Client = &http.Client{
			Timeout: 30 * time.Second,
			// A redirect would take the password elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if c.gather == 0 {
		c.gather = gatherTime
	}
	if c.Lookup == nil {
		c.Lookup = lookup
	}
	return nil
}

func lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name+".")
}

// teller is who tells the addresses.
func (c *Config) teller() (records.Addresses, error) {
	if c.Provider == "dyndns2" {
		base, err := url.Parse(c.URL)
		if err != nil || (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" {
			return nil, fmt.Errorf("%w: dyndns2 needs an address to tell", ErrConfig)
		}
		return &dyndns2{client: c.Client, base: base, user: c.User, password: c.Password}, nil
	}
	addresses, err := records.NewAddresses(records.Config{
		Provider: c.Provider, Settings: c.settings(), Hook: c.Hook, BaseURL: c.URL, Client: c.Client,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return addresses, nil
}

func (c *Config) settings() map[string]string {
	if c.Provider == records.Hook {
		return nil
	}
	return map[string]string{"token": c.Password}
}
