package sfu

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// maxFingerprints bounds a set: a client has two certificates and may announce
// each with a few hash functions.
const maxFingerprints = 16

// DtlsFingerprint is the hash of a certificate (RFC 8122 section 5).
type DtlsFingerprint struct {
	Algorithm string `json:"algorithm"` // "sha-224", "sha-256", "sha-384" or "sha-512"
	Value     string `json:"value"`     // upper case hexadecimal bytes joined by colons
}

// FingerprintSet holds the certificates by which a peer may come. A peer's two
// transports share one set, because a `connect` message need not say which of
// them it is about. Safe for concurrent use.
type FingerprintSet struct {
	mu     sync.Mutex
	values []fingerprint // mu protects
}

type fingerprint struct {
	algorithm string
	hash      []byte
}

// NewFingerprintSet makes an empty set, which no certificate matches.
func NewFingerprintSet() *FingerprintSet {
	return &FingerprintSet{}
}

// Add takes fingerprints into the set, all or none.
func (s *FingerprintSet) Add(fingerprints []DtlsFingerprint) error {
	if len(fingerprints) == 0 {
		return ErrNoFingerprint
	}
	parsed := make([]fingerprint, 0, len(fingerprints))
	for _, f := range fingerprints {
		p, err := parseFingerprint(f)
		if err != nil {
			return err
		}
		parsed = append(parsed, p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	values := s.values
	for _, p := range parsed {
		if !slices.ContainsFunc(values, p.equal) {
			values = append(values, p)
		}
	}
	if len(values) > maxFingerprints {
		return fmt.Errorf("%w DTLS fingerprints", ErrTooMany)
	}
	s.values = values
	return nil
}

func (f fingerprint) equal(other fingerprint) bool {
	return f.algorithm == other.algorithm && bytes.Equal(f.hash, other.hash)
}

// matches reports whether the certificate (DER) is in the set.
func (s *FingerprintSet) matches(certificate []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.values {
		if subtle.ConstantTimeCompare(f.hash, hashCertificate(f.algorithm, certificate)) == 1 {
			return true
		}
	}
	return false
}

func parseFingerprint(f DtlsFingerprint) (fingerprint, error) {
	algorithm := strings.ToLower(f.Algorithm)
	size := len(hashCertificate(algorithm, nil))
	if size == 0 {
		return fingerprint{}, fmt.Errorf("%w: algorithm %.20q", ErrUnsupportedFingerprint, f.Algorithm)
	}
	// "AA:BB:CC": two digits a byte and a colon between them.
	if len(f.Value) != 3*size-1 {
		return fingerprint{}, fmt.Errorf("%w: a %s value has %d bytes", ErrUnsupportedFingerprint, algorithm, size)
	}
	hash, err := hex.DecodeString(strings.ReplaceAll(f.Value, ":", ""))
	if err != nil || len(hash) != size {
		return fingerprint{}, fmt.Errorf("%w: value is not hexadecimal", ErrUnsupportedFingerprint)
	}
	return fingerprint{algorithm: algorithm, hash: hash}, nil
}

// hashCertificate returns nil for an unknown algorithm. SHA-1 and MD5 are left
// out: certificates that collide can be made for them.
func hashCertificate(algorithm string, certificate []byte) []byte {
	switch algorithm {
	case "sha-224":
		sum := sha256.Sum224(certificate)
		return sum[:]
	case "sha-256":
		sum := sha256.Sum256(certificate)
		return sum[:]
	case "sha-384":
		sum := sha512.Sum384(certificate)
		return sum[:]
	case "sha-512":
		sum := sha512.Sum512(certificate)
		return sum[:]
	default:
		return nil
	}
}

// fingerprintOf is our own certificate as clients are told.
func fingerprintOf(certificate []byte) DtlsFingerprint {
	digits := strings.ToUpper(hex.EncodeToString(hashCertificate("sha-256", certificate)))
	pairs := make([]string, 0, len(digits)/2)
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return DtlsFingerprint{Algorithm: "sha-256", Value: strings.Join(pairs, ":")}
}
