package federation

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"takoshome/app/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	alice identity.ID      = "alice@a.example"
	bob   identity.ID      = "bob@b.example"
	group identity.GroupID = "0193aabb-ccdd-7eee-8fff-001122334455@b.example"
)

// authority is a certificate authority of a test.
type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return &authority{file, must(x509.ParseCertificate(der))(t), key}
}

func (a *authority) certificate(t testing.TB, domain string) tls.Certificate {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))(t)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serve answers as domain by HTTPS, and says where.
func (a *authority) serve(t testing.TB, domain string, handler http.Handler) netip.AddrPort {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{a.certificate(t, domain)}}
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return netip.MustParseAddrPort(server.Listener.Addr().String())
}

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// recorder is a Handler that keeps what came.
type recorder struct {
	mu     sync.Mutex
	events []Event
	answer func(Event) Result // nil: yes, with a token
}

func (r *recorder) got(event Event) Result {
	r.mu.Lock()
	r.events = append(r.events, event)
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		return answer(event)
	}
	return Result{Status: StatusOK, Token: "token-for-" + string(event.Sender())}
}

func (r *recorder) FriendCall(_ context.Context, e FriendCall) Result { return r.got(e) }
func (r *recorder) GroupCall(_ context.Context, e GroupCall) Result   { return r.got(e) }
func (r *recorder) Friendship(_ context.Context, e Friendship) Result { return r.got(e) }

func (r *recorder) all() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.events...)
}

// memory is Events without a disk.
type memory struct {
	mu   sync.Mutex
	seen map[string]bool
	err  error
}

func (m *memory) AcceptEvent(_ time.Time, origin string, id uuid.UUID, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := origin + id.String()
	switch {
	case m.err != nil:
		return m.err
	case m.seen[key]:
		return identity.ErrSeen
	}
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	m.seen[key] = true
	return nil
}

// newKeys is a store with the keys of a domain.
func newKeys(t testing.TB, domain string) *identity.Store {
	t.Helper()
	store := must(identity.Open(identity.Config{Path: filepath.Join(t.TempDir(), "state.db")}))(t)
	t.Cleanup(func() { _ = store.Close() })
	if err := store.SetProfile(time.Now(), "owner", domain); err != nil {
		t.Fatal(err)
	}
	return store
}

// patient waits longer than any load lasts, but for a body.
func patient() patience {
	p := defaultPatience()
	p.key, p.send, p.handle = 20*time.Second, 20*time.Second, 20*time.Second
	p.body, p.pause = 300*time.Millisecond, time.Millisecond
	return p
}

// quick is little patience, for tests of what takes too long.
func quick() patience {
	p := patient()
	p.key, p.send = 500*time.Millisecond, 500*time.Millisecond
	return p
}

// host is a Service that others reach, or, before serve, one that only sends.
type host struct {
	*Service
	store   *identity.Store
	handler *recorder
}

func newHost(t testing.TB, ca *authority, domain string, hosts Hosts) *host {
	return newHostWith(t, ca, domain, hosts, patient())
}

func newHostWith(t testing.TB, ca *authority, domain string, hosts Hosts, patience patience) *host {
	t.Helper()
	h := &host{store: newKeys(t, domain), handler: &recorder{}}
	h.Service = must(newService(Config{
		Domain: domain, Keys: h.store, Events: h.store, Handler: h.handler, Hosts: hosts, CAFile: ca.file,
	}, patience))(t)
	t.Cleanup(h.Close)
	return h
}

// pair is a.example and b.example, who reach each other.
func pair(t testing.TB) (a, b *host) {
	t.Helper()
	ca := newAuthority(t)
	var handlers [2]lateHandler
	hosts := Hosts{
		"a.example": ca.serve(t, "a.example", &handlers[0]),
		"b.example": ca.serve(t, "b.example", &handlers[1]),
	}
	a, b = newHost(t, ca, "a.example", hosts), newHost(t, ca, "b.example", hosts)
	handlers[0].set(a)
	handlers[1].set(b)
	return a, b
}

// lateHandler is set when its server is running already.
type lateHandler struct {
	mu   sync.Mutex
	next http.Handler
}

func (l *lateHandler) set(next http.Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = next
}

func (l *lateHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	next := l.next
	l.mu.Unlock()
	next.ServeHTTP(w, r)
}

// peer is a scripted server: it signs what a test wants, and gives its key.
type peer struct {
	domain string
	keys   *identity.Store
	key    identity.ServerKey
}

func newPeer(t testing.TB, domain string) *peer {
	t.Helper()
	keys := newKeys(t, domain)
	return &peer{domain, keys, must(keys.SigningKey(time.Now()))(t)}
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	expire, err := parseExpire(r.URL.Query().Get("expire"))
	if r.URL.Path != keyPath || err != nil || !expire.Equal(p.key.Expire) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "Invalid expire"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"key": identity.FormatPublicKey(p.key.Public)})
}

// post is a request with an event, signed the usual way.
func (p *peer) post(t testing.TB, event Event) *http.Request {
	t.Helper()
	body := must(encode(event, event.names()[0], identity.NewUUID(time.Now())))(t)
	return request(body, formatAuthorization(p.key, p.domain, body))
}

func request(body []byte, authorization string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://b.example"+eventPath, bytes.NewReader(body))
	r.RemoteAddr = "203.0.113.7:50000"
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

// answer runs a request through a handler.
func answer(handler http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// receiver is b.example, which finds a.example where it is, and no other.
func receiver(t testing.TB, origin http.Handler) *host {
	t.Helper()
	ca := newAuthority(t)
	return newHost(t, ca, "b.example", Hosts{"a.example": ca.serve(t, "a.example", origin)})
}

func ring() FriendCall { return FriendCall{Step: CallRequest, Caller: alice, Callee: bob} }

func isSendError(err error, want error) bool {
	var failed *SendError
	return errors.As(err, &failed) && errors.Is(err, want)
}
