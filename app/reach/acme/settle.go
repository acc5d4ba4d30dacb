package acme

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	settleTimeout  = 3 * time.Minute
	settleInterval = 4 * time.Second
	queryTimeout   = 5 * time.Second
	maxServers     = 8
	maxSearches    = 3 // for servers, which a resolver may not know at once
)

// zoneServers ask the servers of a record's own zone, which no cache stands
// before: a resolver that has been asked too early says "no such name" for long.
type zoneServers struct{}

// settle waits until all servers that answer have the record. Where none can be
// asked, or they take too long, the authority finds out: no error.
func (z zoneServers) settle(ctx context.Context, name, value string) error {
	within, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	ticker := time.NewTicker(settleInterval)
	defer ticker.Stop()
	servers := z.of(within, name)
	for tries := 1; len(servers) == 0 && tries < maxSearches && wait(within, ticker); tries++ {
		servers = z.of(within, name)
	}
	for len(servers) > 0 && !haveAll(within, servers, name, value) && wait(within, ticker) {
	}
	return ctx.Err()
}

// wait is until the next tick; false: no longer.
func wait(ctx context.Context, ticker *time.Ticker) bool {
	select {
	case <-ctx.Done():
		return false
	case <-ticker.C:
		return true
	}
}

// of are the addresses of the servers of the zone that name is in.
func (zoneServers) of(ctx context.Context, name string) []string {
	for zone := name; strings.Contains(zone, "."); _, zone, _ = strings.Cut(zone, ".") {
		found, err := net.DefaultResolver.LookupNS(ctx, zone+".")
		if err != nil || len(found) == 0 {
			continue
		}
		var addrs []string
		for _, server := range found[:min(len(found), maxServers)] {
			list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", server.Host)
			if err == nil && len(list) > 0 {
				addrs = append(addrs, net.JoinHostPort(list[0].Unmap().String(), "53"))
			}
		}
		return addrs
	}
	return nil
}

func haveAll(ctx context.Context, servers []string, name, value string) bool {
	answered := 0
	for _, server := range servers {
		has, ok := hasRecord(ctx, server, name, value)
		if ok && !has {
			return false
		}
		if ok {
			answered++
		}
	}
	return answered > 0
}

// hasRecord asks one server; ok is false where it does not answer.
func hasRecord(ctx context.Context, server, name, value string) (has, ok bool) {
	client := &dns.Client{Timeout: queryTimeout}
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeTXT)
	question.RecursionDesired = false
	answer, _, err := client.ExchangeContext(ctx, question, server)
	if err == nil && answer.Truncated {
		client.Net = "tcp"
		answer, _, err = client.ExchangeContext(ctx, question, server)
	}
	if err != nil {
		return false, false
	}
	for _, record := range answer.Answer {
		if txt, isText := record.(*dns.TXT); isText && slices.Contains(txt.Txt, value) {
			return true, true
		}
	}
	return false, true
}
