package records

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// recordTTLSeconds is how long caches may keep what is set; providers that want
// more say so.
const recordTTLSeconds = 60

// Texts sets and removes TXT records. A name has no dot at its end; several
// values may be under one. Removing what is not there is no error.
type Texts interface {
	Present(ctx context.Context, name, value string) error
	CleanUp(ctx context.Context, name, value string) error
}

// Addresses sets the address records of a name. An invalid address leaves its
// family as it is.
type Addresses interface {
	SetAddresses(ctx context.Context, name string, v4, v6 netip.Addr) error
}

// Config says where the zone is.
type Config struct {
	// Provider is one of Providers, or Hook.
	Provider string
	// Settings are the provider's own, such as "token".
	Settings map[string]string
	// Hook is a program with arguments, for the provider Hook.
	Hook []string
	// BaseURL is the provider's interface, for tests; "": the real one.
	BaseURL string
	Client  *http.Client // nil: one with a time limit
}

// Hook is the provider that is a program of the owner's.
const Hook = "hook"

// keysOf are the settings that each provider needs, and may have.
func keysOf(provider string) (needed, optional []string, known bool) {
	switch provider {
	case "cloudflare", "desec", "digitalocean", "duckdns", "gandi":
		return []string{"token"}, nil, true
	case "rfc2136":
		return []string{"server"}, []string{"key_name", "key", "algorithm", "zone"}, true
	case Hook:
		return nil, nil, true
	}
	return nil, nil, false
}

// Providers are those that NewTexts knows.
func Providers() []string {
	return []string{"cloudflare", "desec", "digitalocean", "duckdns", "gandi", Hook, "rfc2136"}
}

func (c *Config) validate() error {
	needed, optional, known := keysOf(c.Provider)
	if !known {
		return fmt.Errorf("%w: no provider is called %q, but %s", ErrConfig, c.Provider, strings.Join(Providers(), ", "))
	}
	for _, key := range needed {
		if c.Settings[key] == "" {
			return fmt.Errorf("%w: %s needs %q", ErrConfig, c.Provider, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Settings)) {
		if !slices.Contains(needed, key) && !slices.Contains(optional, key) {
			return fmt.Errorf("%w: %s has no setting %q", ErrConfig, c.Provider, key)
		}
	}
	if c.Provider == Hook && (len(c.Hook) == 0 || c.Hook[0] == "") {
		return fmt.Errorf("%w: no program is named", ErrConfig)
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: noRedirect}
	}
	return nil
}

// noRedirect keeps tokens from following a provider's answer elsewhere.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// NewTexts checks the settings; nothing is sent.
func NewTexts(config Config) (Texts, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	token := config.Settings["token"]
	switch config.Provider {
	case "cloudflare":
		return newCloudflare(config.Client, config.BaseURL, token), nil
	case "desec":
		return newDesec(config.Client, config.BaseURL, token), nil
	case "digitalocean":
		return newDigitalOcean(config.Client, config.BaseURL, token), nil
	case "gandi":
		return newGandi(config.Client, config.BaseURL, token), nil
	case "duckdns":
		return newDuckDNS(config.Client, config.BaseURL, token), nil
	case "rfc2136":
		return newUpdates(config.Settings)
	}
	return &Program{Command: config.Hook}, nil
}

// NewAddresses is for those who change addresses too.
func NewAddresses(config Config) (Addresses, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	token := config.Settings["token"]
	switch config.Provider {
	case "cloudflare":
		return newCloudflare(config.Client, config.BaseURL, token), nil
	case "duckdns":
		return newDuckDNS(config.Client, config.BaseURL, token), nil
	case Hook:
		return &Program{Command: config.Hook}, nil
	}
	return nil, fmt.Errorf("%w: %s sets no addresses here", ErrConfig, config.Provider)
}

// zonesOf are the names that a name's zone may have, the longest first.
func zonesOf(name string) []string {
	var zones []string
	for zone := name; strings.Contains(zone, "."); _, zone, _ = strings.Cut(zone, ".") {
		zones = append(zones, zone)
	}
	return zones
}

// relative is name without its zone, "@" for the zone itself.
func relative(name, zone string) string {
	if short, ok := strings.CutSuffix(name, "."+zone); ok {
		return short
	}
	return "@"
}
