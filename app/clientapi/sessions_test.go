package clientapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const loginPath = "/api/v2/sessions/login"

func TestLogin(t *testing.T) {
	h := newHost(t, Limits{})
	must(t, h.store.SetPassword(t.Context(), "alice", password))
	p := &phone{t: t, host: h, headers: map[string]string{"User-Agent": "takös for tests"}}
	const deviceID = "0193579e-aaaa-7000-8000-00000000000a"
	got := p.mustPost(loginPath, object{"userName": "alice", "password": password, "sessionUUID": strings.ToUpper(deviceID)})
	p.token = got.word("sessionid")
	cookie := got.headers.Get("Set-Cookie")
	for _, part := range []string{"sessionid=" + p.token + ";", "Path=/", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=34560000"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q has no %q", cookie, part)
		}
	}
	if len(p.token) < 40 {
		t.Errorf("session %q", p.token)
	}
	status := p.ask("GET", "/api/v2/sessions/status", "")
	if status.body["login"] != true || status.body["setup"] != true || status.body["userId"] != string(alice) {
		t.Errorf("status %s", status.text)
	}
	list := p.ask("GET", "/api/v2/sessions/list", "")
	if !strings.Contains(list.text, `"uuid":"`+deviceID+`"`) || !strings.Contains(list.text, `"current":true`) ||
		strings.Contains(list.text, p.token) {
		t.Errorf("list %s", list.text)
	}
	p.mustPost("/api/v2/sessions/logout", object{})
	if got := p.ask("GET", "/api/v2/sessions/status", ""); got.text != `{"login":false,"setup":false,"deviceKey":null}` {
		t.Errorf("status after logout %s", got.text)
	}
	if got := p.post("/api/v2/sessions/logout", object{}); got.status != 400 || got.word("message") != "Invalid session" {
		t.Errorf("second logout: %d %s", got.status, got.text)
	}
	for _, secret := range []string{p.token, password} {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

func TestLoginRefuses(t *testing.T) {
	h := newHost(t, Limits{})
	must(t, h.store.SetPassword(t.Context(), "alice", password))
	for name, body := range map[string]object{
		"wrong password":   {"userName": "alice", "password": "wrong horse"},
		"no such account":  {"userName": "mallory", "password": password},
		"has no password":  {"userName": "anna", "password": "anything"},
		"password is long": {"userName": "alice", "password": strings.Repeat("x", 60000)},
	} {
		got := (&phone{t: t, host: h}).post(loginPath, body)
		if got.status != 400 || got.word("message") != "Invalid username or password" || got.headers.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	got := (&phone{t: t, host: h}).post(loginPath, object{"userName": "alice", "password": password, "sessionUUID": "x"})
	if got.status != 400 || got.word("message") != "Invalid request" {
		t.Errorf("no UUID: %d %s", got.status, got.text)
	}
}

// Ten wrong passwords from one address are enough for a while; the right one is
// not taken then either, and others are not kept out.
func TestGuessingFromOneAddress(t *testing.T) {
	h := newHost(t, Limits{})
	must(t, h.store.SetPassword(t.Context(), "alice", password))
	h.api.byAddress = newLimiter[addr](addressPerSecond, 3)
	if got := login(h, "192.0.2.1:1", password); got.status != 200 {
		t.Errorf("right password: %d", got.status)
	}
	for range 3 {
		if got := login(h, "192.0.2.1:1", "wrong horse"); got.status != 400 {
			t.Errorf("wrong password: %d", got.status)
		}
	}
	got := login(h, "192.0.2.1:2", password)
	if got.status != http.StatusTooManyRequests || got.headers.Get("Retry-After") == "" {
		t.Errorf("after three wrong ones: %d %v", got.status, got.headers)
	}
	if got := login(h, "192.0.2.2:1", password); got.status != 200 {
		t.Errorf("another address: %d", got.status)
	}
	h.clock.advance(time.Minute)
	if got := login(h, "192.0.2.1:1", password); got.status != 200 {
		t.Errorf("a minute later: %d", got.status)
	}
}

// An IPv6 household has more addresses than there are passwords.
func TestGuessingFromOneHousehold(t *testing.T) {
	h := newHost(t, Limits{})
	h.api.byAddress = newLimiter[addr](addressPerSecond, 2)
	for i := range 3 {
		got := login(h, fmt.Sprintf("[2001:db8:1:2::%x]:1", i), "wrong horse")
		if want := map[bool]int{true: 429, false: 400}[i == 2]; got.status != want {
			t.Errorf("try %d: %d, want %d", i, got.status, want)
		}
	}
}

func TestGuessingFromManyAddresses(t *testing.T) {
	h := newHost(t, Limits{})
	must(t, h.store.SetPassword(t.Context(), "alice", password))
	h.api.byAccount = newLimiter[string](accountPerSecond, 3)
	for i := range 4 {
		got := login(h, fmt.Sprintf("192.0.2.%d:1", i), "wrong horse")
		if want := map[bool]int{true: 429, false: 400}[i == 3]; got.status != want {
			t.Errorf("try %d: %d, want %d", i, got.status, want)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	h := newHost(t, Limits{})
	phone, laptop, other := h.phone(t, "alice"), h.phone(t, "alice"), h.phone(t, "anna")
	phone.mustPost("/api/v2/sessions/delete/"+other.sessionID(), object{})
	if got := other.ask("GET", "/api/v2/friend/list", ""); got.status != 200 {
		t.Errorf("somebody else's session was ended: %d", got.status)
	}
	phone.mustPost("/api/v2/sessions/delete/"+laptop.sessionID(), object{})
	if got := laptop.ask("GET", "/api/v2/friend/list", ""); got.status != 401 {
		t.Errorf("deleted session: %d", got.status)
	}
	must(t, h.store.SetPassword(t.Context(), "alice", password))
	if got := phone.ask("GET", "/api/v2/friend/list", ""); got.status != 401 {
		t.Errorf("after another password: %d", got.status)
	}
	must(t, h.store.RemoveAccount("anna"))
	if got := other.ask("GET", "/api/v2/friend/list", ""); got.status != 401 {
		t.Errorf("after the account's end: %d", got.status)
	}
}

func TestUnusedSessionsEnd(t *testing.T) {
	h := newHost(t, Limits{})
	p := h.phone(t, "alice")
	h.clock.advance(10 * 365 * 24 * time.Hour)
	if got := p.ask("GET", "/api/v2/friend/list", ""); got.status != 401 {
		t.Errorf("got %d", got.status)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter[int](1, 2)
	now := time.Now()
	for i := range maxBuckets * 2 {
		l.take(now, i)
	}
	if len(l.left) > maxBuckets {
		t.Errorf("%d buckets", len(l.left))
	}
	if wait := l.take(now, maxBuckets*2-1); wait != 0 {
		t.Errorf("second take waits %v", wait)
	}
	if wait := l.take(now, maxBuckets*2-1); wait != time.Second {
		t.Errorf("third take waits %v", wait)
	}
}

type addr = netip.Addr

// login asks as if from an address of its own.
func login(h *host, from, password string) answer {
	r := httptest.NewRequest(http.MethodPost, loginPath, strings.NewReader(`{"userName":"alice","password":"`+password+`"}`))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = from
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	return answer{status: w.Code, headers: w.Header(), text: w.Body.String()}
}
