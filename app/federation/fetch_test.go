package federation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"takoshome/app/identity"
)

// Security check 43: what is no other server's domain is not even looked up.
func TestSec43Origins(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	var dialed atomic.Int32
	b.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		dialed.Add(1)
		return nil, errors.New("no")
	}
	for _, origin := range []string{
		"", "localhost", "LOCALHOST", "a.localhost", "localhost.", "intranet", "router",
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "::1", "::ffff:127.0.0.1",
		"192.168.1.1", "10.0.0.1", "a@b", "user:pass@a.example", "a.example@b.example", "x/../", "a.example/x",
		"a.example/../..", "a.example?x=1", "a.example#x", "a.example:22", "a.example:443", "a.example:", "//a.example",
		"https://a.example", "a.example\\x", "a..example", ".a.example", "a.example.", "-a.example", "a_b.example",
		"%61.example", "a.example%00", "a.example\x00", "a.example\r\nHost: x", "a example", "*.example",
		strings.Repeat("a", 300), strings.Repeat("a.", 150) + "example", "例え.example", "a。example", "ａ.example",
		"a.exampl\u212a", "b.example", "B.EXAMPLE",
	} {
		body := must(encode(ring(), ring().names()[0], identity.NewUUID(time.Now())))(t)
		if w := answer(b, request(body, formatAuthorization(a.key, origin, body))); w.Code != 401 {
			t.Errorf("%q: %d %s, want 401", origin, w.Code, w.Body)
		}
		if _, err := b.Send(t.Context(), origin, FriendCall{Step: CallRequest, Caller: bob, Callee: alice}); !isSendError(err, ErrBadDomain) {
			t.Errorf("%q: sent to, %v", origin, err)
		}
	}
	if dialed.Load() > 0 || len(b.handler.all()) > 0 {
		t.Errorf("%d connections, %d events", dialed.Load(), len(b.handler.all()))
	}
}

// Security check 43: names that lead to addresses which are not public, as they
// come in and as they go out.
func TestSec43NamesOfPrivateAddresses(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fd00::1", "fe80::1", "2002:7f00:1::", "64:ff9b::7f00:1"} {
		t.Run(addr, func(t *testing.T) {
			b := receiver(t, http.NotFoundHandler())
			server := &nameServer{answers: [][]string{{addr}}}
			d := newDialer(nil, server.resolver(t))
			var sockets atomic.Int32
			d.public.Control = func(network, address string, c syscall.RawConn) error {
				err := controlPublic(network, address, c)
				if err == nil {
					sockets.Add(1)
				}
				return errors.Join(err, errors.New("far enough for a test"))
			}
			b.transport.DialContext = d.dial
			evil := newPeer(t, "evil.example")
			if w := answer(b, evil.post(t, FriendCall{Step: CallRequest, Caller: "eve@evil.example", Callee: bob})); w.Code != 401 {
				t.Errorf("received: %d %s", w.Code, w.Body)
			}
			_, err := b.Send(t.Context(), "evil.example", FriendCall{Step: CallRequest, Caller: bob, Callee: "eve@evil.example"})
			if !isSendError(err, ErrNotAllowed) || strings.Contains(err.Error(), addr) {
				t.Errorf("sent: %v", err)
			}
			if sockets.Load() > 0 {
				t.Errorf("%d sockets", sockets.Load())
			}
		})
	}
}

