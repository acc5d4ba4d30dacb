package app

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"takoshome/app/config"
)

// patience is for steps that take milliseconds, on a machine that is busy.
const patience = 30 * time.Second

// safeBuffer is written by many goroutines.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // mu protects it
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func page() fstest.MapFS {
	return fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}}
}

func testConfig(t testing.TB) Config {
	t.Helper()
	settings := config.Default(t.TempDir())
	settings.HTTP, settings.RTC = listenOn("127.0.0.1:0"), listenOn("127.0.0.1:0")
	settings.TLS = config.TLS{Mode: config.TLSOff}
	settings.Reach = config.Reach{} // tests ask nobody outside
	settings.Relay.Listen = config.RelayListen{AddrPort: netip.MustParseAddrPort("127.0.0.1:0")}
	return Config{Settings: settings, Page: page()}
}

func listenOn(addr string) config.Listen {
	return config.Listen{AddrPort: netip.MustParseAddrPort(addr)}
}

func startApp(t *testing.T, change func(*Config)) *App {
	t.Helper()
	c := testConfig(t)
	if change != nil {
		change(&c)
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func do(t *testing.T, a *App, command Command) {
	t.Helper()
	if err := a.Do(t.Context(), command); err != nil {
		t.Fatalf("%T: %v", command, err)
	}
}

// waitFor gives the first published snapshot that is as wanted.
func waitFor(t *testing.T, a *App, wanted func(*Snapshot) bool) *Snapshot {
	t.Helper()
	found := make(chan *Snapshot, 1)
	stop := a.Watch(func(s *Snapshot) {
		if wanted(s) {
			select {
			case found <- s:
			default:
			}
		}
	})
	defer stop()
	select {
	case s := <-found:
		return s
	case <-time.After(patience):
		t.Fatalf("it did not come about; now: %+v", a.Snapshot())
		return nil
	}
}

func isTaken(network string) func(error) bool {
	return func(err error) bool {
		var listen *ListenError
		return errors.As(err, &listen) && listen.IsTaken() && listen.Network == network
	}
}

func isDataDir(err error) bool {
	var folder *DataDirError
	return errors.As(err, &folder)
}

func get(t *testing.T, url string, headers ...string) (status int, body string) {
	t.Helper()
	return send(t, http.MethodGet, url, "", headers...)
}

func post(t *testing.T, url, body string) (status int, answer string) {
	t.Helper()
	return send(t, http.MethodPost, url, body, "Content-Type", "application/json")
}

func send(t *testing.T, method, url, body string, headers ...string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func wantStatus(t *testing.T, url string, want int) {
	t.Helper()
	if got, _ := get(t, url); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func wantHandshake(t *testing.T, base, token string, want int) {
	t.Helper()
	conn, got := tryHandshake(t, base, token)
	_ = conn.Close()
	if got != want {
		t.Errorf("token %q: got %d, want %d", token, got, want)
	}
}

// handshake opens a WebSocket (RFC 6455 section 4.1) and reads nothing from it.
func handshake(t *testing.T, base, token string) net.Conn {
	t.Helper()
	conn, status := tryHandshake(t, base, token)
	if status != http.StatusSwitchingProtocols {
		_ = conn.Close()
		t.Fatalf("the socket was refused with %d", status)
	}
	return conn
}

func tryHandshake(t *testing.T, base, token string) (net.Conn, int) {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "GET "+callPath+"?token="+token+" HTTP/1.1\r\nHost: "+host+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	status, err := strconv.Atoi(strings.Fields(line)[1])
	if err != nil {
		t.Fatal(err)
	}
	return conn, status
}

func afterText(t *testing.T, s, mark string) string {
	t.Helper()
	_, after, ok := strings.Cut(s, mark)
	if !ok {
		t.Fatalf("%q has no %q", s, mark)
	}
	return after
}

func itoa(port uint16) string { return strconv.Itoa(int(port)) }
