package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// goldens are keys and signatures of another implementation, see testdata/mldsa.mjs.
type goldens struct {
	Keys []struct {
		Name, SecretSha256   string
		Seed, Public         []byte
		Signatures           []goldenSignature
		Implementation, Note string
	}
}

type goldenSignature struct {
	Message                            string
	Repeated                           int
	Deterministic, Hedged, WithContext []byte
}

func (s goldenSignature) message() []byte {
	return []byte(s.Message + strings.Repeat("x", s.Repeated))
}

func readGoldens(t testing.TB) goldens {
	t.Helper()
	text, err := os.ReadFile("testdata/mldsa.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(text, &g); err != nil || len(g.Keys) == 0 {
		t.Fatal(err, len(g.Keys))
	}
	return g
}

// The same seeds give the same keys and signatures there and here, bit by bit.
func TestKeysAreThoseOfOthers(t *testing.T) {
	for _, golden := range readGoldens(t).Keys {
		t.Run(golden.Name, func(t *testing.T) {
			key := keyFromSeed([seedBytes]byte(golden.Seed), start)
			if !bytes.Equal(key.Public, golden.Public) {
				t.Error("the public key differs")
			}
			secret := sha256.Sum256(key.private.Bytes())
			if hex.EncodeToString(secret[:]) != golden.SecretSha256 {
				t.Error("the secret key differs")
			}
			for _, s := range golden.Signatures {
				message := s.message()
				if !bytes.Equal(key.Sign(message), s.Deterministic) {
					t.Errorf("%.20q: the signature differs", message)
				}
				if !Verify(golden.Public, message, s.Deterministic) {
					t.Errorf("%.20q: their signature is refused", message)
				}
				if s.Hedged != nil && !Verify(golden.Public, message, s.Hedged) {
					t.Errorf("%.20q: their hedged signature is refused", message)
				}
				if s.WithContext != nil && Verify(golden.Public, message, s.WithContext) {
					t.Errorf("%.20q: a signature with a context is accepted", message)
				}
			}
		})
	}
}

// Sizes as takos has them on the wire, and in base64.
func TestKeySizes(t *testing.T) {
	key := keyFromSeed(newSeed(), start)
	signature := base64.StdEncoding.EncodeToString(key.Sign([]byte("hello")))
	if len(key.Public) != 1952 || len(FormatPublicKey(key.Public)) != 2604 || len(signature) != 4412 {
		t.Errorf("public %d, in base64 %d, signature in base64 %d", len(key.Public), len(FormatPublicKey(key.Public)), len(signature))
	}
}

func TestVerifyRefuses(t *testing.T) {
	key, other := keyFromSeed(newSeed(), start), keyFromSeed(newSeed(), start)
	message := []byte("hello")
	signature := key.Sign(message)
	flipped := bytes.Clone(signature)
	flipped[100] ^= 1
	for _, test := range []struct {
		name                       string
		public, message, signature []byte
		want                       bool
	}{
		{"right", key.Public, message, signature, true},
		{"another key", other.Public, message, signature, false},
		{"another message", key.Public, []byte("hellp"), signature, false},
		{"a flipped bit", key.Public, message, flipped, false},
		{"short signature", key.Public, message, signature[1:], false},
		{"long signature", key.Public, message, append(bytes.Clone(signature), 0), false},
		{"no signature", key.Public, message, nil, false},
		{"short key", key.Public[1:], message, signature, false},
		{"no key", nil, message, signature, false},
		{"zeros", make([]byte, PublicKeyBytes), message, make([]byte, SignatureBytes), false},
	} {
		if got := Verify(test.public, test.message, test.signature); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

func TestParsePublicKey(t *testing.T) {
	key := keyFromSeed(newSeed(), start).Public
	raw := FormatPublicKey(key)
	for _, test := range []struct {
		name, text string
		want       bool
	}{
		{"raw", raw, true},
		{"with a line end", raw + "\n", true},
		{"wrapped", `{"keyType":"serverKeyPublic","key":"` + raw + `","timestamp":1745000000000}`, true},
		{"wrapped as documented", `{"keyType":"serverKeyPublic","key":"` + raw + `","algorithm":"ML-DSA-65","timestamp":1}`, true},
		{"another algorithm", `{"keyType":"serverKeyPublic","key":"` + raw + `","algorithm":"ML-DSA-87"}`, false},
		{"another kind", `{"keyType":"identityKeyPublic","key":"` + raw + `"}`, false},
		{"no key", `{"keyType":"serverKeyPublic"}`, false},
		{"wrapped twice", `{"key":"{\"key\":\"\"}"}`, false},
		{"number", `{"key":1}`, false},
		{"cut off", raw[:100], false},
		{"a byte more", base64.StdEncoding.EncodeToString(append(bytes.Clone(key), 0)), false},
		{"other alphabet", base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, PublicKeyBytes)), false},
		{"empty", "", false},
		{"huge", strings.Repeat("A", 1<<20), false},
	} {
		got, err := ParsePublicKey(test.text)
		if (err == nil) != test.want || (test.want && !bytes.Equal(got, key)) {
			t.Errorf("%s: %d bytes, %v", test.name, len(got), err)
		}
	}
}

func FuzzParsePublicKey(f *testing.F) {
	raw := FormatPublicKey(keyFromSeed([seedBytes]byte{}, start).Public)
	f.Add(raw)
	f.Add(`{"keyType":"serverKeyPublic","key":"` + raw + `"}`)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParsePublicKey(text)
		if err != nil {
			return
		}
		if again, err := ParsePublicKey(FormatPublicKey(key)); err != nil || !bytes.Equal(again, key) {
			t.Errorf("%q is not stable: %v", text, err)
		}
		// Any bytes of the right number are a key; it must do no harm.
		Verify(key, []byte("hello"), make([]byte, SignatureBytes))
	})
}

func TestSigningKeyIsMadeOnceAndKept(t *testing.T) {
	s := newStore(t)
	keys := make([]ServerKey, 8)
	var done sync.WaitGroup
	for n := range keys {
		done.Go(func() { keys[n], _ = s.SigningKey(start) })
	}
	done.Wait()
	for _, key := range keys {
		if !bytes.Equal(key.Public, keys[0].Public) || !key.Expire.Equal(start.Add(30*24*time.Hour)) {
			t.Fatal("callers at the same moment got different keys")
		}
	}
	s = reopen(t, s)
	again := must[ServerKey](t)(s.SigningKey(start.Add(22 * 24 * time.Hour)))
	if !bytes.Equal(again.Public, keys[0].Public) || !Verify(keys[0].Public, []byte("x"), again.Sign([]byte("x"))) {
		t.Error("another key after a restart")
	}
}

func TestSigningKeyIsRenewed(t *testing.T) {
	s := newStore(t)
	const day = 24 * time.Hour
	first := must[ServerKey](t)(s.SigningKey(start))
	second := must[ServerKey](t)(s.SigningKey(start.Add(23*day + time.Minute)))
	if bytes.Equal(first.Public, second.Public) || !second.Expire.Equal(start.Add(53*day+time.Minute)) {
		t.Errorf("after 23 days: the same key, ends %v", second.Expire)
	}
	served := func(key ServerKey) bool {
		public, err := s.PublicKey(key.Expire)
		if err != nil && !errors.Is(err, ErrNoKey) {
			t.Error(err)
		}
		return bytes.Equal(public, key.Public)
	}
	if !served(first) || !served(second) {
		t.Error("a key is not served")
	}
	third := must[ServerKey](t)(s.SigningKey(start.Add(89 * day)))
	if !served(first) || !served(third) {
		t.Error("59 days after its end the first key is not served")
	}
	fourth := must[ServerKey](t)(s.SigningKey(start.Add(112*day + 12*time.Hour)))
	if served(first) || !served(second) || !served(fourth) {
		t.Error("the first key is still served, or the second not any more")
	}
	for _, expire := range []time.Time{first.Expire.Add(time.Millisecond), second.Expire.Add(time.Microsecond), {}, time.Unix(-1, 0)} {
		if _, err := s.PublicKey(expire); !errors.Is(err, ErrNoKey) {
			t.Errorf("key of %v: %v, want ErrNoKey", expire, err)
		}
	}
}

// A key made while the clock was years ahead is not signed with for years.
func TestSigningKeyAfterAWrongClock(t *testing.T) {
	s := newStore(t)
	wrong := must[ServerKey](t)(s.SigningKey(start.AddDate(10, 0, 0)))
	right := must[ServerKey](t)(s.SigningKey(start))
	if bytes.Equal(wrong.Public, right.Public) || !right.Expire.Equal(start.Add(30*24*time.Hour)) {
		t.Errorf("the key ends %v", right.Expire)
	}
}

// The bound is 2 ms; on a machine that does nothing else it is far below.
func BenchmarkSign(b *testing.B) {
	key := keyFromSeed(newSeed(), start)
	message := bytes.Repeat([]byte("x"), 512)
	b.ReportAllocs()
	for b.Loop() {
		key.Sign(message)
	}
}

func BenchmarkVerify(b *testing.B) {
	key := keyFromSeed(newSeed(), start)
	message := bytes.Repeat([]byte("x"), 512)
	signature := key.Sign(message)
	b.ReportAllocs()
	for b.Loop() {
		if !Verify(key.Public, message, signature) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkKeyFromSeed(b *testing.B) {
	seed := newSeed()
	for b.Loop() {
		_ = keyFromSeed(seed, start)
	}
}