// Security check 43: what an origin may answer with, and for how long.
func TestSec43Answers(t *testing.T) {
	a := newPeer(t, "a.example")
	raw := identity.FormatPublicKey(a.key.Public)
	var elsewhere atomic.Int32
	ca := newAuthority(t)
	private := ca.serve(t, "private.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere.Add(1)
		a.ServeHTTP(w, r)
	}))
	end := make(chan struct{})
	defer close(end)
	for name, handler := range map[string]http.HandlerFunc{
		"redirect to a private": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+private.String()+r.URL.RequestURI(), http.StatusFound)
		},
		"redirect to itself": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.RequestURI()+"&again=1", http.StatusTemporaryRedirect)
		},
		"another status": func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 201, map[string]string{"key": raw}) },
		"no JSON":        func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(raw)) },
		"key twice":      func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"key":%q,"key":%q}`, raw, raw) },
		"short key":      func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]string{"key": raw[:100]}) },
		"another's key": func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, 200, map[string]string{"key": identity.FormatPublicKey(make([]byte, 1952))})
		},
		"large": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"key":%q,"x":%q}`, raw, strings.Repeat("x", maxAnswerBytes))
		},
		"without end": pour(end),
		"large header": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
			a.ServeHTTP(w, r)
		},
		"slow to begin": func(w http.ResponseWriter, r *http.Request) { stall(r, end); a.ServeHTTP(w, r) },
		"slow to go on": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"key":`))
			_ = http.NewResponseController(w).Flush()
			stall(r, end)
		},
		"breaks off": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"key":`))
			panic(http.ErrAbortHandler)
		},
		"compressed bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08"))
		},
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newHostWith(t, ca, "b.example", Hosts{"a.example": ca.serve(t, "a.example", handler)}, quick())
			if w := answer(b, a.post(t, ring())); w.Code != 401 {
				t.Errorf("%d %s, want 401", w.Code, w.Body)
			}
			if len(b.cache.keys) > 0 || len(b.handler.all()) > 0 {
				t.Errorf("%d keys kept, %d events", len(b.cache.keys), len(b.handler.all()))
			}
		})
	}
	if elsewhere.Load() > 0 {
		t.Error("a redirect was followed")
	}
}

// pour writes a key that never ends.
func pour(end <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"key":"`))
		for {
			select {
			case <-end:
				return
			case <-r.Context().Done():
				return
			default:
			}
			if _, err := w.Write(bytes.Repeat([]byte("A"), 1<<10)); err != nil {
				return
			}
		}
	}
}

func stall(r *http.Request, end <-chan struct{}) {
	select {
	case <-end:
	case <-r.Context().Done():
	}
}

// Security check 43: an origin with a certificate of somebody else is not it.
func TestSec43Certificates(t *testing.T) {
	a := newPeer(t, "a.example")
	ours, theirs := newAuthority(t), newAuthority(t)
	for name, address := range map[string]netip.AddrPort{
		"another name":      ours.serve(t, "c.example", a),
		"another authority": theirs.serve(t, "a.example", a),
	} {
		b := newHost(t, ours, "b.example", Hosts{"a.example": address})
		if w := answer(b, a.post(t, ring())); w.Code != 401 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		_, err := b.Send(t.Context(), "a.example", FriendCall{Step: CallAccept, Caller: alice, Callee: bob})
		if !isSendError(err, ErrCertificate) {
			t.Errorf("%s: sent, %v", name, err)
		}
	}
}

// Security check 43: who has no key is not asked again at once, and only about it.
func TestSec43NegativeCache(t *testing.T) {
	a := newPeer(t, "a.example")
	var asked atomic.Int32
	var failing atomic.Bool
	failing.Store(true)
	b := receiver(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if failing.Load() {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		a.ServeHTTP(w, r)
	}))
	var offset atomic.Int64
	b.config.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	b.fetcher.now = b.config.Now
	post := func() int {
		body := must(encode(ring(), ring().names()[0], identity.NewUUID(b.config.Now())))(t)
		return answer(b, request(body, formatAuthorization(a.key, "a.example", body))).Code
	}
	for range 5 {
		if got := post(); got != 401 {
			t.Errorf("got %d", got)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
	failing.Store(false)
	// Another key of the same origin is asked for meanwhile.
	other := *a
	other.key.Expire = other.key.Expire.Add(time.Hour)
	body := must(encode(ring(), ring().names()[0], identity.NewUUID(time.Now())))(t)
	_ = answer(b, request(body, formatAuthorization(other.key, "a.example", body)))
	if asked.Load() != 2 {
		t.Errorf("another key: asked %d times", asked.Load())
	}
	offset.Store(int64(keyPause + time.Second))
	if got := post(); got != 200 || asked.Load() != 3 {
		t.Errorf("after the pause: %d, asked %d times", got, asked.Load())
	}
}

// Security check 43: an address cannot make this host ask without end, nor fill
// its memory with ends of keys.
func TestSec43FetchesAreBounded(t *testing.T) {
	a := newPeer(t, "a.example")
	var asked atomic.Int32
	b := receiver(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		a.ServeHTTP(w, r)
	}))
	now := time.Now()
	b.config.Now, b.fetcher.now = func() time.Time { return now }, func() time.Time { return now }
	codes := map[int]int{}
	for n := range 60 {
		key := a.key
		key.Expire = key.Expire.Add(time.Duration(n+1) * time.Millisecond)
		body := must(encode(ring(), ring().names()[0], identity.NewUUID(now)))(t)
		codes[answer(b, request(body, formatAuthorization(key, "a.example", body))).Code]++
	}
	if asked.Load() != 10 || codes[401] != 10 || codes[429] != 50 {
		t.Errorf("asked %d times, answers %v", asked.Load(), codes)
	}
	// Others are still heard.
	r := a.post(t, ring())
	r.RemoteAddr = "198.51.100.1:1"
	if w := answer(b, r); w.Code != 200 {
		t.Errorf("another address: %d %s", w.Code, w.Body)
	}
	for n := range 60 {
		key := a.key
		key.Expire = key.Expire.Add(time.Duration(n+100) * time.Millisecond)
		body := must(encode(ring(), ring().names()[0], identity.NewUUID(now)))(t)
		r := request(body, formatAuthorization(key, "a.example", body))
		r.RemoteAddr = fmt.Sprintf("198.51.100.%d:1", n+2)
		codes[answer(b, r).Code]++
	}
	if asked.Load() != 30 {
		t.Errorf("one origin was asked %d times, want 30", asked.Load())
	}
}

