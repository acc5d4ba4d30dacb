package doctor

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// soonDays is when a certificate should long have been renewed.
	soonDays = 10
	maxNames = 4
	day      = 24 * time.Hour
	date     = "2006-01-02"
)

func (f *facts) judgeCertificate() Finding {
	chain := f.certificates()
	switch {
	case !f.web.url.isTLS && !f.Web.IsTLS:
		return found(CheckCertificate, Warn, "plain")
	case len(chain) == 0:
		return found(CheckCertificate, Unknown, "noAnswer", "url", f.Web.URL)
	}
	leaf, name := chain[0], f.name.host
	days := strconv.Itoa(int(leaf.NotAfter.Sub(f.now) / day))
	switch {
	case f.now.After(leaf.NotAfter):
		return found(CheckCertificate, Fail, "expired", "name", name, "date", leaf.NotAfter.UTC().Format(date))
	case f.now.Before(leaf.NotBefore):
		return found(CheckCertificate, Fail, "notYet", "name", name, "date", leaf.NotBefore.UTC().Format(date))
	case leaf.VerifyHostname(name) != nil && !f.name.isIP:
		return found(CheckCertificate, Fail, "wrongName", "name", name, "names", namesOf(leaf))
	case isSelfSigned(leaf) && f.Web.Authority == "failed":
		return found(CheckCertificate, Fail, "failed", "name", name)
	case isSelfSigned(leaf) && f.Web.Authority == "noName":
		return found(CheckCertificate, Fail, "noName")
	case isSelfSigned(leaf) && (f.Web.Authority == "waiting" || f.Web.Authority == "asking"):
		return found(CheckCertificate, Unknown, "asking", "name", name)
	case isSelfSigned(leaf):
		return found(CheckCertificate, Warn, "selfSigned", "days", days)
	case leaf.VerifyHostname(name) != nil && f.isTrusted(chain, ""):
		// A name of the certificate's is what friends should open.
		return found(CheckCertificate, Fail, "wrongName", "name", name, "names", namesOf(leaf))
	case !f.isTrusted(chain, name):
		return found(CheckCertificate, Fail, "untrusted", "issuer", issuerOf(leaf))
	case leaf.NotAfter.Sub(f.now) < min(soonDays*day, leaf.NotAfter.Sub(leaf.NotBefore)/4):
		return found(CheckCertificate, Warn, "soon", "name", name, "days", days)
	}
	return found(CheckCertificate, Pass, "ok", "name", name, "days", days)
}

// isTrusted asks for the name too, unless it is empty.
func (f *facts) isTrusted(chain []*x509.Certificate, name string) bool {
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		DNSName:       name,
		Roots:         f.Web.Roots,
		Intermediates: others,
		CurrentTime:   f.now,
	})
	return err == nil
}

// isSelfSigned tells a certificate that vouches for itself from one of an authority.
func isSelfSigned(c *x509.Certificate) bool {
	if !bytes.Equal(c.RawIssuer, c.RawSubject) {
		return false
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	return err == nil || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

func namesOf(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = append(names, c.Subject.CommonName)
	}
	if len(names) > maxNames {
		names = append(names[:maxNames], "…")
	}
	return strings.Join(names, ", ")
}

func issuerOf(c *x509.Certificate) string {
	if len(c.Issuer.Organization) > 0 {
		return c.Issuer.Organization[0]
	}
	if c.Issuer.CommonName != "" {
		return c.Issuer.CommonName
	}
	return c.Issuer.String()
}
