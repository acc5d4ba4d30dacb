package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// authority vouches for certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"},
		NotBefore: noon.Add(-9000 * time.Hour), NotAfter: noon.Add(9000 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	return authority{sign(t, template, template, key, key), key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// issue makes a certificate for a name, begun so long before noon, and with so much
// left then.
func (a authority) issue(t *testing.T, name string, begun, left time.Duration) *x509.Certificate {
	t.Helper()
	template := leafFor(name, begun, left)
	return sign(t, template, a.certificate, newKey(t), a.key)
}

func leafFor(name string, begun, left time.Duration) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Takos Home"},
		NotBefore: noon.Add(-begun), NotAfter: noon.Add(left),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	return c
}

func selfSigned(t *testing.T, name string, begun, left time.Duration) *x509.Certificate {
	t.Helper()
	template, key := leafFor(name, begun, left), newKey(t)
	return sign(t, template, template, key, key)
}

func TestCertificates(t *testing.T) {
	const name = "home.example"
	known, stranger := newAuthority(t), newAuthority(t)
	roots := x509.NewCertPool()
	roots.AddCert(known.certificate)
	for _, test := range []struct {
		name  string
		chain []*x509.Certificate
		state State
		what  string
	}{
		{"good", []*x509.Certificate{known.issue(t, name, 30*day, 60*day)}, Pass, "ok"},
		{"nearly over", []*x509.Certificate{known.issue(t, name, 85*day, 5*day)}, Warn, "soon"},
		{"short life", []*x509.Certificate{known.issue(t, name, day, 5*day)}, Pass, "ok"},
		{"over", []*x509.Certificate{known.issue(t, name, 90*day, -day)}, Fail, "expired"},
		{"not yet", []*x509.Certificate{known.issue(t, name, -day, 90*day)}, Fail, "notYet"},
		{"wrong name", []*x509.Certificate{known.issue(t, "other.example", day, 90*day)}, Fail, "wrongName"},
		{"of a stranger", []*x509.Certificate{stranger.issue(t, name, day, 90*day)}, Fail, "untrusted"},
		{"self-signed", []*x509.Certificate{selfSigned(t, name, day, 300*day)}, Warn, "selfSigned"},
		{"self-signed and over", []*x509.Certificate{selfSigned(t, name, 300*day, -day)}, Fail, "expired"},
		{"self-signed for another", []*x509.Certificate{selfSigned(t, "other.example", day, 300*day)}, Fail, "wrongName"},
		{"none came", nil, Unknown, "noAnswer"},
	} {
		f := factsAtHome()
		f.Web.Roots, f.web.public.seen.Certificates = roots, test.chain
		got := f.judgeCertificate()
		if got.State != test.state || got.Key != "doctor.certificate."+test.what {
			t.Errorf("%s: got %+v, want %s", test.name, got, test.what)
		}
		wantSentences(t, got)
	}
}

func TestCertificateOfAnAddress(t *testing.T) {
	authority := newAuthority(t)
	roots := x509.NewCertPool()
	roots.AddCert(authority.certificate)
	for _, test := range []struct {
		leaf *x509.Certificate
		what string
	}{
		{selfSigned(t, "198.41.0.4", day, 300*day), "selfSigned"},
		{selfSigned(t, "192.168.1.5", day, 300*day), "selfSigned"}, // browsers warn of it all the same
		{authority.issue(t, "198.41.0.4", day, 90*day), "ok"},
		{authority.issue(t, "home.example", day, 90*day), "wrongName"},
	} {
		f := factsAtHome()
		f.name = name{host: "198.41.0.4", isIP: true}
		f.Web.Roots, f.web.public.seen.Certificates = roots, []*x509.Certificate{test.leaf}
		if got := f.judgeCertificate(); got.Key != "doctor.certificate."+test.what {
			t.Errorf("got %+v, want %s", got, test.what)
		}
	}
}

// While an authority has given nothing, the certificate is one made here.
func TestCertificateThatIsAskedFor(t *testing.T) {
	for authority, what := range map[string]string{"waiting": "asking", "asking": "asking", "failed": "failed", "noName": "noName", "": "selfSigned"} {
		f := factsAtHome()
		f.Web.Authority, f.web.public.seen.Certificates = authority, []*x509.Certificate{selfSigned(t, "home.example", day, 300*day)}
		got := f.judgeCertificate()
		if got.Key != "doctor.certificate."+what {
			t.Errorf("%s: got %+v", authority, got)
		}
		wantSentences(t, got)
	}
}

func TestPlainPage(t *testing.T) {
	f := factsAtHome()
	f.web.url.isTLS, f.Web.IsTLS = false, false
	got := f.judgeCertificate()
	if got.State != Warn || got.Key != "doctor.certificate.plain" {
		t.Errorf("got %+v", got)
	}
	wantSentences(t, got)
}