func TestKeyCache(t *testing.T) {
	c, now := newKeyCache(), time.Now()
	name := func(origin string, n int) keyName { return keyName{origin, int64(n)} }
	for n := range 3 * maxKeysPerOrigin {
		c.keep(now, name("a.example", n+1), []byte{1})
		if c.get(now, name("a.example", 1)) == nil {
			t.Fatal("a key in use gave way")
		}
	}
	if len(c.keys) != maxKeysPerOrigin {
		t.Errorf("%d keys of one origin", len(c.keys))
	}
	for n := range 2 * maxKeys {
		c.keep(now, name(fmt.Sprintf("p%d.example", n), 1), []byte{1})
	}
	if len(c.keys) != maxKeys {
		t.Errorf("%d keys in all", len(c.keys))
	}
	last := name(fmt.Sprintf("p%d.example", 2*maxKeys-1), 1)
	if c.get(now, last) == nil || c.get(now.Add(keyLife), last) != nil {
		t.Error("the last key is gone, or does not go")
	}
	for n := range 2 * maxFailures {
		c.fail(now, name(fmt.Sprintf("p%d.example", n), 1), n%2 == 0)
	}
	if len(c.failures) > maxFailures {
		t.Errorf("%d failures", len(c.failures))
	}
	c.fail(now, name("silent.example", 1), true)
	if !c.hasFailed(now, name("silent.example", 2)) || c.hasFailed(now.Add(originPause), name("silent.example", 2)) {
		t.Error("a silent origin is asked at once, or never again")
	}
}

func TestBuckets(t *testing.T) {
	b, now := newBuckets[int](rate{perSecond: 2, burst: 3}), time.Now()
	take := func(key int) (count int) {
		for b.take(now, key) {
			count++
		}
		return count
	}
	if got := take(1); got != 3 {
		t.Errorf("burst %d", got)
	}
	now = now.Add(time.Second)
	if got := take(1); got != 2 {
		t.Errorf("after a second %d", got)
	}
	now = now.Add(-time.Hour)
	if got := take(1); got != 0 {
		t.Errorf("after the clock went back %d", got)
	}
	for key := range 3 * maxBuckets {
		take(key)
	}
	if len(b.left) > maxBuckets {
		t.Errorf("%d are remembered", len(b.left))
	}
}

// Close ends a question that nobody answers, and whoever waits for it.
func TestCloseEndsFetches(t *testing.T) {
	a := newPeer(t, "a.example")
	asked, end := make(chan struct{}), make(chan struct{})
	defer close(end)
	ca := newAuthority(t)
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		stall(r, end)
	})
	b := newHost(t, ca, "b.example", Hosts{"a.example": ca.serve(t, "a.example", silent)})
	var done sync.WaitGroup
	done.Go(func() {
		if w := answer(b, a.post(t, ring())); w.Code != 401 {
			t.Errorf("got %d", w.Code)
		}
	})
	<-asked
	b.Close()
	done.Wait()
	later := a.post(t, ring())
	b.cache = newKeyCache()
	b.fetcher.cache = b.cache
	if w := answer(b, later); w.Code != 503 {
		t.Errorf("after Close: %d", w.Code)
	}
	b.Close()
}
