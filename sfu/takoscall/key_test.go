package takoscall

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/sfu/signaling/callertest"
)

func TestKey(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	for name, test := range map[string]struct {
		query, header string
		right         bool
	}{
		"query":                 {"?api_key=tako", "", true},
		"header":                {"", "tako", true},
		"empty query, header":   {"?api_key=", "tako", true},
		"query before header":   {"?api_key=tako", "wrong", true},
		"wrong query":           {"?api_key=wrong", "tako", false},
		"wrong header":          {"", "wrong", false},
		"none":                  {"", "", false},
		"a part of it":          {"?api_key=tak", "", false},
		"more than it":          {"?api_key=tako%00", "", false},
		"another key's name":    {"?apikey=tako", "", false},
		"of another's spelling": {"?api_key=TAKO", "", false},
	} {
		header := http.Header{}
		if test.header != "" {
			header.Set("api-key", test.header)
		}
		s, refused := callertest.TryDial(t, h.url(test.query), header)
		if refused != nil {
			t.Fatalf("%s: refused before the upgrade: %+v", name, refused)
		}
		if !test.right {
			_ = s.TrySend(`{"type":"createRoom","id":"1","data":{"roomId":"den"}}`) // if it is not closed yet
			if code := s.ClosedWith(); code != websocket.ClosePolicyViolation {
				t.Errorf("%s: closed with %d, want 1008", name, code)
			}
			continue
		}
		s.SendText(`{"type":"getAllRooms","id":"1"}`)
		s.Next("response")
	}
	if rooms := h.Snapshot(); len(rooms) != 0 {
		t.Errorf("a wrong key made %+v", rooms)
	}
}

// Whoever guesses has to wait, and who is inside already stays.
func TestLockout(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	inside := h.connect()
	for range maxWrongKeys {
		s := callertest.Dial(t, h.url("?api_key=wrong"))
		s.ClosedWith()
	}
	_, refused := callertest.TryDial(t, h.url("?api_key=tako"), nil)
	if refused == nil || refused.Status != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "" {
		t.Errorf("got %+v, want 429 with Retry-After", refused)
	}
	inside.ask("createRoom", data{"roomId": "den"}, nil)
}

func TestGate(t *testing.T) {
	t.Parallel()
	g, now := newGate("right"), time.Now()
	home, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.0.2.1")
	for i := range maxWrongKeys {
		if got := g.try(now, home, "wrong"); got != keyWrong {
			t.Fatalf("guess %d: %v", i, got)
		}
		if got := g.try(now, other, "right"); got != keyRight {
			t.Fatalf("the right key of another address: %v", got)
		}
	}
	neighbour := netip.MustParseAddr("2001:db8::2")
	if got := g.try(now, neighbour, "right"); got != keyNotTried {
		t.Errorf("the same network: %v, want it not to be tried", got)
	}
	if got := g.try(now.Add(wrongKeyWindow), home, "right"); got != keyRight {
		t.Errorf("after the wait: %v", got)
	}
	// Many addresses at once neither use up memory nor get in.
	for i := range 2 * maxWrongKeyHosts {
		g.try(now, netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), "wrong")
	}
	if len(g.guesses) > maxWrongKeyHosts {
		t.Errorf("%d addresses are remembered", len(g.guesses))
	}
	if got := g.try(now, netip.MustParseAddr("192.0.2.2"), "right"); got != keyNotTried {
		t.Errorf("one more address: %v", got)
	}
	if got := g.try(now.Add(wrongKeyWindow), netip.MustParseAddr("192.0.2.2"), "right"); got != keyRight {
		t.Errorf("one more address after the wait: %v", got)
	}
}

// Guesses at the same moment are counted like those one after the other.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	g, now := newGate("right"), time.Now()
	var tried atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range maxWrongKeys {
				if g.try(now, netip.Addr{}, "wrong") == keyWrong {
					tried.Add(1)
				}
			}
		})
	}
	all.Wait()
	if got := tried.Load(); got != maxWrongKeys {
		t.Errorf("%d keys were tried, want %d", got, maxWrongKeys)
	}
}

func TestRefusedBeforeTheUpgrade(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{Connections: 1})
	h.connect().settle()
	page := http.Header{"Origin": {"https://evil.example"}}
	for name, test := range map[string]struct {
		url    string
		header http.Header
		status int
	}{
		"web page":     {h.url("?api_key=tako"), page, http.StatusForbidden},
		"other path":   {strings.Replace(h.url("?api_key=tako"), "takos-api", "", 1), nil, http.StatusNotFound},
		"one too many": {h.url("?api_key=tako"), nil, http.StatusServiceUnavailable},
	} {
		_, refused := callertest.TryDial(t, test.url, test.header)
		if refused == nil || refused.Status != test.status {
			t.Errorf("%s: got %+v, want %d", name, refused, test.status)
		}
	}
	response, err := http.Get("http://" + h.address + "/takos-api?api_key=tako")
	must(t, err)
	must(t, response.Body.Close())
	if response.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("no WebSocket: got %d, want 426", response.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestCheckKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", maxKey)
	for _, test := range []struct {
		key   string
		local bool
		want  error
	}{
		{"tako", true, nil},
		{"tako", false, ErrShortKey},
		{"0123456789abcdef", false, nil},
		{"", true, ErrNoKey},
		{"", false, ErrNoKey},
		{long, true, nil},
		{long + "k", true, ErrLongKey},
	} {
		if err := CheckKey(test.key, test.local); !errors.Is(err, test.want) {
			t.Errorf("%.20q, local %t: got %v, want %v", test.key, test.local, err, test.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	everywhere, err := net.Listen("tcp", "0.0.0.0:0")
	must(t, err)
	defer func() { must(t, everywhere.Close()) }()
	server := newSfu(t)
	for name, config := range map[string]Config{
		"no media":    {Listener: everywhere, APIKey: "0123456789abcdef"},
		"no listener": {Server: server, APIKey: "0123456789abcdef"},
		"no key":      {Server: server, Listener: everywhere},
		"short key":   {Server: server, Listener: everywhere, APIKey: "tako"},
	} {
		if _, err := New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Idle connections of strangers are cut off where there are too many.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l := newLimitedListener(raw)
	accepted := make(chan net.Conn, 2*maxConnsPerAddr)
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	})
	var open []net.Conn
	for range maxConnsPerAddr {
		conn, err := net.Dial("tcp", raw.Addr().String())
		must(t, err)
		open = append(open, conn, <-accepted)
	}
	extra, err := net.Dial("tcp", raw.Addr().String())
	must(t, err)
	must(t, extra.SetReadDeadline(time.Now().Add(patience)))
	if _, err := extra.Read(make([]byte, 1)); err == nil || errors.Is(err, net.ErrClosed) {
		t.Errorf("one too many: %v, want it to be hung up", err)
	}
	must(t, open[1].Close()) // makes room
	again, err := net.Dial("tcp", raw.Addr().String())
	must(t, err)
	open = append(open, extra, again, <-accepted)
	must(t, raw.Close())
	accepting.Wait()
	for _, conn := range open {
		_ = conn.Close()
	}
	if l.open != 0 || len(l.byHost) != 0 {
		t.Errorf("%d connections are still counted: %v", l.open, fmt.Sprint(l.byHost))
	}
}
