package participant

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func TestParseLink(t *testing.T) {
	t.Parallel()
	print := bytes.Repeat([]byte{0xAB}, 32)
	fingerprint := base64.RawURLEncoding.EncodeToString(print)
	for text, want := range map[string]Link{
		"https://h.example/j#t=abc":                          {Base: "https://h.example", Token: "abc", Secure: true},
		" <https://h.example/j#t=abc> ":                      {Base: "https://h.example", Token: "abc", Secure: true},
		"https://h.example:8443/j/#i=code":                   {Base: "https://h.example:8443", Code: "code", Secure: true},
		"https://h.example/under/j#i=code":                   {Base: "https://h.example/under", Code: "code", Secure: true},
		"https://h.example/j#t=abc&c=audio":                  {Base: "https://h.example", Token: "abc", CallType: "audio", Secure: true},
		"https://h.example/j#t=abc&c=smell":                  {Base: "https://h.example", Token: "abc", Secure: true},
		"https://h.example/j#t=a-b_c%2B":                     {Base: "https://h.example", Token: "a-b_c+", Secure: true},
		"takoshome:https://h.example/j#t=abc":                {Base: "https://h.example", Token: "abc", Secure: true},
		"TAKOSHOME:https://h.example/j#t=abc":                {Base: "https://h.example", Token: "abc", Secure: true},
		"takoshome:https%3A%2F%2Fh.example%2Fj%23t%3Dabc":    {Base: "https://h.example", Token: "abc", Secure: true},
		"takoshome:wss://h.example/_takos/v2/call?token=abc": {Base: "https://h.example", Token: "abc", Secure: true},
		"wss://h.example/_takos/v2/call?token=abc":           {Base: "https://h.example", Token: "abc", Secure: true},
		"ws://192.168.1.7:7000/_takos/v2/call?token=abc":     {Base: "http://192.168.1.7:7000", Token: "abc"},
		"http://localhost:7000/j#i=code":                     {Base: "http://localhost:7000", Code: "code"},
		"http://[::1]:7000/j#i=code":                         {Base: "http://[::1]:7000", Code: "code"},
		"http://[fd00::7]/j#i=code":                          {Base: "http://[fd00::7]", Code: "code"},
		"http://100.64.0.9/j#i=code":                         {Base: "http://100.64.0.9", Code: "code"},
		"http://mac.local/j#i=code":                          {Base: "http://mac.local", Code: "code"},
	} {
		got, err := ParseLink(text)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	got, err := ParseLink("https://h.example/j#t=abc&f=" + fingerprint)
	if err != nil || got.Fingerprint == nil || !bytes.Equal(got.Fingerprint[:], print) {
		t.Errorf("fingerprint: got %+v, %v", got, err)
	}
	if got.Host() != "h.example" || got.NeedsName() {
		t.Errorf("host %q, needs name %v", got.Host(), got.NeedsName())
	}
	if got := (Link{}).Host(); got != "" {
		t.Errorf("host of no link: %q", got)
	}
}

func TestParseLinkRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "hello", "https://h.example", "https://h.example/j", "https://h.example/j#", "https://h.example/j#t=",
		"https://h.example/j?t=abc", "https://h.example/k#t=abc", "https://h.example/j#t=abc&i=code",
		"http://h.example/j#t=abc", "http://8.8.8.8/j#t=abc", "http://[2001:db8::1]/j#t=abc", "ftp://h.example/j#t=abc",
		"javascript:alert(1)", "takoshome:", "takoshome:takoshome:https://h.example/j#t=abc",
		"https:///j#t=abc", "https://user@h.example/j#t=abc", "https://h.example:0/j#t=abc", "https://h.example:99999/j#t=abc",
		"https://h.example:/j#t=abc", "https://h.example/j#t=abc&f=short", "https://h.example/j#t=a%0Ab", "https://h.example/j#t=a b",
		"wss://h.example/other?token=abc", "wss://h.example/_takos/v2/call", "https://h.example/j#t=%zz",
		"https://h.example/j#t=" + strings.Repeat("a", 2000), strings.Repeat("a", 1<<16),
	} {
		if got, err := ParseLink(text); !errors.Is(err, ErrBadLink) {
			t.Errorf("%.60q: got %+v, %v, want ErrBadLink", text, got, err)
		}
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add("https://h.example/j#t=abc&c=audio&f=q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s")
	f.Add("takoshome:http://127.0.0.1:7000/under/j#i=code")
	f.Add("wss://h.example/_takos/v2/call?token=abc")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLink(text)
		if err != nil {
			if !errors.Is(err, ErrBadLink) || l != (Link{}) {
				t.Errorf("%q: %+v, %v", text, l, err)
			}
			return
		}
		if l.Host() == "" || (l.Token == "") == (l.Code == "") || strings.HasSuffix(l.Base, "/") {
			t.Errorf("%q: %+v", text, l)
		}
		again, err := ParseLink(l.Base + "/j#" + map[bool]string{true: "i", false: "t"}[l.NeedsName()] + "=x")
		if err != nil || again.Base != l.Base || again.Secure != l.Secure {
			t.Errorf("%q leads to %q, which leads to %q, %v", text, l.Base, again.Base, err)
		}
	})
}
