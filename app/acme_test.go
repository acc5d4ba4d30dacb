package app

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"takoshome/app/calls"
	"takoshome/app/config"
	"takoshome/app/reach/acme"
	"takoshome/app/reach/acme/acmetest"
	"takoshome/sfu/room"
)

// freeAddr is a port that is free for TCP, for those who must be told before.
func freeAddr(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// useAuthority has c ask a for certificates; its HTTPS port is where a looks.
func useAuthority(c *config.Config, a *acmetest.Authority, web netip.AddrPort) {
	c.HTTP = config.Listen{AddrPort: web}
	c.TLS = config.TLS{Mode: config.TLSAcme}
	c.Acme = config.Acme{Directory: config.URL(a.Directory), CAFile: a.CAFile}
}

func hasCertificate(s *Snapshot) bool {
	list := s.Host.Certificates
	return len(list) > 0 && list[0].State == acme.StateGood
}

// Hosting starts at once, with a link that tells the certificate; with the
// authority's, the link needs that no more.
func TestCertificateFromAnAuthority(t *testing.T) {
	web := freeAddr(t)
	authority := acmetest.New(t, acmetest.Config{Ports: acmetest.Ports{TLS: web.Port()}})
	authority.Set(acmetest.Down)
	a := startApp(t, func(c *Config) {
		useAuthority(&c.Settings, authority, web)
		c.Settings.PublicURL = "https://home.test"
	})
	do(t, a, NewInvitation{Room: "room", CallType: room.CallVideo})
	s := waitFor(t, a, func(s *Snapshot) bool {
		return len(s.Host.Certificates) == 1 && s.Host.Certificates[0].Problem == acme.ProblemServer && len(s.Invitations) == 1
	})
	if s.Host.State != HostRunning || s.Host.TLS != "acme" || !strings.Contains(s.Invitations[0].JoinURL, "&f=") {
		t.Errorf("host %+v, link %s", s.Host, s.Invitations[0].JoinURL)
	}
	authority.Set(acmetest.Up)
	do(t, a, StopHosting{})
	do(t, a, StartHosting{})
	s = waitFor(t, a, hasCertificate)
	if strings.Contains(s.Invitations[0].JoinURL, "&f=") {
		t.Errorf("link %s", s.Invitations[0].JoinURL)
	}
	conn, err := (&tls.Dialer{Config: &tls.Config{ServerName: "home.test", RootCAs: authority.Roots(t)}}).
		DialContext(t.Context(), "tcp", web.String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

// Without a name there is nothing to ask for, and hosting goes on all the same.
func TestAuthorityWithoutAName(t *testing.T) {
	authority := acmetest.New(t, acmetest.Config{})
	a := startApp(t, func(c *Config) { useAuthority(&c.Settings, authority, freeAddr(t)) })
	if s := a.Snapshot(); s.Host.State != HostRunning || len(s.Host.Certificates) > 0 {
		t.Errorf("host %+v", s.Host)
	}
	if authority.Orders() > 0 {
		t.Error("something was ordered")
	}
}

func TestAuthoritySettingsAreChecked(t *testing.T) {
	tests := []struct {
		name   string
		change func(*config.Config)
		want   func(error) bool
	}{
		{"no CA file", func(c *config.Config) { c.Acme.CAFile = "/none" }, func(err error) bool {
			var wrong *AcmeError
			return errors.As(err, &wrong)
		}},
		{"listener taken", func(c *config.Config) {
			listener := must(net.Listen("tcp4", "127.0.0.1:0"))(t)
			t.Cleanup(func() { _ = listener.Close() })
			c.Acme.HTTPListen = listenOn(listener.Addr().String())
		}, func(err error) bool {
			var listen *ListenError
			return errors.As(err, &listen) && listen.IsTaken() && listen.Setting == "acme.http_listen"
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := testConfig(t)
			c.Settings.TLS = config.TLS{Mode: config.TLSAcme}
			c.Settings.Acme.Directory = "https://127.0.0.1:1/dir"
			test.change(&c.Settings)
			a := must(New(c))(t)
			if err := a.Start(t.Context()); !test.want(err) {
				t.Errorf("got %v", err)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Where no port is open, a record in the zone does: set by the zone's server, or by
// a program of the owner's, whose failure is told.
func TestCertificateByARecord(t *testing.T) {
	authority := acmetest.New(t, acmetest.Config{})
	for provider, want := range map[config.DNSProvider]acme.Problem{"rfc2136": acme.ProblemNone, "hook": acme.ProblemProvider} {
		t.Run(string(provider), func(t *testing.T) {
			a := startApp(t, func(c *Config) {
				useAuthority(&c.Settings, authority, freeAddr(t))
				c.Settings.Acme.Names = []config.Domain{"home.test"}
				c.Settings.Acme.Provider = provider
				c.Settings.Acme.DNS = map[string]string{"server": authority.DNS.Addr, "zone": "home.test"}
				if provider == "hook" {
					c.Settings.Acme.DNS, c.Settings.Acme.Hook = nil, []string{filepath.Join(t.TempDir(), "none")}
				}
			})
			s := waitFor(t, a, func(s *Snapshot) bool {
				return hasCertificate(s) || len(s.Host.Certificates) == 1 && s.Host.Certificates[0].Problem != acme.ProblemNone
			})
			if got := s.Host.Certificates[0]; got.Problem != want {
				t.Errorf("got %+v", got)
			}
			if want == acme.ProblemNone && !strings.HasPrefix(a.Snapshot().Host.HTTP, "https://home.test:") {
				t.Errorf("friends open %s", a.Snapshot().Host.HTTP)
			}
		})
	}
}

// Other servers reach a domain whose certificate is an authority's, which this
// host asked for as soon as the domain was known.
func TestFederationWithAnAuthoritysCertificate(t *testing.T) {
	w := newWorld(t, "a.example", "b.example")
	web := freeAddr(t)
	authority := acmetest.New(t, acmetest.Config{Ports: acmetest.Ports{TLS: web.Port()}})
	w.ca.file = joinFiles(t, w.ca.file, authority.RootFile(t))
	alice := w.startWith(t, "alice@a.example", func(c *config.Config) { useAuthority(c, authority, web) })
	waitFor(t, alice.App, hasCertificate)
	bob := w.start(t, "bob@b.example")
	befriend(t, alice, bob)
	bob.rings(t, alice.id, room.CallAudio)
	alice.hears(t, calls.EventRequest)
}

// joinFiles puts two files one after the other.
func joinFiles(t *testing.T, paths ...string) string {
	t.Helper()
	var all []byte
	for _, path := range paths {
		all = append(all, must(os.ReadFile(path))(t)...)
	}
	path := filepath.Join(t.TempDir(), "authorities.pem")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
