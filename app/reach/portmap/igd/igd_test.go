package igd

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Security check 45: whose URLs are opened.
func TestSec45OwnURLs(t *testing.T) {
	four := Config{Gateway: netip.MustParseAddr("192.168.1.1"), Local: netip.MustParseAddr("192.168.1.7")}
	six := Config{Gateway: netip.MustParseAddr("fe80::1%eth0"), Local: netip.MustParseAddr("2001:db8::7")}
	tests := []struct {
		config Config
		url    string
		want   bool
	}{
		{four, "http://192.168.1.1:5000/desc.xml", true},
		{four, "http://192.168.1.1/", true},
		{four, "https://192.168.1.1/", false},
		{four, "http://192.168.1.2/", false},
		{four, "http://127.0.0.1:80/", false},
		{four, "http://router/", false},
		{four, "http://a@192.168.1.1/", false},
		{four, "http://192.168.1.1:0/", false},
		{four, "file:///etc/passwd", false},
		{four, "", false},
		{six, "http://[fe80::1]:5000/", true},
		{six, "http://[2001:db8::1]:5000/", true},
		{six, "http://[2001:db8::7]:5000/", false},
		{six, "http://[2001:db8:1::1]:5000/", false},
		{six, "http://[::1]/", false},
		{six, "http://192.168.1.1/", false},
	}
	for _, test := range tests {
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := test.config.owns(u); got != test.want {
			t.Errorf("%q: got %v", test.url, got)
		}
	}
}

// Security check 45: documents that swell.
func TestSec45Documents(t *testing.T) {
	tests := map[string]string{
		"bomb":      `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><root>&b;</root>`,
		"entity":    `<root>&b;</root>`,
		"deep":      strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100),
		"wide":      "<root>" + strings.Repeat("<a/>", 100_000) + "</root>",
		"services":  "<root>" + strings.Repeat("<service><serviceType>a</serviceType><controlURL>b</controlURL></service>", 100) + "</root>",
		"unclosed":  "<root><device>",
		"not XML":   "<html><br></html>",
		"encoding":  `<?xml version="1.0" encoding="utf-7"?><root/>`,
		"other end": "<a></b>",
	}
	for name, text := range tests {
		if _, err := parseDescription(strings.NewReader(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	long := "<root><friendlyName>" + strings.Repeat("a", maxText-1) + "</friendlyName></root>"
	if d, err := parseDescription(strings.NewReader(long)); err != nil || len(d.name) != maxName {
		t.Errorf("got %q, %v", d.name, err)
	}
}

// Security check 45: a router's web server that sends us elsewhere, or has no end,
// gets us nowhere, and keeps us from nothing for long.
func TestSec45WebServers(t *testing.T) {
	gateway, local := netip.MustParseAddr("127.45.3.1"), netip.MustParseAddr("127.45.3.2")
	var strayed atomic.Int32
	stranger := serveAt(t, local, func(http.ResponseWriter, *http.Request) { strayed.Add(1) })
	router := serveAt(t, gateway, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/elsewhere":
			http.Redirect(w, r, stranger+"/", http.StatusFound)
		case "/header":
			w.Header().Set("X", strings.Repeat("x", 2*maxHeader))
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(" ", 1<<16)); err != nil {
					return
				}
			}
		}
	})
	client := (&Config{Gateway: gateway, Local: local}).newHTTP()
	if status, _, err := fetch(t.Context(), client, http.MethodGet, router+"/elsewhere", http.Header{}, ""); err != nil || status != http.StatusFound {
		t.Errorf("redirect: %d, %v", status, err)
	}
	for path, want := range map[string]error{"/header": nil, "/endless": ErrMalformed} {
		_, _, err := fetch(t.Context(), client, http.MethodGet, router+path, http.Header{}, "")
		if err == nil || (want != nil && !errors.Is(err, want)) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	if _, _, err := fetch(t.Context(), client, http.MethodGet, stranger+"/", http.Header{}, ""); !errors.Is(err, ErrForeign) || strayed.Load() > 0 {
		t.Errorf("asked %d times of a stranger: %v", strayed.Load(), err)
	}
}

func serveAt(t *testing.T, addr netip.Addr, answer http.HandlerFunc) (base string) {
	t.Helper()
	listener, err := net.Listen("tcp4", netip.AddrPortFrom(addr, 0).String())
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: answer}}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func TestFaults(t *testing.T) {
	fault := `<Envelope><Body><Fault><detail><UPnPError><errorCode>725</errorCode><errorDescription>x</errorDescription></UPnPError></detail></Fault></Body></Envelope>`
	if _, err := parseAnswerTo("A", 500, []byte(fault)); !HasCode(err, CodePermanentOnly) {
		t.Errorf("got %v", err)
	}
	if _, err := parseAnswerTo("A", 401, []byte("<html>")); !HasCode(err, CodeNotAuthorized) {
		t.Errorf("got %v", err)
	}
	if _, err := parseAnswerTo("A", 200, []byte("<Envelope/>")); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %v", err)
	}
	got, err := parseAnswerTo("A", 200, []byte("<e><b><u:AResponse xmlns:u='x'><X>1</X></u:AResponse></b></e>"))
	if err != nil || got["X"] != "1" {
		t.Errorf("got %v, %v", got, err)
	}
}

func FuzzSearchAnswer(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nST: upnp:InternetGatewayDevice:1\r\nLOCATION: http://192.168.1.1:5000/d.xml\r\n\r\n"))
	f.Add([]byte("NOTIFY * HTTP/1.1\r\n\r\n"))
	c := Config{Gateway: netip.MustParseAddr("192.168.1.1"), Local: netip.MustParseAddr("192.168.1.7")}
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := c.judge(b, netip.AddrPortFrom(c.Gateway, 1900))
		if err == nil && u != nil && u.Hostname() != "192.168.1.1" {
			t.Errorf("took %v", u)
		}
	})
}

func FuzzDocuments(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-1"?><root><device><friendlyName>R` + "\xe9" + `</friendlyName><service><serviceType>a:1</serviceType><controlURL>/c</controlURL></service></device></root>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := parseDescription(strings.NewReader(string(b))); err == nil {
			if len(d.services) > maxServices || !utf8.ValidString(d.name) {
				t.Errorf("%d services of %q", len(d.services), d.name)
			}
		}
		_, _ = parseAnswerTo("A", 200, b)
	})
}
