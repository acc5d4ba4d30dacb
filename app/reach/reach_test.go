package reach

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestSelfSigned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tls.pem")
	c := &clock{start}
	leaf := leafOf(t, selfSigned(t, path, c, "127.0.0.1", "2001:db8::1"))
	for _, host := range []string{"localhost", "home.example", "127.0.0.1", "2001:db8::1"} {
		if err := leaf.Leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if key, ok := leaf.PrivateKey.(*ecdsa.PrivateKey); !ok || key.Curve.Params().BitSize != 256 {
		t.Errorf("key is %T, want ECDSA P-256", leaf.PrivateKey)
	}
	if life := leaf.Leaf.NotAfter.Sub(leaf.Leaf.NotBefore); life > 398*24*time.Hour {
		t.Errorf("browsers refuse a life of %v", life)
	}
}

// Security check 40: the key is for its owner alone.
func TestSec40KeyFileMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps files apart by their folder")
	}
	path := filepath.Join(t.TempDir(), "tls.pem")
	selfSigned(t, path, &clock{start}, "127.0.0.1")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o, want 600", got)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSelfSignedIsKeptAndRenewed(t *testing.T) {
	tests := []struct {
		name  string
		later time.Duration
		addr  string
		spoil bool
		kept  bool
	}{
		{"next day", 24 * time.Hour, "192.0.2.1", false, true},
		{"long before its end", 365 * 24 * time.Hour, "192.0.2.1", false, true},
		{"near its end", 367 * 24 * time.Hour, "192.0.2.1", false, false},
		{"clock far back", -48 * time.Hour, "192.0.2.1", false, false},
		{"new address", 0, "192.0.2.2", false, false},
		{"another of the machine's own", 0, "", false, true},
		{"spoilt file", 0, "192.0.2.1", true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tls.pem")
			c := &clock{start}
			first := leafOf(t, selfSigned(t, path, c, "192.0.2.1"))
			if test.spoil {
				writeFile(t, path, []byte("spoilt"), start)
			}
			c.at = start.Add(test.later)
			addrs := []string{test.addr}
			if test.addr == "" {
				addrs = nil
			}
			second := leafOf(t, selfSigned(t, path, c, addrs...))
			if kept := bytes.Equal(first.Certificate[0], second.Certificate[0]); kept != test.kept {
				t.Errorf("kept %v, want %v", kept, test.kept)
			}
		})
	}
}

func TestSelfSignedRenewsWhileRunning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tls.pem")
	c := &clock{start}
	s := selfSigned(t, path, c, "127.0.0.1")
	first := leafOf(t, s)
	c.at = start.Add(370 * 24 * time.Hour)
	second := leafOf(t, s)
	if !second.Leaf.NotAfter.After(c.at.Add(renewBefore)) || bytes.Equal(first.Certificate[0], second.Certificate[0]) {
		t.Errorf("still the certificate that ends %v", second.Leaf.NotAfter)
	}
	c.at = c.at.Add(370 * 24 * time.Hour)
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if third := leafOf(t, s); third != second {
		t.Error("a renewal that cannot be kept took effect")
	}
}

func TestSelfSignedCannotBeKept(t *testing.T) {
	_, err := NewSelfSigned(SelfSignedConfig{Path: filepath.Join(t.TempDir(), "none", "tls.pem")})
	if err == nil {
		t.Error("a certificate that cannot be kept was made")
	}
}

func TestFilesAreLoadedAgain(t *testing.T) {
	dir := t.TempDir()
	cert := filepath.Join(dir, "cert.pem")
	c := &clock{start}
	pemOf := func(name string) []byte {
		path := filepath.Join(dir, name)
		selfSigned(t, path, c, "127.0.0.1")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	writeFile(t, cert, pemOf("a"), start)
	f, err := NewFiles(FilesConfig{Cert: cert, Key: cert, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	first := leafOf(t, f)

	c.at = c.at.Add(checkInterval)
	writeFile(t, cert, []byte("half writ"), start.Add(time.Second))
	if leafOf(t, f) != first {
		t.Error("a broken file took effect")
	}
	c.at = c.at.Add(checkInterval)
	writeFile(t, cert, pemOf("b"), start.Add(2*time.Second))
	second := leafOf(t, f)
	if bytes.Equal(first.Certificate[0], second.Certificate[0]) {
		t.Error("the new files were not loaded")
	}
	c.at = c.at.Add(checkInterval)
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if leafOf(t, f) != second {
		t.Error("the certificate went with its file")
	}
}

func TestNewFilesRefuses(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.pem")
	writeFile(t, bad, []byte("no PEM"), start)
	for _, path := range []string{bad, filepath.Join(dir, "none.pem")} {
		if _, err := NewFiles(FilesConfig{Cert: path, Key: path}); !errors.Is(err, ErrCertificate) {
			t.Errorf("%s: got %v, want ErrCertificate", path, err)
		}
	}
	if _, err := NewFiles(FilesConfig{}); err == nil {
		t.Error("no path was taken")
	}
}

func selfSigned(t *testing.T, path string, c *clock, addrs ...string) *SelfSigned {
	t.Helper()
	config := SelfSignedConfig{Path: path, Names: []string{"localhost", "home.example"}, Now: c.now}
	config.Others = []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, byte(len(addrs))})}
	for _, a := range addrs {
		config.Addrs = append(config.Addrs, netip.MustParseAddr(a))
	}
	s, err := NewSelfSigned(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type certificateSource interface {
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
}

func leafOf(t *testing.T, source certificateSource) *tls.Certificate {
	t.Helper()
	c, err := source.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func writeFile(t *testing.T, path string, text []byte, modified time.Time) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, modified, modified); err != nil {
		t.Fatal(err)
	}
}
