package acme

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	protocol "github.com/mholt/acmez/v3/acme"

	"takoshome/app/reach"
)

const accountFile = "account.json"

// store keeps what one authority has given, for its owner alone. Another
// authority has another folder: a test one's certificates are no good.
type store struct{ dir string }

func openStore(dir, directory string) (*store, error) {
	u, err := url.Parse(directory)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	sum := sha256.Sum256([]byte(directory))
	s := &store{filepath.Join(dir, u.Hostname()+"-"+hex.EncodeToString(sum[:4]))}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	return s, nil
}

// keptAccount is how the authority knows this host.
type keptAccount struct {
	Account protocol.Account `json:"account"`
	Key     []byte           `json:"key"` // PKCS #8
}

// account is the kept one; false where there is none that can be read.
func (s *store) account() (protocol.Account, bool) {
	text, err := os.ReadFile(filepath.Join(s.dir, accountFile))
	if err != nil {
		return protocol.Account{}, false
	}
	var kept keptAccount
	if err := json.Unmarshal(text, &kept); err != nil {
		return protocol.Account{}, false
	}
	key, err := x509.ParsePKCS8PrivateKey(kept.Key)
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok || kept.Account.Location == "" {
		return protocol.Account{}, false
	}
	kept.Account.PrivateKey = signer
	return kept.Account, true
}

func (s *store) keepAccount(account protocol.Account) error {
	key, err := x509.MarshalPKCS8PrivateKey(account.PrivateKey)
	if err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	text, err := json.Marshal(keptAccount{account, key})
	if err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return s.write(accountFile, text)
}

func (s *store) forgetAccount() error {
	err := os.Remove(filepath.Join(s.dir, accountFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// certificate is the kept one of a name, nil where there is none for it that is
// good now.
func (s *store) certificate(name string, now time.Time) *tls.Certificate {
	path := filepath.Join(s.dir, name+".pem")
	kept, err := tls.LoadX509KeyPair(path, path)
	if err != nil || kept.Leaf.VerifyHostname(name) != nil || !now.Before(kept.Leaf.NotAfter) {
		return nil
	}
	return &kept
}

// keep writes chain and key of a name into one file, and gives them back.
func (s *store) keep(name string, chain []byte, key *ecdsa.PrivateKey) (*tls.Certificate, error) {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	if len(chain) > 0 && chain[len(chain)-1] != '\n' {
		chain = append(chain, '\n')
	}
	text := append(chain, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	fresh, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("authority's certificate: %w", err)
	}
	if err := fresh.Leaf.VerifyHostname(name); err != nil {
		return nil, fmt.Errorf("authority's certificate: %w", err)
	}
	return &fresh, s.write(name+".pem", text)
}

func (s *store) write(name string, text []byte) error {
	if err := reach.WriteSecret(filepath.Join(s.dir, name), text); err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }
