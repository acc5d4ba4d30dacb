package records

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const challenge = "_acme-challenge.home.example.org"

func TestTexts(t *testing.T) {
	providers := map[string]func(*zone, *testing.T) string{
		"cloudflare": (*zone).cloudflare, "desec": (*zone).desec, "gandi": (*zone).gandi, "digitalocean": (*zone).digitalOcean,
	}
	for name, serve := range providers {
		t.Run(name, func(t *testing.T) {
			z := newZone()
			base := serve(z, t)
			texts, err := NewTexts(Config{Provider: name, Settings: map[string]string{"token": secret}, BaseURL: base})
			if err != nil {
				t.Fatal(err)
			}
			for _, value := range []string{"one", "two"} {
				if err := texts.Present(t.Context(), challenge, value); err != nil {
					t.Fatal(err)
				}
			}
			if got := z.values("TXT", challenge); !slices.Equal(got, []string{"one", "two"}) {
				t.Errorf("set %q", got)
			}
			for _, value := range []string{"one", "one", "two"} { // twice does no harm
				if err := texts.CleanUp(t.Context(), challenge, value); err != nil {
					t.Fatal(err)
				}
			}
			if got := z.values("TXT", challenge); len(got) > 0 {
				t.Errorf("left %q", got)
			}
			if err := texts.Present(t.Context(), "_acme-challenge.other.test", "x"); !errors.Is(err, ErrNoZone) {
				t.Errorf("another's zone: %v", err)
			}
			wantRefusals(t, z, texts)
			wrong, err := NewTexts(Config{Provider: name, Settings: map[string]string{"token": "wrong"}, BaseURL: base})
			if err != nil {
				t.Fatal(err)
			}
			if err := wrong.Present(t.Context(), challenge, "x"); !errors.Is(err, ErrDenied) {
				t.Errorf("wrong token: %v", err)
			}
		})
	}
}

// wantRefusals has the provider refuse everything, and repeat what it was sent.
func wantRefusals(t *testing.T, z *zone, texts Texts) {
	t.Helper()
	for status, want := range map[int]error{403: ErrDenied, 429: ErrRefused, 500: ErrRefused, 302: ErrRefused} {
		z.mu.Lock()
		z.status = status
		z.mu.Unlock()
		err := texts.Present(t.Context(), challenge, "x")
		if !errors.Is(err, want) || strings.Contains(err.Error(), secret) {
			t.Errorf("HTTP %d: %v", status, err)
		}
	}
	z.mu.Lock()
	z.status = 0
	z.mu.Unlock()
}

func TestCloudflareAddresses(t *testing.T) {
	z := newZone()
	addresses, err := NewAddresses(Config{Provider: "cloudflare", Settings: map[string]string{"token": secret}, BaseURL: z.cloudflare(t)})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct{ v4, v6 string }{{"198.51.100.1", "2001:db8::1"}, {"198.51.100.1", "2001:db8::2"}, {"198.51.100.2", ""}}
	for _, step := range steps {
		var v6 netip.Addr
		if step.v6 != "" {
			v6 = netip.MustParseAddr(step.v6)
		}
		if err := addresses.SetAddresses(t.Context(), "home.example.org", netip.MustParseAddr(step.v4), v6); err != nil {
			t.Fatal(err)
		}
		if got := z.values("A", "home.example.org"); !slices.Equal(got, []string{step.v4}) {
			t.Errorf("A %q", got)
		}
	}
	if got := z.values("AAAA", "home.example.org"); !slices.Equal(got, []string{"2001:db8::2"}) {
		t.Errorf("AAAA %q", got)
	}
}

func TestDuckDNS(t *testing.T) {
	var asked string
	answer := "OK"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	config := Config{Provider: "duckdns", Settings: map[string]string{"token": secret}, BaseURL: server.URL}
	texts, err := NewTexts(config)
	if err != nil {
		t.Fatal(err)
	}
	name := "_acme-challenge.www.home.duckdns.org"
	if err := texts.Present(t.Context(), name, "one"); err != nil || asked != "/update?domains=home&token="+secret+"&txt=one" {
		t.Errorf("asked %s, %v", asked, err)
	}
	if err := texts.CleanUp(t.Context(), name, "one"); err != nil || asked != "/update?clear=true&domains=home&token="+secret+"&txt=one" {
		t.Errorf("asked %s, %v", asked, err)
	}
	answer = "KO"
	if err := texts.Present(t.Context(), name, "one"); !errors.Is(err, ErrDenied) {
		t.Errorf("got %v", err)
	}
	answer = strings.Repeat("<html>", 1000)
	if err := texts.Present(t.Context(), name, "one"); !errors.Is(err, ErrRefused) || len(err.Error()) > 200 {
		t.Errorf("got %v", err)
	}
	asked = ""
	for _, other := range []string{"home.example.org", "duckdns.org", ".duckdns.org"} {
		if err := texts.Present(t.Context(), other, "x"); !errors.Is(err, ErrNoZone) || asked != "" {
			t.Errorf("%s: %v, asked %s", other, err, asked)
		}
	}
	addresses, err := NewAddresses(config)
	if err != nil {
		t.Fatal(err)
	}
	// Without an address it would take where the request comes from.
	if err := addresses.SetAddresses(t.Context(), "home.duckdns.org", netip.Addr{}, netip.Addr{}); err != nil || asked != "" {
		t.Errorf("asked %s, %v", asked, err)
	}
	server.Close()
	if err := texts.Present(t.Context(), name, "one"); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}

func TestProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("shell scripts")
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	script := func(text string) []string {
		path := filepath.Join(dir, "hook")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return []string{path, "first"}
	}
	texts, err := NewTexts(Config{Provider: Hook, Hook: script("echo $# \"$@\" >> " + out)})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(texts.Present(t.Context(), challenge, "a $(b)"), texts.CleanUp(t.Context(), challenge, "a $(b)")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	want := "4 first present " + challenge + " a $(b)\n4 first cleanup " + challenge + " a $(b)\n"
	if err != nil || string(text) != want {
		t.Errorf("the hook got %q, %v", text, err)
	}
	for name, hook := range map[string][]string{
		"fails":     script("echo a secret >&2; exit 3"),
		"not there": {filepath.Join(dir, "none")},
	} {
		texts, err := NewTexts(Config{Provider: Hook, Hook: hook})
		if err != nil {
			t.Fatal(err)
		}
		if err := texts.Present(t.Context(), challenge, "x"); !errors.Is(err, ErrHook) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProgramIsEnded(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("sleep")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	p := &Program{Command: []string{"sleep", "1000"}}
	err := p.run(ctx)
	if !errors.Is(err, ErrHook) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]Config{
		"nobody":          {},
		"unknown":         {Provider: "route53"},
		"no token":        {Provider: "gandi"},
		"unknown setting": {Provider: "gandi", Settings: map[string]string{"token": "x", "tokn": "y"}},
		"no server":       {Provider: "rfc2136"},
		"half a key":      {Provider: "rfc2136", Settings: map[string]string{"server": "ns", "key": "x"}},
		"algorithm":       {Provider: "rfc2136", Settings: map[string]string{"server": "ns", "algorithm": "md5"}},
		"no program":      {Provider: Hook},
	} {
		if _, err := NewTexts(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := NewAddresses(Config{Provider: "gandi", Settings: map[string]string{"token": "x"}}); !errors.Is(err, ErrConfig) {
		t.Errorf("addresses at gandi: %v", err)
	}
	for _, name := range Providers() {
		if _, _, known := keysOf(name); !known {
			t.Errorf("%s is not known", name)
		}
	}
}
