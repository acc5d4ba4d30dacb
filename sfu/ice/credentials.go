package ice

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // the hash of MESSAGE-INTEGRITY, RFC 8489 §14.5
	"encoding/binary"
	"fmt"
	"hash"
)

// Lengths of RFC 8445 §5.3, and SDP's upper limit (RFC 8839 §5.4).
const (
	minUsernameFragment = 4
	minPassword         = 22
	maxCredential       = 256

	newUsernameFragment = 16
)

// NewCredentials makes a random username fragment (80 bits) and password
// (128 bits and more). The fragment is long enough that nobody finds a
// transport by guessing.
func NewCredentials() (usernameFragment, password string) {
	return rand.Text()[:newUsernameFragment], rand.Text()
}

// credentials are one pair that checks may be signed with.
type credentials struct {
	usernameFragment string

	// mac is HMAC-SHA1 keyed with the password, reset before each use: a
	// forged check costs no memory.
	mac hash.Hash
	sum [integritySize]byte
}

func newCredentials(usernameFragment, password string) (*credentials, error) {
	if !isCredential(usernameFragment, minUsernameFragment) {
		return nil, fmt.Errorf("%w: username fragment", ErrInvalidConfig)
	}
	if !isCredential(password, minPassword) {
		return nil, fmt.Errorf("%w: password", ErrInvalidConfig)
	}
	return &credentials{
		usernameFragment: usernameFragment,
		mac:              hmac.New(sha1.New, []byte(password)),
	}, nil
}

// signed tells whether MESSAGE-INTEGRITY of the request was made with the
// password. The hash covers the message before the attribute, with a length
// in the header as if the message ended with it (RFC 8489 §14.5).
func (c *credentials) signed(r *request) bool {
	length := r.integrityAt + attributeHeaderSize + integritySize - headerSize
	got := r.packet[r.integrityAt+attributeHeaderSize:][:integritySize]
	return hmac.Equal(got, c.integrity(r.packet[:r.integrityAt], length))
}

// integrity is the hash of a message that ends before MESSAGE-INTEGRITY; the
// result holds until the next call.
func (c *credentials) integrity(message []byte, length int) []byte {
	start := c.sum[:4]
	copy(start, message[:2])
	binary.BigEndian.PutUint16(start[2:], uint16(length))

	// Writing to a hash never fails.
	c.mac.Reset()
	_, _ = c.mac.Write(start)
	_, _ = c.mac.Write(message[4:])
	return c.mac.Sum(c.sum[:0])
}

// isCredential tells whether s has the length and the letters of ice-ufrag
// and ice-pwd (RFC 8839 §5.4: ALPHA / DIGIT / "+" / "/").
func isCredential(s string, minLength int) bool {
	if len(s) < minLength || len(s) > maxCredential {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '+', c == '/':
		default:
			return false
		}
	}
	return true
}
