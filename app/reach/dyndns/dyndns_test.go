package dyndns

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/reach/records"
)

const secret = "s3cr3t-w0rd"

var (
	home4  = netip.MustParseAddr("198.51.100.7")
	other4 = netip.MustParseAddr("198.51.100.8")
	home6  = netip.MustParseAddr("2001:db8::7")
)

// provider answers without a network, so that hours pass in no time.
type provider struct {
	mu     sync.Mutex
	answer string
	status int
	fail   error
	asked  []string // queries
	at     []time.Time
}

func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.at = append(p.asked, r.URL.RawQuery), append(p.at, time.Now())
	if p.fail != nil {
		return nil, p.fail
	}
	return &http.Response{
		StatusCode: p.status, Body: io.NopCloser(strings.NewReader(p.answer)), Header: http.Header{}, Request: r,
	}, nil
}

func (p *provider) say(answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer, p.status, p.fail = answer, http.StatusOK, nil
}

func (p *provider) queries() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *provider) times() []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.at)
}

func configFor(p *provider) Config {
	return Config{
		Provider: "dyndns2", URL: "https://dyn.test/nic/update", Hostname: "Home.Test.", User: "me", Password: secret,
		Client: &http.Client{Transport: p},
		Lookup: func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("no such name") },
	}
}

func start(t *testing.T, c Config) *Updater {
	t.Helper()
	u, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestChangesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{answer: "good 198.51.100.7", status: http.StatusOK}
		u := start(t, configFor(p))
		defer u.Close()
		u.Update(netip.Addr{}, netip.Addr{})
		time.Sleep(time.Hour)
		if s := u.Status(); s.State != StateWaiting || len(p.times()) > 0 {
			t.Fatalf("without an address: %+v", s)
		}
		u.Update(home4, netip.Addr{})
		u.Update(home4, home6) // at almost the same moment
		time.Sleep(time.Minute)
		u.Update(home4, home6)
		time.Sleep(time.Hour)
		s := u.Status()
		if s.State != StateCurrent || !slices.Equal(s.Addrs, []netip.Addr{home4, home6}) || s.Hostname != "home.test" {
			t.Errorf("status %+v", s)
		}
		u.Update(other4, home6)
		time.Sleep(time.Minute)
		want := []string{
			"hostname=home.test&myip=198.51.100.7%2C2001%3Adb8%3A%3A7",
			"hostname=home.test&myip=198.51.100.8%2C2001%3Adb8%3A%3A7",
		}
		if !slices.Equal(p.queries(), want) {
			t.Errorf("asked %q", p.queries())
		}
	})
}

func TestAddressesOfNoUseAreNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{answer: "good", status: http.StatusOK}
		u := start(t, configFor(p))
		defer u.Close()
		for _, a := range []string{"192.168.1.5", "100.64.0.1", "127.0.0.1", "169.254.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "198.18.0.1"} {
			u.Update(netip.MustParseAddr(a), netip.MustParseAddr("fd00::1"))
			time.Sleep(time.Minute)
		}
		if len(p.times()) > 0 {
			t.Errorf("told %q", p.queries())
		}
		u.Update(netip.MustParseAddr("::ffff:198.51.100.7"), netip.MustParseAddr("fe80::1%eth0"))
		time.Sleep(time.Minute)
		if !slices.Equal(p.queries(), []string{"hostname=home.test&myip=198.51.100.7"}) {
			t.Errorf("told %q", p.queries())
		}
	})
}

// A name that leads here after a start is left alone: providers block who tells
// them what they know.
func TestNothingIsToldThatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{answer: "good", status: http.StatusOK}
		c := configFor(p)
		c.Lookup = func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{home6, netip.MustParseAddr("::ffff:198.51.100.7")}, nil
		}
		u := start(t, c)
		defer u.Close()
		u.Update(home4, home6)
		time.Sleep(time.Hour)
		if s := u.Status(); s.State != StateCurrent || len(p.times()) > 0 {
			t.Errorf("status %+v, asked %q", s, p.queries())
		}
		u.Update(other4, home6)
		time.Sleep(time.Hour)
		u.Update(home4, home6) // back again, while caches may still have it
		time.Sleep(time.Hour)
		if n := len(p.times()); n != 2 {
			t.Errorf("told %d times, want 2", n)
		}
	})
}

