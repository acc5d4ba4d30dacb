package calls

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// Sizes of what is guessed at: 256 bits for a token, 128 for a code, which
// stands in links and QR codes.
const (
	tokenBytes = 32
	codeBytes  = 16
	idBytes    = 6
)

type secretHash [sha256.Size]byte

func hashOf(secret string) secretHash { return sha256.Sum256([]byte(secret)) }

// newSecret gives n random bytes in base64url (RFC 4648 section 5).
func newSecret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see its documentation
	return base64.RawURLEncoding.EncodeToString(b)
}
