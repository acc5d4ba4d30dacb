package participant

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"testing"
)

// A host is reached under a name that no resolver knows, with a certificate of an
// authority that the system does not trust.
func TestWay(t *testing.T) {
	t.Parallel()
	h := newHost(t, withTLS)
	roots := x509.NewCertPool()
	roots.AddCert(h.http.Certificate())
	asked := make(chan string, 10)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		asked <- address
		return (&net.Dialer{}).DialContext(ctx, network, h.http.Listener.Addr().String())
	}
	refuse := errors.New("no way there")
	for name, test := range map[string]struct {
		way  Way
		want error
	}{
		"there":      {Way{Dial: dial, Roots: roots}, nil},
		"no trust":   {Way{Dial: dial}, ErrUntrusted},
		"no way":     {Way{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, refuse }}, refuse},
		"no address": {Way{Roots: roots}, ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ParseLink("wss://example.com.invalid/_takos/v2/call?token=" + h.token("alice"))
			must(t, err)
			if test.want == nil {
				// What httptest's certificate is for.
				l.Base = "https://example.com"
			}
			l.Way = &test.way
			if _, err := tryJoin(t, "alice", l); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	if got := <-asked; got != "example.com:443" && got != "example.com.invalid:443" {
		t.Errorf("asked for %s", got)
	}
}
