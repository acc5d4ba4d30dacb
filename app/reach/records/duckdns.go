package records

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// duckDNS is www.duckdns.org: one request with everything in its query, answered
// by OK or KO. A name has one TXT record, which is everything's below it.
type duckDNS struct {
	client *http.Client
	base   string
	token  string
}

func newDuckDNS(client *http.Client, base, token string) *duckDNS {
	if base == "" {
		base = "https://www.duckdns.org"
	}
	return &duckDNS{client, base, token}
}

// Present replaces the record.
func (d *duckDNS) Present(ctx context.Context, name, value string) error {
	return d.update(ctx, name, url.Values{"txt": {value}})
}

// CleanUp empties it.
func (d *duckDNS) CleanUp(ctx context.Context, name, value string) error {
	return d.update(ctx, name, url.Values{"txt": {value}, "clear": {"true"}})
}

// SetAddresses changes those that are valid.
func (d *duckDNS) SetAddresses(ctx context.Context, name string, v4, v6 netip.Addr) error {
	query := url.Values{}
	if v4.IsValid() {
		query.Set("ip", v4.String())
	}
	if v6.IsValid() {
		query.Set("ipv6", v6.String())
	}
	if len(query) == 0 {
		return nil // without an address it would take where the request comes from
	}
	return d.update(ctx, name, query)
}

func (d *duckDNS) update(ctx context.Context, name string, query url.Values) error {
	label, ok := duckLabel(name)
	if !ok {
		return ErrNoZone
	}
	query.Set("domains", label)
	query.Set("token", d.token)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+"/update?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("%w: its address", ErrConfig)
	}
	request.Header.Set("User-Agent", "TakosHome")
	response, err := d.client.Do(request)
	if err != nil {
		return withoutURL(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1024))
	if err != nil {
		return withoutURL(err)
	}
	if err := refusalOf(response.StatusCode); err != nil {
		return err
	}
	switch answer := strings.TrimSpace(string(text)); {
	case strings.HasPrefix(answer, "OK"):
		return nil
	case strings.HasPrefix(answer, "KO"):
		// Neither token nor name are told apart.
		return ErrDenied
	}
	return ErrRefused
}

// duckLabel is the owner's part of a name: "home" of "x.home.duckdns.org".
func duckLabel(name string) (string, bool) {
	rest, ok := strings.CutSuffix(strings.ToLower(name), ".duckdns.org")
	if !ok || rest == "" {
		return "", false
	}
	return rest[strings.LastIndex(rest, ".")+1:], true
}
