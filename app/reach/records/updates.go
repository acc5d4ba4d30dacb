package records

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	updateTimeout = 15 * time.Second
	// tsigFudge is by how many seconds the clocks may differ (RFC 8945 section 10).
	tsigFudge = 300
)

// updates changes a zone at its own server by RFC 2136, with a key of both
// (TSIG, RFC 8945).
type updates struct {
	server    string // with its port
	zone      string // "": the server knows
	keyName   string // "": no key
	secret    string // base64
	algorithm string
}

func newUpdates(settings map[string]string) (*updates, error) {
	u := &updates{server: settings["server"], zone: settings["zone"], secret: settings["key"]}
	if _, _, err := net.SplitHostPort(u.server); err != nil {
		u.server = net.JoinHostPort(strings.Trim(u.server, "[]"), "53")
	}
	if name := settings["key_name"]; name != "" {
		u.keyName = dns.CanonicalName(name)
	}
	if (u.keyName == "") != (u.secret == "") {
		return nil, fmt.Errorf("%w: rfc2136 needs both \"key_name\" and \"key\", or neither", ErrConfig)
	}
	switch strings.ToLower(strings.TrimSuffix(settings["algorithm"], ".")) {
	case "", "hmac-sha256":
		u.algorithm = dns.HmacSHA256
	case "hmac-sha512":
		u.algorithm = dns.HmacSHA512
	case "hmac-sha384":
		u.algorithm = dns.HmacSHA384
	case "hmac-sha1":
		u.algorithm = dns.HmacSHA1
	default:
		return nil, fmt.Errorf("%w: \"algorithm\" is none of hmac-sha1, hmac-sha256, hmac-sha384, hmac-sha512", ErrConfig)
	}
	return u, nil
}

// Present adds a record.
func (u *updates) Present(ctx context.Context, name, value string) error {
	return u.update(ctx, name, func(m *dns.Msg) { m.Insert([]dns.RR{textRecord(name, value)}) })
}

// CleanUp removes it.
func (u *updates) CleanUp(ctx context.Context, name, value string) error {
	return u.update(ctx, name, func(m *dns.Msg) { m.Remove([]dns.RR{textRecord(name, value)}) })
}

func textRecord(name, value string) dns.RR {
	return &dns.TXT{
		Hdr: dns.RR_Header{Name: dns.Fqdn(name), Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: recordTTLSeconds},
		Txt: []string{value},
	}
}

func (u *updates) update(ctx context.Context, name string, change func(*dns.Msg)) error {
	zone, err := u.zoneOf(ctx, name)
	if err != nil {
		return err
	}
	message := new(dns.Msg).SetUpdate(zone)
	change(message)
	answer, err := u.exchange(ctx, message)
	if err != nil {
		return err
	}
	switch answer.Rcode {
	case dns.RcodeSuccess:
		return nil
	case dns.RcodeNotAuth, dns.RcodeBadSig, dns.RcodeBadKey, dns.RcodeBadTime:
		return fmt.Errorf("%w (%s)", ErrDenied, dns.RcodeToString[answer.Rcode])
	case dns.RcodeNotZone:
		return ErrNoZone
	}
	return fmt.Errorf("%w (%s)", ErrRefused, dns.RcodeToString[answer.Rcode])
}

// zoneOf asks the server itself which of its zones a name is in.
func (u *updates) zoneOf(ctx context.Context, name string) (string, error) {
	if u.zone != "" {
		return dns.Fqdn(u.zone), nil
	}
	for _, zone := range zonesOf(name) {
		answer, err := u.exchange(ctx, new(dns.Msg).SetQuestion(dns.Fqdn(zone), dns.TypeSOA))
		if err != nil {
			return "", err
		}
		for _, record := range answer.Answer {
			if soa, ok := record.(*dns.SOA); ok && answer.Authoritative && strings.EqualFold(soa.Hdr.Name, dns.Fqdn(zone)) {
				return soa.Hdr.Name, nil
			}
		}
	}
	return "", ErrNoZone
}

// exchange is by TCP, which needs no guessing about lengths and lost packets.
func (u *updates) exchange(ctx context.Context, message *dns.Msg) (*dns.Msg, error) {
	client := &dns.Client{Net: "tcp", Timeout: updateTimeout}
	if u.keyName != "" {
		client.TsigSecret = map[string]string{u.keyName: u.secret}
		message.SetTsig(u.keyName, u.algorithm, tsigFudge, time.Now().Unix())
	}
	answer, _, err := client.ExchangeContext(ctx, message, u.server)
	if err != nil && answer != nil && answer.Rcode != dns.RcodeSuccess {
		return answer, nil // a refusal that the server could not sign
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return answer, nil
}
