package reach

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const (
	// Browsers refuse certificates of over 398 days, also such that a person
	// has accepted.
	certificateLife = 397 * 24 * time.Hour
	renewBefore     = 30 * 24 * time.Hour
	// clockSlack lets in friends whose clocks are late.
	clockSlack = 24 * time.Hour
)

// SelfSignedConfig says what certificate to make.
type SelfSignedConfig struct {
	// Path is the file that keeps certificate and key, for its owner alone.
	Path string
	// Names and Addrs are what friends may open; a certificate without one of
	// them is replaced.
	Names []string
	Addrs []netip.Addr
	// Others stand in a new certificate too, but are worth no replacing: the
	// machine's own addresses, some of which change every day.
	Others []netip.Addr
	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger
}

func (c *SelfSignedConfig) validate() error {
	if c.Path == "" {
		return errNoPath
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// SelfSigned is a certificate that vouches for itself. Browsers warn of it once
// and remember it, so the same one is used for as long as it is good.
type SelfSigned struct {
	config SelfSignedConfig

	mu      sync.Mutex
	current *tls.Certificate // mu protects it; never nil, itself never changed
}

// NewSelfSigned takes the certificate from the file, or makes a new one where
// that is missing, near its end, or lacks a name or an address.
func NewSelfSigned(config SelfSignedConfig) (*SelfSigned, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	s := &SelfSigned{config: config}
	if kept, err := tls.LoadX509KeyPair(config.Path, config.Path); err == nil && s.isGood(&kept) {
		s.current = &kept
		return s, nil
	}
	fresh, err := s.renew()
	if err != nil {
		return nil, err
	}
	s.current = fresh
	return s, nil
}

// GetCertificate is for tls.Config; it renews the certificate before its end.
func (s *SelfSigned) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isFresh(s.current) {
		fresh, err := s.renew()
		if err != nil {
			s.config.Logger.Warn("certificate could not be renewed", "error", err)
			return s.current, nil
		}
		s.current = fresh
	}
	return s.current, nil
}

func (s *SelfSigned) isGood(c *tls.Certificate) bool {
	if !s.isFresh(c) {
		return false
	}
	for _, name := range s.config.Names {
		if c.Leaf.VerifyHostname(name) != nil {
			return false
		}
	}
	for _, addr := range s.config.Addrs {
		if c.Leaf.VerifyHostname(addr.String()) != nil {
			return false
		}
	}
	return true
}

func (s *SelfSigned) isFresh(c *tls.Certificate) bool {
	now := s.config.Now()
	return now.After(c.Leaf.NotBefore) && now.Before(c.Leaf.NotAfter.Add(-renewBefore))
}

func (s *SelfSigned) renew() (*tls.Certificate, error) {
	text, err := s.generate(s.config.Now())
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	if err := WriteSecret(s.config.Path, text); err != nil {
		return nil, fmt.Errorf("keep certificate: %w", err)
	}
	c, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	return &c, nil
}

// generate gives certificate and key in PEM, one after the other.
func (s *SelfSigned) generate(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "Takos Home"},
		NotBefore:             now.Add(-clockSlack),
		NotAfter:              now.Add(certificateLife - clockSlack),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              s.config.Names,
	}
	for _, addr := range slices.Concat(s.config.Addrs, s.config.Others) {
		template.IPAddresses = append(template.IPAddresses, net.IP(addr.AsSlice()))
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), nil
}

// WriteSecret puts text into a file for its owner alone, whole or not at all.
func WriteSecret(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
