package records

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// desec is desec.io/api/v1: record sets are read and written whole.
type desec struct{ rest }

// desecTTLSeconds is the least that deSEC takes.
const desecTTLSeconds = 3600

func newDesec(client *http.Client, base, token string) *desec {
	if base == "" {
		base = "https://desec.io/api/v1"
	}
	return &desec{rest{client, base, "Token " + token}}
}

type desecSet struct {
	Subname string   `json:"subname"`
	Type    string   `json:"type"`
	TTL     int      `json:"ttl"`
	Records []string `json:"records"`
}

// Present adds a value to the set.
func (d *desec) Present(ctx context.Context, name, value string) error {
	return d.change(ctx, name, func(values []string) []string { return withValue(values, value) })
}

// CleanUp takes it out; a set without values is gone.
func (d *desec) CleanUp(ctx context.Context, name, value string) error {
	return d.change(ctx, name, func(values []string) []string { return withoutValue(values, value) })
}

func (d *desec) change(ctx context.Context, name string, change func([]string) []string) error {
	var domains []struct {
		Name string `json:"name"`
	}
	if err := d.do(ctx, http.MethodGet, "/domains/?owns_qname="+url.QueryEscape(name), nil, &domains); err != nil {
		return err
	}
	if len(domains) == 0 {
		return ErrNoZone
	}
	zone := domains[0].Name
	subname := strings.TrimPrefix(relative(name, zone), "@")
	path := "/domains/" + url.PathEscape(zone) + "/rrsets/"
	var set desecSet
	err := d.do(ctx, http.MethodGet, path+url.PathEscape(relative(name, zone))+"/TXT/", nil, &set)
	if err != nil && !isNotFound(err) {
		return err
	}
	return d.do(ctx, http.MethodPatch, path, []desecSet{{subname, "TXT", desecTTLSeconds, change(set.Records)}}, nil)
}

// gandi is api.gandi.net/v5/livedns, with a personal access token.
type gandi struct{ rest }

// gandiTTLSeconds is the least that Gandi takes.
const gandiTTLSeconds = 300

func newGandi(client *http.Client, base, token string) *gandi {
	if base == "" {
		base = "https://api.gandi.net/v5/livedns"
	}
	return &gandi{rest{client, base, "Bearer " + token}}
}

type gandiSet struct {
	TTL    int      `json:"rrset_ttl"`
	Values []string `json:"rrset_values"`
}

// Present adds a value to the set.
func (g *gandi) Present(ctx context.Context, name, value string) error {
	return g.change(ctx, name, func(values []string) []string { return withValue(values, value) })
}

// CleanUp takes it out.
func (g *gandi) CleanUp(ctx context.Context, name, value string) error {
	return g.change(ctx, name, func(values []string) []string { return withoutValue(values, value) })
}

func (g *gandi) change(ctx context.Context, name string, change func([]string) []string) error {
	zone, err := firstZone(name, func(zone string) (bool, error) {
		err := g.do(ctx, http.MethodGet, "/domains/"+url.PathEscape(zone), nil, nil)
		if isNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	path := "/domains/" + url.PathEscape(zone) + "/records/" + url.PathEscape(relative(name, zone)) + "/TXT"
	var set gandiSet
	if err := g.do(ctx, http.MethodGet, path, nil, &set); err != nil && !isNotFound(err) {
		return err
	}
	values := change(set.Values)
	if len(values) > 0 {
		return g.do(ctx, http.MethodPut, path, gandiSet{gandiTTLSeconds, values}, nil)
	}
	if err := g.do(ctx, http.MethodDelete, path, nil, nil); err != nil && !isNotFound(err) {
		return err
	}
	return nil
}

// withValue and withoutValue keep the values as in a zone file, in quotes.
func withValue(values []string, value string) []string {
	return append(withoutValue(values, value), quoted(value))
}

func withoutValue(values []string, value string) []string {
	kept := make([]string, 0, len(values)+1)
	for _, v := range values {
		if unquoted(v) != value && !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func quoted(value string) string { return `"` + value + `"` }

func unquoted(value string) string { return strings.Trim(value, `"`) }
