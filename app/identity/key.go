package identity

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
)

// Sizes of ML-DSA-65 (FIPS 204 section 4).
const (
	PublicKeyBytes = mldsa65.PublicKeySize
	SignatureBytes = mldsa65.SignatureSize
	seedBytes      = mldsa65.SeedSize
)

// maxKeyText bounds what another server calls its key: base64 of it, in JSON.
const maxKeyText = 4 << 10

var errNotAKey = errors.New("not a public key")

// ServerKey signs in the name of this host's domain.
type ServerKey struct {
	// Expire is the key's end, to the millisecond: by it others ask for the key.
	Expire time.Time
	// Public is the key that others verify with.
	Public []byte

	private *mldsa65.PrivateKey
}

func newSeed() [seedBytes]byte {
	var seed [seedBytes]byte
	_, _ = rand.Read(seed[:]) // never fails, see its documentation
	return seed
}

func keyFromSeed(seed [seedBytes]byte, expire time.Time) ServerKey {
	public, private := mldsa65.NewKeyFromSeed(&seed)
	return ServerKey{Expire: expire, Public: public.Bytes(), private: private}
}

// Sign signs message the way takos servers do: deterministically, with the
// empty context (FIPS 204 section 5.2).
func (k ServerKey) Sign(message []byte) []byte {
	signature := make([]byte, SignatureBytes)
	// It fails for a context of more than 255 bytes alone.
	_ = mldsa65.SignTo(k.private, message, nil, false, signature)
	return signature
}

// Verify says whether signature is of message by the key public (FIPS 204
// section 5.3, empty context).
func Verify(public, message, signature []byte) bool {
	var key mldsa65.PublicKey
	if len(signature) != SignatureBytes || key.UnmarshalBinary(public) != nil {
		return false
	}
	return mldsa65.Verify(&key, message, nil, signature)
}

// ParsePublicKey reads a public key as other servers give it: base64 of its
// bytes, or a JSON object in a string with that in its field "key".
func ParsePublicKey(text string) ([]byte, error) {
	if len(text) > maxKeyText {
		return nil, errNotAKey
	}
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var wrapped struct {
			Key       string `json:"key"`
			KeyType   string `json:"keyType"`
			Algorithm string `json:"algorithm"`
		}
		if json.Unmarshal([]byte(text), &wrapped) != nil {
			return nil, errNotAKey
		}
		isOther := wrapped.KeyType != "" && wrapped.KeyType != "serverKeyPublic" && wrapped.KeyType != "serverKey"
		if isOther || (wrapped.Algorithm != "" && wrapped.Algorithm != "ML-DSA-65") {
			return nil, errNotAKey
		}
		text = wrapped.Key
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) != PublicKeyBytes {
		return nil, errNotAKey
	}
	return key, nil
}

// FormatPublicKey is what ParsePublicKey reads, without JSON.
func FormatPublicKey(key []byte) string { return base64.StdEncoding.EncodeToString(key) }
