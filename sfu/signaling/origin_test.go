package signaling

import (
	"errors"
	"net/http/httptest"
	"testing"
)

func TestOrigins(t *testing.T) {
	o, err := newOrigins([]string{"https://takos.example", "http://localhost:5173"})
	if err != nil {
		t.Fatal(err)
	}
	const user = "alice@a.example:8443"
	for origin, want := range map[string]bool{
		"":                                   true,
		"http://home.example:8080":           true,
		"https://HOME.example:8080":          true,
		"https://takos.example":              true,
		"http://localhost:5173":              true,
		"tauri://localhost":                  true,
		"http://tauri.localhost":             true,
		"https://tauri.localhost":            true,
		"https://a.example:8443":             true, // the user's own server
		"http://a.example:8443":              false,
		"https://a.example":                  false,
		"https://home.example":               false,
		"http://takos.example":               false,
		"https://takos.example:444":          false,
		"https://takos.example.evil.test":    false,
		"https://evil.test":                  false,
		"https://evil.test/home.example":     false,
		"tauri://home.example:8080":          false,
		"null":                               false,
		"home.example:8080":                  false,
		"https://":                           false,
		"https://a.example:8443@evil.test":   false,
		"https://takos.example, https://a.b": false,
	} {
		r := httptest.NewRequest("GET", "http://home.example:8080/_takos/v2/call", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if got := o.allowed(r) || allowedFor(r, user); got != want {
			t.Errorf("%q: got %v, want %v", origin, got, want)
		}
		if allowedFor(r, "Hanako") || allowedFor(r, "hanako@") {
			t.Errorf("%q is allowed for a guest", origin)
		}
	}
	r := httptest.NewRequest("GET", "http://home.example:8080/_takos/v2/call", nil)
	r.Header["Origin"] = []string{"https://takos.example", "https://evil.test"}
	if o.allowed(r) || allowedFor(r, user) {
		t.Error("two origins are allowed")
	}
}

func TestBadOrigins(t *testing.T) {
	for _, text := range []string{"", "takos.example", "https://", "https://takos.example/", "https://takos.example/x", "*", ":"} {
		if _, err := newOrigins([]string{text}); !errors.Is(err, errBadOrigin) {
			t.Errorf("%q: got %v, want errBadOrigin", text, err)
		}
	}
}
