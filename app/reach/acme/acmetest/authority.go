package acmetest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// Mode is how the authority is today.
type Mode int32

// Modes.
const (
	Up      Mode = iota
	Down         // it ends every connection
	Limited      // it says that there were too many requests
	Broken       // it answers nonsense
)

// Ports are where the authority connects to check names: what would be 443 and
// 80. 0: where nobody listens.
type Ports struct{ TLS, HTTP uint16 }

// Config is what the authority is like.
type Config struct {
	Ports Ports
	// Blocked are domains that it gives nobody.
	Blocked []string
	// WantsBinding has it open accounts to customers alone.
	WantsBinding bool
}

// Authority is a running Pebble.
type Authority struct {
	// Directory is its address, and CAFile who vouches for that.
	Directory, CAFile string
	DNS               *DNS
	pebble            wfe.WebFrontEndImpl
	server            *httptest.Server
	mode              atomic.Int32
	orders            atomic.Int32
}

// New starts one; it ends with the test. It changes the environment, so that the
// test cannot be parallel to others.
func New(t *testing.T, config Config) *Authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_AUTHZREUSE", "0")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0") // else a number of orders means nothing
	a := &Authority{DNS: newDNS(t)}
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	for _, name := range config.Blocked {
		if err := store.AddBlockedDomain(name); err != nil {
			t.Fatal(err)
		}
	}
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {}})
	ports := config.Ports
	checker := va.New(quiet, orNobody(ports.HTTP), orNobody(ports.TLS), false, a.DNS.Addr, store)
	a.pebble = wfe.New(quiet, store, checker, issuer, []string{"authority.test"}, true, config.WantsBinding, 0, 0)
	pebble := a.pebble.Handler()
	a.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.serve(w, r, pebble)
	}))
	a.server.Config.ErrorLog = quiet
	t.Cleanup(a.server.Close)
	a.Directory = a.server.URL + wfe.DirectoryPath
	a.CAFile = writePEM(t, a.server.Certificate().Raw)
	return a
}

// orNobody is a port that nobody may open, for 0.
func orNobody(port uint16) int {
	if port == 0 {
		return 1
	}
	return int(port)
}

func (a *Authority) serve(w http.ResponseWriter, r *http.Request, pebble http.Handler) {
	if r.URL.Path == "/order-plz" {
		a.orders.Add(1)
	}
	switch Mode(a.mode.Load()) {
	case Down:
		panic(http.ErrAbortHandler)
	case Limited:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprint(w, `{"type":"urn:ietf:params:acme:error:rateLimited","status":429,`+
			`"detail":"too many certificates already issued, retry after 2099-01-01 00:00:00 UTC: see"}`)
	case Broken:
		_, _ = w.Write([]byte("<html>\x1b[31mmaintenance"))
	default:
		pebble.ServeHTTP(w, r)
	}
}

// Set changes how it is.
func (a *Authority) Set(mode Mode) { a.mode.Store(int32(mode)) }

// Orders is how many orders there were.
func (a *Authority) Orders() int { return int(a.orders.Load()) }

// Roots has the certificate of who signs what it gives.
func (a *Authority) Roots(t *testing.T) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(a.root()) {
		t.Fatal("Pebble has no root")
	}
	return pool
}

// RootFile is the same as a file.
func (a *Authority) RootFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(path, a.root(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (a *Authority) root() []byte {
	answer := httptest.NewRecorder()
	a.pebble.ManagementHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, wfe.RootCertPath+"0", nil))
	return answer.Body.Bytes()
}

// WantRenewal has the authority say that a certificate is to be renewed at once,
// as after a mistake of its own. (Of one that was taken back Pebble says the same,
// but with a window of a second, which clients take for an error.)
func (a *Authority) WantRenewal(t *testing.T, certificate *x509.Certificate) {
	t.Helper()
	end := time.Now().Add(-time.Minute).UTC()
	hint := fmt.Sprintf(`{"suggestedWindow":{"start":%q,"end":%q}}`,
		end.Add(-time.Hour).Format(time.RFC3339), end.Format(time.RFC3339))
	text, err := json.Marshal(map[string]string{
		"Certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})),
		"ARIResponse": hint,
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "/set-renewal-info/", bytes.NewReader(text))
	request.Header.Set("User-Agent", "test")
	request.Header.Set("Content-Type", "application/jose+json")
	a.pebble.ManagementHandler().ServeHTTP(answer, request)
	if answer.Code != http.StatusOK {
		t.Fatalf("Pebble says %d: %s", answer.Code, answer.Body)
	}
}

// Client talks to the authority's server.
func (a *Authority) Client() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(a.server.Certificate())
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true,
	}}
}

func writePEM(t *testing.T, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
