package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority is a certificate authority of a test, and knows where the domains of
// the test are.
type authority struct {
	file  string // its certificate, as --ca-file takes it
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	gates map[string]*gate
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	return must(makeAuthority(t.TempDir()))(t)
}

func makeAuthority(dir string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &authority{file: filepath.Join(dir, "ca.pem"), cert: cert, key: key, gates: map[string]*gate{}}
	return a, os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

// files are a domain's certificate and its key, as --tls takes them.
func (a *authority) files(t testing.TB, domain string) (cert, key string) {
	t.Helper()
	return a.filesUntil(t, domain, time.Now().Add(24*time.Hour))
}

// filesUntil are files of a certificate that ends then.
func (a *authority) filesUntil(t testing.TB, domain string, end time.Time) (cert, key string) {
	t.Helper()
	private := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: end,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, cert, "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, template, a.cert, private.Public(), a.key))(t))
	writePEM(t, key, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(private))(t))
	return cert, key
}

// certificate is what files has.
func (a *authority) certificate(t testing.TB, domain string) tls.Certificate {
	t.Helper()
	cert, key := a.files(t, domain)
	return must(tls.LoadX509KeyPair(cert, key))(t)
}

// gate is the door of a domain; the same for each asking.
func (a *authority) gate(t testing.TB, domain string) *gate {
	t.Helper()
	if a.gates[domain] == nil {
		a.gates[domain] = newGate(t)
	}
	return a.gates[domain]
}

// hosts is where the domains are, as `[federation.hosts]` has it.
func (a *authority) hosts() map[string]netip.AddrPort {
	hosts := map[string]netip.AddrPort{}
	for domain, gate := range a.gates {
		hosts[domain] = gate.addr()
	}
	return hosts
}

// client speaks HTTPS to the domains of the test.
func (a *authority) client() *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{
		TLSClientConfig:   a.clientTLS(),
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			if gate := a.gates[host]; gate != nil {
				address = gate.addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
	}}
}

func (a *authority) clientTLS() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

func writePEM(t testing.TB, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