func TestItIsToldOnceInFourWeeks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{answer: "nochg", status: http.StatusOK}
		u := start(t, configFor(p))
		defer u.Close()
		u.Update(home4, home6)
		time.Sleep(100 * 24 * time.Hour)
		if n := len(p.times()); n != 4 {
			t.Errorf("told %d times in 100 days, want 4", n)
		}
	})
}

// What nothing but other settings can mend stops everything, also new addresses.
func TestRefusalsStop(t *testing.T) {
	for answer, want := range map[string]Problem{
		"badauth": ProblemDenied, "nohost": ProblemName, "notfqdn": ProblemName, "numhost": ProblemName, "!yours": ProblemName,
		"abuse": ProblemBlocked, "badagent": ProblemBlocked, "!donator": ProblemPaid,
	} {
		t.Run(answer, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &provider{answer: answer, status: http.StatusOK}
				u := start(t, configFor(p))
				defer u.Close()
				u.Update(home4, home6)
				time.Sleep(100 * 24 * time.Hour)
				u.Update(other4, home6)
				time.Sleep(100 * 24 * time.Hour)
				s := u.Status()
				if s.State != StateStopped || s.Problem != want || len(p.times()) != 1 || !s.NextTry.IsZero() {
					t.Errorf("status %+v after %d requests", s, len(p.times()))
				}
			})
		})
	}
}

// A provider in trouble is left alone for half an hour, whatever changes.
func TestTroubleIsWaitedFor(t *testing.T) {
	for name, p := range map[string]*provider{
		"911":      {answer: "911", status: http.StatusOK},
		"dnserr":   {answer: "dnserr", status: http.StatusOK},
		"HTTP 503": {answer: "<html>", status: http.StatusServiceUnavailable},
		"HTTP 429": {answer: "slow down", status: http.StatusTooManyRequests},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := start(t, configFor(p))
				defer u.Close()
				u.Update(home4, home6)
				time.Sleep(10 * time.Minute)
				u.Update(other4, home6)
				time.Sleep(10 * time.Minute)
				if s := u.Status(); s.State != StateFailed || s.Problem != ProblemProvider || len(p.times()) != 1 {
					t.Fatalf("status %+v after %d requests", s, len(p.times()))
				}
				p.say("good")
				time.Sleep(20 * time.Minute)
				at := p.times()
				if s := u.Status(); s.State != StateCurrent || len(at) != 2 || at[1].Sub(at[0]) < 30*time.Minute {
					t.Errorf("status %+v, asked at %v", s, at)
				}
			})
		})
	}
}

func TestWithoutNetworkItIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{fail: errors.New("no route to host")}
		u := start(t, configFor(p))
		defer u.Close()
		u.Update(home4, home6)
		time.Sleep(24 * time.Hour)
		n := len(p.times())
		if s := u.Status(); s.State != StateFailed || s.Problem != ProblemUnreachable || n < 10 || n > 40 {
			t.Errorf("status %+v after %d tries in a day", s, n)
		}
		p.say("good")
		time.Sleep(61 * time.Minute)
		if s := u.Status(); s.State != StateCurrent || s.Problem != ProblemNone {
			t.Errorf("status %+v", s)
		}
	})
}

