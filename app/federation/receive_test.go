package federation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/app/identity"
)

// Security check 41: an origin is believed by its own key alone, of the very
// bytes that it signed, in either spelling of the header.
func TestSec41Signatures(t *testing.T) {
	a, mallory := newPeer(t, "a.example"), newPeer(t, "b.example")
	b := receiver(t, a)
	text := func() []byte { return must(encode(ring(), ring().names()[0], identity.NewUUID(time.Now())))(t) }
	swap := func(header, old, with string) string {
		if !strings.Contains(header, old) {
			t.Fatalf("%.40s… has no %s", header, old)
		}
		return strings.Replace(header, old, with, 1)
	}
	documented := func(header string) string {
		header = swap(swap(header, "Signature ", "X-Takos-Signature "), "sign=", "signature=")
		return swap(swap(header, ",expire=", ", Expires="), ",origin=", ", origin=")
	}
	for _, test := range []struct {
		name   string
		header func(body []byte) string
		change func(body []byte) []byte
		want   int
	}{
		{"deployed form", func(b []byte) string { return formatAuthorization(a.key, "a.example", b) }, nil, 200},
		{"documented form", func(b []byte) string { return documented(formatAuthorization(a.key, "a.example", b)) }, nil, 200},
		{"origin in capitals", func(b []byte) string { return formatAuthorization(a.key, "A.Example", b) }, nil, 200},
		{"key of another", func(b []byte) string { return formatAuthorization(mallory.key, "a.example", b) }, nil, 401},
		{"key of another under a known end", func(b []byte) string {
			key := mallory.key
			key.Expire = a.key.Expire
			return formatAuthorization(key, "a.example", b)
		}, nil, 401},
		{"unknown end", func(b []byte) string {
			key := a.key
			key.Expire = key.Expire.Add(time.Millisecond)
			return formatAuthorization(key, "a.example", b)
		}, nil, 401},
		{"another's signature", func([]byte) string { return formatAuthorization(a.key, "a.example", text()) }, nil, 401},
		{"a letter changed", nil, func(b []byte) []byte { return bytes.Replace(b, []byte("bob@"), []byte("rob@"), 1) }, 401},
		{"a space more", nil, func(b []byte) []byte { return append(b, ' ') }, 401},
		{"a byte less", nil, func(b []byte) []byte { return b[:len(b)-1] }, 401},
		{"a bit changed", nil, func(b []byte) []byte { b[0] ^= 1; return b }, 401},
		{"no body", nil, func([]byte) []byte { return nil }, 401},
		{"no header", func([]byte) string { return "" }, nil, 401},
		{"another scheme", func([]byte) string { return "Bearer abc" }, nil, 401},
		{"ours as origin", func(b []byte) string { return formatAuthorization(a.key, "b.example", b) }, nil, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := text()
			header := formatAuthorization(a.key, "a.example", body)
			if test.header != nil {
				header = test.header(body)
			}
			if test.change != nil {
				body = test.change(body)
			}
			before := len(b.handler.all())
			w := answer(b, request(body, header))
			if w.Code != test.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, test.want)
			}
			if got := len(b.handler.all()) - before; got != map[int]int{200: 1, 401: 0}[test.want] {
				t.Errorf("the handler got %d events", got)
			}
			var said struct{ Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || (said.Error == "") != (test.want == 200) {
				t.Errorf("it says %s", w.Body)
			}
		})
	}
	two := a.post(t, ring())
	two.Header.Add("Authorization", two.Header.Get("Authorization"))
	if w := answer(b, two); w.Code != 401 {
		t.Errorf("two headers: %d", w.Code)
	}
}

// Security check 41: how far a key's end may be away.
func TestSec41KeyAges(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	const day = 24 * time.Hour
	for _, test := range []struct {
		end    time.Duration
		maxAge time.Duration
		want   int
	}{
		{30 * day, 0, 200},
		{-29 * day, 0, 200},
		{-31 * day, 0, 401},
		{-31 * day, 60 * day, 200},
		{-31 * day, day, 401},
		{-time.Hour, day, 200},
		{700 * day, 0, 200},
		{800 * day, 0, 401},
	} {
		t.Run(fmt.Sprint(test.end, test.maxAge), func(t *testing.T) {
			a.key.Expire = time.Now().Add(test.end).Truncate(time.Millisecond)
			b.config.MaxKeyAge = max(test.maxAge, 0)
			if test.maxAge == 0 {
				b.config.MaxKeyAge = defaultMaxKeyAge
			}
			if w := answer(b, a.post(t, ring())); w.Code != test.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, test.want)
			}
		})
	}
}

