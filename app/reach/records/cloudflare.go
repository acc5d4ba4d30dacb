package records

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
)

// cloudflare is api.cloudflare.com/client/v4; the token needs Zone.DNS:Edit and
// Zone.Zone:Read.
type cloudflare struct{ rest }

func newCloudflare(client *http.Client, base, token string) *cloudflare {
	if base == "" {
		base = "https://api.cloudflare.com/client/v4"
	}
	return &cloudflare{rest{client, base, "Bearer " + token}}
}

type cloudflareRecord struct {
	ID      string `json:"id,omitempty"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Content string `json:"content"`
	TTL     int    `json:"ttl"`
}

// zone is the id of the zone that name is in.
func (c *cloudflare) zone(ctx context.Context, name string) (id string, err error) {
	_, err = firstZone(name, func(zone string) (bool, error) {
		var answer struct {
			Result []struct {
				ID string `json:"id"`
			} `json:"result"`
		}
		if err := c.do(ctx, http.MethodGet, "/zones?name="+url.QueryEscape(zone), nil, &answer); err != nil {
			return false, err
		}
		if len(answer.Result) > 0 {
			id = answer.Result[0].ID
		}
		return id != "", nil
	})
	return id, err
}

func (c *cloudflare) list(ctx context.Context, zone, kind, name string) ([]cloudflareRecord, error) {
	var answer struct {
		Result []cloudflareRecord `json:"result"`
	}
	query := url.Values{"type": {kind}, "name": {name}, "per_page": {"100"}}
	err := c.do(ctx, http.MethodGet, "/zones/"+url.PathEscape(zone)+"/dns_records?"+query.Encode(), nil, &answer)
	return answer.Result, err
}

// Present adds a record.
func (c *cloudflare) Present(ctx context.Context, name, value string) error {
	zone, err := c.zone(ctx, name)
	if err != nil {
		return err
	}
	// Cloudflare wants the content as in a zone file.
	record := cloudflareRecord{Type: "TXT", Name: name, Content: quoted(value), TTL: recordTTLSeconds}
	return c.do(ctx, http.MethodPost, "/zones/"+url.PathEscape(zone)+"/dns_records", record, nil)
}

// CleanUp removes it.
func (c *cloudflare) CleanUp(ctx context.Context, name, value string) error {
	zone, err := c.zone(ctx, name)
	if err != nil {
		return err
	}
	found, err := c.list(ctx, zone, "TXT", name)
	if err != nil {
		return err
	}
	for _, record := range found {
		if unquoted(record.Content) != value {
			continue
		}
		if err := c.do(ctx, http.MethodDelete, c.path(zone, record.ID), nil, nil); err != nil && !isNotFound(err) {
			return err
		}
	}
	return nil
}

// SetAddresses changes the one record of each family, or adds it.
func (c *cloudflare) SetAddresses(ctx context.Context, name string, v4, v6 netip.Addr) error {
	zone, err := c.zone(ctx, name)
	if err != nil {
		return err
	}
	for kind, addr := range map[string]netip.Addr{"A": v4, "AAAA": v6} {
		if !addr.IsValid() {
			continue
		}
		if err := c.setAddress(ctx, zone, cloudflareRecord{Type: kind, Name: name, Content: addr.String(), TTL: recordTTLSeconds}); err != nil {
			return err
		}
	}
	return nil
}

func (c *cloudflare) setAddress(ctx context.Context, zone string, record cloudflareRecord) error {
	found, err := c.list(ctx, zone, record.Type, record.Name)
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return c.do(ctx, http.MethodPost, "/zones/"+url.PathEscape(zone)+"/dns_records", record, nil)
	case len(found) == 1 && found[0].Content == record.Content:
		return nil
	}
	// What else is set there, such as Cloudflare's proxy, stays as it is.
	change := map[string]string{"content": record.Content}
	return c.do(ctx, http.MethodPatch, c.path(zone, found[0].ID), change, nil)
}

func (c *cloudflare) path(zone, record string) string {
	return "/zones/" + url.PathEscape(zone) + "/dns_records/" + url.PathEscape(record)
}