func TestMeaning(t *testing.T) {
	for text, want := range map[string]Problem{
		"good 1.2.3.4\n": ProblemNone, "NOCHG": ProblemNone, "": ProblemStrange, "<html><body>good</body>": ProblemStrange,
		"\x00\xff": ProblemStrange,
	} {
		if got := problemOf(meaningOf(http.StatusOK, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := problemOf(meaningOf(http.StatusUnauthorized, "")); got != ProblemDenied {
		t.Errorf("got %q", got)
	}
	if got := problemOf(meaningOf(http.StatusFound, "")); got != ProblemStrange {
		t.Errorf("got %q", got)
	}
}

// Providers as they really answer, by HTTP; and no secret in log and status.
func TestRealRequests(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		user, password, _ := r.BasicAuth()
		asked = append(asked, r.URL.Path+" "+user)
		switch {
		case r.URL.Path == "/nic/update" && password == secret && r.UserAgent() != "":
			_, _ = io.WriteString(w, "good "+r.URL.Query().Get("myip"))
		case r.URL.Path == "/update" && r.URL.Query().Get("token") == secret && r.URL.Query().Get("domains") == "home":
			_, _ = io.WriteString(w, "OK")
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/nic/update", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "KO")
		}
	}))
	defer server.Close()
	tests := []struct {
		name     string
		change   func(*Config)
		state    State
		problem  Problem
		requests int
	}{
		{"dyndns2", func(c *Config) { c.URL = server.URL + "/nic/update" }, StateCurrent, ProblemNone, 1},
		{"redirect", func(c *Config) { c.URL = server.URL + "/moved" }, StateFailed, ProblemStrange, 1},
		{"nobody", func(c *Config) { c.URL = "http://127.0.0.1:1/" + secret }, StateFailed, ProblemUnreachable, 0},
		{"duckdns", func(c *Config) {
			c.Provider, c.URL, c.Hostname = "duckdns", server.URL, "home.duckdns.org"
		}, StateCurrent, ProblemNone, 1},
		{"duckdns denies", func(c *Config) {
			c.Provider, c.URL, c.Hostname = "duckdns", server.URL, "other.duckdns.org"
		}, StateStopped, ProblemDenied, 1},
		{"not of duckdns", func(c *Config) {
			c.Provider, c.URL = "duckdns", server.URL
		}, StateStopped, ProblemName, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asked = nil
			var log bytes.Buffer
			changed := make(chan struct{}, 100)
			c := configFor(nil)
			c.gather, c.Client, c.Logger = time.Millisecond, nil, slog.New(slog.NewTextHandler(&log, nil))
			c.OnChange = func() { changed <- struct{}{} }
			test.change(&c)
			u := start(t, c)
			u.Update(home4, home6)
			for u.Status().State == StateWaiting {
				select {
				case <-changed:
				case <-time.After(20 * time.Second):
					t.Fatal("nothing happens")
				}
			}
			u.Close()
			if s := u.Status(); s.State != test.state || s.Problem != test.problem || len(asked) != test.requests {
				t.Errorf("status %+v, asked %q", s, asked)
			}
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log tells the secret: %s", log.String())
			}
		})
	}
}

func TestHook(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script")
	}
	dir := t.TempDir()
	script, out := filepath.Join(dir, "hook"), filepath.Join(dir, "out")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" > "+out+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	changed := make(chan struct{}, 100)
	c := configFor(nil)
	c.Provider, c.URL, c.Hook, c.Client = "hook", "", []string{script, "a b"}, nil
	c.gather = time.Millisecond
	c.OnChange = func() { changed <- struct{}{} }
	u := start(t, c)
	defer u.Close()
	u.Update(home4, netip.Addr{})
	for u.Status().State != StateCurrent {
		select {
		case <-changed:
		case <-time.After(20 * time.Second):
			t.Fatalf("status %+v", u.Status())
		}
	}
	text, err := os.ReadFile(out)
	if err != nil || string(text) != "a b\nupdate\nhome.test\n198.51.100.7\n\n" {
		t.Errorf("the hook got %q, %v", text, err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no provider":      func(c *Config) { c.Provider = "" },
		"unknown provider": func(c *Config) { c.Provider = "desec" },
		"no url":           func(c *Config) { c.URL = "" },
		"no name":          func(c *Config) { c.Hostname = "" },
		"two names":        func(c *Config) { c.Hostname = "a.test,b.test" },
		"no token":         func(c *Config) { c.Provider, c.Password = "cloudflare", "" },
		"no program":       func(c *Config) { c.Provider = "hook" },
	} {
		c := configFor(nil)
		change(&c)
		if _, err := New(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestHookProblem(t *testing.T) {
	if got := problemOf(records.ErrHook); got != ProblemHook || got.isFinal() {
		t.Errorf("got %q", got)
	}
}

func FuzzMeaning(f *testing.F) {
	f.Add(200, "good 1.2.3.4")
	f.Add(401, "badauth")
	f.Fuzz(func(t *testing.T, status int, text string) {
		err := meaningOf(status, text)
		if err != nil && len(text) > 10 && strings.Contains(err.Error(), text) {
			t.Error("the error repeats the answer")
		}
	})
}
