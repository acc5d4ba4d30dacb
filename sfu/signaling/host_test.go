package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
)

// watchedListener shows every connection to a test.
type watchedListener struct {
	net.Listener
	accepted func(*net.TCPConn)
}

func (l watchedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		l.accepted(tcp)
	}
	return conn, err
}

// tokens is an Authorizer of one-use tokens.
type tokens struct {
	mu     sync.Mutex
	grants map[string]signaling.Grant
	made   int
}

var errNoToken = errors.New("no such token")

func (a *tokens) Lookup(token string) (signaling.Grant, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	grant, ok := a.grants[token]
	if !ok {
		return signaling.Grant{}, errNoToken
	}
	return grant, nil
}

func (a *tokens) Redeem(token string) (signaling.Grant, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	grant, ok := a.grants[token]
	delete(a.grants, token)
	if !ok {
		return signaling.Grant{}, errNoToken
	}
	return grant, nil
}

func (a *tokens) make(grant signaling.Grant) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made++
	token := fmt.Sprintf("token-%d", a.made)
	a.grants[token] = grant
	return token
}

// host is a whole signaling server on the loopback interface.
type host struct {
	t       *testing.T
	media   *sfu.WebRtcServer
	rooms   *room.Rooms
	handler *signaling.Handler
	tokens  *tokens
	http    *httptest.Server
	// changes holds a wish to look again after anything changed in the rooms.
	changes chan struct{}
}

// hostConfig is what a test may change of a host.
type hostConfig struct {
	media     sfu.Config
	rooms     room.Config
	signaling signaling.Config
	// accepted is called with every connection.
	accepted func(*net.TCPConn)
}

type hostOption func(*hostConfig)

func withLimits(limits room.Limits) hostOption {
	return func(c *hostConfig) { c.rooms.Limits = limits }
}

func newHost(t *testing.T, options ...hostOption) *host {
	t.Helper()
	h := &host{t: t, tokens: &tokens{grants: map[string]signaling.Grant{}}, changes: make(chan struct{}, 1)}
	config := hostConfig{
		media:     sfu.Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")},
		rooms:     room.Config{OnChange: h.changed},
		signaling: signaling.Config{Authorizer: h.tokens},
		accepted:  func(*net.TCPConn) {},
	}
	for _, option := range options {
		option(&config)
	}
	server, err := sfu.NewWebRtcServer(config.media)
	must(t, err)
	h.media, config.rooms.Server = server, server
	h.rooms, err = room.NewRooms(config.rooms)
	must(t, err)
	config.signaling.Rooms = h.rooms
	h.handler, err = signaling.New(config.signaling)
	must(t, err)
	h.http = httptest.NewUnstartedServer(h.handler)
	h.http.Listener = watchedListener{h.http.Listener, config.accepted}
	h.http.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		// Clients that do not answer are cut off; that is what the test left.
		_ = h.handler.Close(ctx)
		h.rooms.Close()
		h.http.Close()
		must(t, server.Close())
	})
	return h
}

func (h *host) changed() {
	select {
	case h.changes <- struct{}{}:
	default:
	}
}

// await waits until the rooms look as the test wants.
func (h *host) await(what string, done func() bool) {
	h.t.Helper()
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for !done() {
		select {
		case <-h.changes:
		case <-timeout.C:
			h.t.Fatalf("waiting for %s in vain: %+v", what, h.rooms.Snapshot())
		}
	}
}

// address is the WebSocket URL with a query.
func (h *host) address(query string) string {
	return "ws" + strings.TrimPrefix(h.http.URL, "http") + "/_takos/v2/call?" + query
}

// query is the one of a new token for the video call "den".
func (h *host) query(user string) string {
	return "token=" + h.tokens.make(signaling.Grant{Room: "den", User: user, CallType: room.CallVideo})
}

// upgrade asks for a socket by plain HTTP and leaves it at the answer.
func (h *host) upgrade(query string, header http.Header) *http.Response {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.http.URL+"/_takos/v2/call?"+query, nil)
	must(h.t, err)
	r.Header = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
	}
	for field, values := range header {
		r.Header[field] = values
	}
	response, err := h.http.Client().Do(r)
	must(h.t, err)
	must(h.t, response.Body.Close())
	return response
}

// dialSoon opens a socket as soon as there is a place for it.
func (h *host) dialSoon(query string) *callertest.Socket {
	h.t.Helper()
	for began := time.Now(); ; {
		s, refused := callertest.TryDial(h.t, h.address(query), nil)
		if refused == nil {
			return s
		}
		if time.Since(began) > 30*time.Second {
			h.t.Fatalf("still refused: %+v", refused)
		}
	}
}

// join brings a client into the video call "den".
func (h *host) join(user string, style callertest.Style) *callertest.Caller {
	h.t.Helper()
	return callertest.Join(h.t, h.address(h.query(user)), style)
}

// dial opens a socket into the video call "den" and takes its init.
func (h *host) dial(user string) *callertest.Socket {
	h.t.Helper()
	s := callertest.Dial(h.t, h.address(h.query(user)))
	s.Next("init")
	return s
}

// refused tries a query that must not work.
func (h *host) refused(query string, header http.Header) *callertest.Refused {
	h.t.Helper()
	s, refused := callertest.TryDial(h.t, h.address(query), header)
	if s != nil {
		h.t.Fatalf("%q was let in", query)
	}
	return refused
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