// Events as the servers of April 2025 sent them, signed by what they used.
func TestSec41DeployedServers(t *testing.T) {
	var golden struct {
		Now    time.Time
		Public string
		Sent   map[string]struct{ Body, Authorization string }
	}
	if err := json.Unmarshal(must(os.ReadFile("testdata/deployed.json"))(t), &golden); err != nil {
		t.Fatal(err)
	}
	wrapped := must(json.Marshal(map[string]any{"keyType": "serverKeyPublic", "key": golden.Public, "timestamp": 1}))(t)
	for _, key := range []string{golden.Public, string(wrapped)} {
		var asked atomic.Value
		b := receiver(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Store(r.URL.RequestURI())
			writeJSON(w, 200, map[string]string{"key": key})
		}))
		b.config.Now = func() time.Time { return golden.Now }
		b.config.Events = &memory{}
		want := map[string]Event{
			"request": FriendCall{CallRequest, alice, bob, CallAudio, Encryption{true, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}},
			"video":   FriendCall{CallRequest, alice, bob, CallVideo, Encryption{}},
			"accept":  FriendCall{CallAccept, bob, alice, CallAudio, Encryption{}},
			"reject":  FriendCall{CallReject, bob, alice, CallAudio, Encryption{}},
			"friend":  Friendship{FriendRequest, alice, bob},
		}
		for name, sent := range golden.Sent {
			w := answer(b, request([]byte(sent.Body), sent.Authorization))
			events := b.handler.all()
			if w.Code != 200 || len(events) == 0 || events[len(events)-1] != want[name] {
				t.Errorf("%s: %d %s, %+v", name, w.Code, w.Body, events)
			}
		}
		if got := asked.Load(); got != "/_takos/v1/key/server?expire=2025-05-29T01%3A02%3A03.004Z" {
			t.Errorf("asked for the key by %v", got)
		}
	}
}

// Security check 42: of 50 at once, on the first use of a key, one is accepted
// and one question for the key goes out; after a restart none is.
func TestSec42OnceEvenOnFirstUse(t *testing.T) {
	a := newPeer(t, "a.example")
	var asked atomic.Int32
	b := receiver(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		a.ServeHTTP(w, r)
	}))
	body := must(encode(ring(), ring().names()[0], identity.NewUUID(time.Now())))(t)
	header := formatAuthorization(a.key, "a.example", body)
	codes := map[int]int{}
	var mu sync.Mutex
	var gate, done sync.WaitGroup
	gate.Add(1)
	for range 50 {
		done.Go(func() {
			gate.Wait()
			w := answer(b, request(body, header))
			mu.Lock()
			defer mu.Unlock()
			codes[w.Code]++
		})
	}
	gate.Done()
	done.Wait()
	if codes[200] != 1 || codes[409] != 49 || len(b.handler.all()) != 1 {
		t.Errorf("answers %v, %d events handled", codes, len(b.handler.all()))
	}
	if asked.Load() != 1 {
		t.Errorf("the key was asked for %d times", asked.Load())
	}
}

