package turn

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"time"
)

const (
	nonceTagSize = 8
	// A nonce has 16 letters: with them, an answer to a browser's first request is
	// just twice as long as that, so that nobody's traffic is multiplied here.
	nonceBytes = 4 + nonceTagSize
)

// nonces are made and known again without keeping any.
type nonces struct {
	key  [32]byte
	born time.Time
	life time.Duration
}

func newNonces(now time.Time, life time.Duration) *nonces {
	n := &nonces{born: now, life: life}
	_, _ = rand.Read(n.key[:]) // it never fails
	return n
}

// make is a nonce for one address: the second it was made in, and what proves
// that.
func (n *nonces) make(now time.Time, from netip.Addr) []byte {
	var raw [nonceBytes]byte
	binary.BigEndian.PutUint32(raw[:], uint32(now.Sub(n.born)/time.Second))
	n.sign(raw[:], from)
	return base64.RawURLEncoding.AppendEncode(nil, raw[:])
}

// isFresh is false for a nonce of another, and for one that is too old.
func (n *nonces) isFresh(now time.Time, from netip.Addr, nonce []byte) bool {
	var raw, want [nonceBytes]byte
	if len(nonce) != base64.RawURLEncoding.EncodedLen(nonceBytes) {
		return false
	}
	if _, err := base64.RawURLEncoding.Decode(raw[:], nonce); err != nil {
		return false
	}
	want = raw
	n.sign(want[:], from)
	age := now.Sub(n.born) - time.Duration(binary.BigEndian.Uint32(raw[:]))*time.Second
	return hmac.Equal(want[:], raw[:]) && age >= 0 && age < n.life+time.Second
}

func (n *nonces) sign(raw []byte, from netip.Addr) {
	mac := hmac.New(sha256.New, n.key[:])
	addr := from.As16()
	_, _ = mac.Write(raw[:4]) // it never fails
	_, _ = mac.Write(addr[:])
	copy(raw[4:], mac.Sum(nil)[:nonceTagSize])
}
