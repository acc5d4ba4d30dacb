package records

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// digitalOcean is api.digitalocean.com/v2.
type digitalOcean struct{ rest }

func newDigitalOcean(client *http.Client, base, token string) *digitalOcean {
	if base == "" {
		base = "https://api.digitalocean.com/v2"
	}
	return &digitalOcean{rest{client, base, "Bearer " + token}}
}

type digitalOceanRecord struct {
	ID   int64  `json:"id,omitempty"`
	Type string `json:"type"`
	Name string `json:"name"`
	Data string `json:"data"`
	TTL  int    `json:"ttl"`
}

func (d *digitalOcean) zone(ctx context.Context, name string) (string, error) {
	return firstZone(name, func(zone string) (bool, error) {
		err := d.do(ctx, http.MethodGet, "/domains/"+url.PathEscape(zone), nil, nil)
		if isNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
}

// Present adds a record.
func (d *digitalOcean) Present(ctx context.Context, name, value string) error {
	zone, err := d.zone(ctx, name)
	if err != nil {
		return err
	}
	record := digitalOceanRecord{Type: "TXT", Name: relative(name, zone), Data: value, TTL: recordTTLSeconds}
	return d.do(ctx, http.MethodPost, "/domains/"+url.PathEscape(zone)+"/records", record, nil)
}

// CleanUp removes it.
func (d *digitalOcean) CleanUp(ctx context.Context, name, value string) error {
	zone, err := d.zone(ctx, name)
	if err != nil {
		return err
	}
	var answer struct {
		Records []digitalOceanRecord `json:"domain_records"`
	}
	path := "/domains/" + url.PathEscape(zone) + "/records"
	query := url.Values{"type": {"TXT"}, "name": {name}, "per_page": {"200"}}
	if err := d.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &answer); err != nil {
		return err
	}
	for _, record := range answer.Records {
		if unquoted(record.Data) != value {
			continue
		}
		err := d.do(ctx, http.MethodDelete, path+"/"+strconv.FormatInt(record.ID, 10), nil, nil)
		if err != nil && !isNotFound(err) {
			return err
		}
	}
	return nil
}