// Security check 42: the id is remembered on the disk.
func TestSec42OnceAcrossRestarts(t *testing.T) {
	a := newPeer(t, "a.example")
	ca := newAuthority(t)
	hosts := Hosts{"a.example": ca.serve(t, "a.example", a)}
	path := t.TempDir() + "/state.db"
	body := must(encode(ring(), ring().names()[0], identity.NewUUID(time.Now())))(t)
	for n, want := range []int{200, 409, 409} {
		store := must(identity.Open(identity.Config{Path: path}))(t)
		b := must(New(Config{Domain: "b.example", Keys: store, Events: store, Handler: &recorder{}, Hosts: hosts, CAFile: ca.file}))(t)
		if w := answer(b, request(body, formatAuthorization(a.key, "a.example", body))); w.Code != want {
			t.Errorf("start %d: %d, want %d", n, w.Code, want)
		}
		b.Close()
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Security check 42: five minutes, either way.
func TestSec42Times(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	now := time.Now().Truncate(time.Millisecond)
	b.config.Now = func() time.Time { return now }
	for _, test := range []struct {
		offset time.Duration
		want   int
	}{
		{0, 200},
		{-5 * time.Minute, 200},
		{5 * time.Minute, 200},
		{-5*time.Minute - time.Millisecond, 400},
		{5*time.Minute + time.Millisecond, 400},
		{-24 * time.Hour, 400},
		{24 * time.Hour, 400},
		{-1 << 62, 400},
	} {
		body := must(encode(ring(), ring().names()[0], identity.NewUUID(now.Add(test.offset))))(t)
		w := answer(b, request(body, formatAuthorization(a.key, "a.example", body)))
		if w.Code != test.want {
			t.Errorf("%v: %d %s, want %d", test.offset, w.Code, w.Body, test.want)
		}
		if says := strings.Contains(w.Body.String(), "clock"); says != (test.want == 400) {
			t.Errorf("%v: told %s", test.offset, w.Body)
		}
	}
	if got := len(b.handler.all()); got != 3 {
		t.Errorf("%d events handled", got)
	}
}

// Security check 42: what cannot be remembered is not accepted.
func TestSec42MemoryFails(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	for err, want := range map[error]int{
		identity.ErrFull: 503, identity.ErrStale: 400, errors.New("disk is full"): 500,
	} {
		b.config.Events = &memory{err: err}
		if w := answer(b, a.post(t, ring())); w.Code != want || strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
	if got := len(b.handler.all()); got != 0 {
		t.Errorf("%d events handled", got)
	}
}

// Security check 44: who may say what for whom. Neither a third domain's users
// nor the sender's to third ones get through.
func TestSec44Domains(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	const eve, carol, third identity.ID = "eve@a.example", "carol@b.example", "dan@c.example"
	const otherGroup identity.GroupID = "0193aabb-ccdd-7eee-8fff-001122334455@c.example"
	for _, test := range []struct {
		event Event
		want  int
	}{
		{FriendCall{Step: CallRequest, Caller: alice, Callee: bob}, 200},
		{FriendCall{Step: CallRequest, Caller: third, Callee: bob}, 403},
		{FriendCall{Step: CallRequest, Caller: bob, Callee: alice}, 403}, // ours, ringing theirs
		{FriendCall{Step: CallRequest, Caller: carol, Callee: bob}, 403}, // ours, ringing ours
		{FriendCall{Step: CallRequest, Caller: alice, Callee: third}, 400},
		{FriendCall{Step: CallRequest, Caller: alice, Callee: eve}, 400},
		{FriendCall{Step: CallCancel, Caller: alice, Callee: bob}, 200},
		{FriendCall{Step: CallCancel, Caller: third, Callee: bob}, 403},
		{FriendCall{Step: CallCancel, Caller: bob, Callee: alice}, 403},
		{FriendCall{Step: CallAccept, Caller: bob, Callee: alice}, 200},
		{FriendCall{Step: CallAccept, Caller: bob, Callee: third}, 403},
		{FriendCall{Step: CallAccept, Caller: bob, Callee: carol}, 403},
		{FriendCall{Step: CallAccept, Caller: alice, Callee: bob}, 403}, // the caller's server accepts its own call
		{FriendCall{Step: CallAccept, Caller: third, Callee: alice}, 400},
		{FriendCall{Step: CallReject, Caller: bob, Callee: alice}, 200},
		{FriendCall{Step: CallReject, Caller: bob, Callee: third}, 403},
		{FriendCall{Step: CallReject, Caller: alice, Callee: bob}, 403},
		{FriendCall{Step: CallReject, Caller: third, Callee: alice}, 400},
		{GroupCall{Step: GroupRequest, Group: group, User: alice}, 200},
		{GroupCall{Step: GroupRequest, Group: group, User: third}, 403},
		{GroupCall{Step: GroupRequest, Group: group, User: bob}, 403},
		{GroupCall{Step: GroupRequest, Group: otherGroup, User: alice}, 400},
		{GroupCall{Step: GroupJoin, Group: group, User: alice}, 200},
		{GroupCall{Step: GroupJoin, Group: group, User: bob}, 403},
		{GroupCall{Step: GroupJoin, Group: otherGroup, User: alice}, 400},
		{Friendship{FriendRequest, alice, bob}, 200},
		{Friendship{FriendRequest, third, bob}, 403},
		{Friendship{FriendAccept, bob, alice}, 403},
		{Friendship{FriendAccept, alice, third}, 400},
		{Friendship{FriendCancel, third, bob}, 403},
		{Friendship{FriendRemove, bob, alice}, 403},
	} {
		before := len(b.handler.all())
		w := answer(b, a.post(t, test.event))
		if w.Code != test.want || (test.want != 200 && strings.Contains(w.Body.String(), "token")) {
			t.Errorf("%+v: %d %s, want %d", test.event, w.Code, w.Body, test.want)
		}
		if got := len(b.handler.all()) - before; (got == 1) != (test.want == 200) {
			t.Errorf("%+v: the handler got %d", test.event, got)
		}
	}
}
