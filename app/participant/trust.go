package participant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

var (
	errOtherCertificate = errors.New("certificate of another fingerprint")
	errNotNear          = errors.New("an unencrypted way may not leave the private network")
)

// Way is how a host is reached whose place or certificate the system does not know.
type Way struct {
	// Dial connects to what a link names; nil: the system does, by its proxy too.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the certificate authorities to trust; nil: the system's.
	Roots *x509.CertPool
}

// TLSConfig trusts the one certificate that the link names, and those that the
// system, or the link's Way, trusts for a name; without one in the link, the
// latter for addresses too.
func (l Link) TLSConfig() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if l.Fingerprint == nil {
		if l.Way != nil {
			c.RootCAs = l.Way.Roots
		}
		return c
	}
	want := *l.Fingerprint
	// Names, dates and issuers say nothing of a certificate that the host made
	// itself: its hash is what the friend gave away.
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errOtherCertificate
		}
		got := sha256.Sum256(state.PeerCertificates[0].Raw)
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 && !l.isVouchedFor(state.PeerCertificates) {
			return errOtherCertificate
		}
		return nil
	}
	return c
}

// isVouchedFor reports whether an authority vouches for the link's name, as it may
// since the link was made. For an address nothing but the link's certificate will
// do: others may have it tomorrow.
func (l Link) isVouchedFor(chain []*x509.Certificate) bool {
	base, err := url.Parse(l.Base)
	if err != nil {
		return false
	}
	if _, err := netip.ParseAddr(base.Hostname()); err == nil {
		return false
	}
	options := x509.VerifyOptions{DNSName: base.Hostname(), Intermediates: x509.NewCertPool()}
	if l.Way != nil {
		options.Roots = l.Way.Roots
	}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err = chain[0].Verify(options)
	return err == nil
}

// Dialer opens the host's TCP connections, from the given address of ours where
// it is valid. Where nothing is encrypted, a name must not lead out of the
// private network.
func (l Link) Dialer(from netip.Addr) *net.Dialer {
	dialer := &net.Dialer{KeepAlive: 15 * time.Second}
	if from.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
	}
	if !l.Secure {
		dialer.ControlContext = onlyNear
	}
	return dialer
}

// Dial opens the host's TCP connections, from the given address of ours where the
// way is left to the system.
func (l Link) Dial(from netip.Addr) func(ctx context.Context, network, address string) (net.Conn, error) {
	if l.Way != nil && l.Way.Dial != nil {
		return l.Way.Dial
	}
	return l.Dialer(from).DialContext
}

func onlyNear(_ context.Context, _, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil || !isNearAddr(addr.Addr()) {
		return errNotNear
	}
	return nil
}

// proxy is the system's for what is encrypted; an unencrypted way goes nowhere
// else, and neither does one that is laid down.
func (l Link) proxy() func(*http.Request) (*netURL, error) {
	if l.Secure && (l.Way == nil || l.Way.Dial == nil) {
		return http.ProxyFromEnvironment
	}
	return nil
}

// problemOf says what it means for the person that a connection did not come about.
func problemOf(err error) error {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		name         x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	switch {
	case errors.Is(err, errOtherCertificate):
		return ErrCertificate
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &verification), errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid):
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	default:
		return fmt.Errorf("%w: %w", ErrUnreachable, withoutURL(err))
	}
}
