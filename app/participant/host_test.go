package participant

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/sfu"
	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
)

// patience is how long a test waits before it fails.
const patience = 30 * time.Second

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
	grant, err := a.Lookup(token)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.grants, token)
	return grant, err
}

func (a *tokens) make(grant signaling.Grant) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made++
	token := fmt.Sprintf("token-%d", a.made)
	a.grants[token] = grant
	return token
}

// host is our own host, whole, on the loopback interface.
type host struct {
	t        testing.TB
	server   *sfu.WebRtcServer
	rooms    *room.Rooms
	tokens   *tokens
	handler  *signaling.Handler
	http     *httptest.Server
	callType room.CallType
	closeAll func()
}

type hostOption func(*hostConfig)

type hostConfig struct {
	rooms room.Config
	media sfu.Config
	// wrap sees every request before the host does.
	wrap func(http.Handler) http.Handler
	// unstarted may change the server before it listens.
	unstarted func(*httptest.Server)
	callType  room.CallType
}

func newHost(t testing.TB, options ...hostOption) *host {
	t.Helper()
	config := hostConfig{
		media:     sfu.Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")},
		wrap:      func(h http.Handler) http.Handler { return h },
		unstarted: func(s *httptest.Server) { s.Start() },
		callType:  room.CallVideo,
	}
	for _, option := range options {
		option(&config)
	}
	server, err := sfu.NewWebRtcServer(config.media)
	must(t, err)
	config.rooms.Server = server
	h := &host{t: t, server: server, tokens: &tokens{grants: map[string]signaling.Grant{}}, callType: config.callType}
	h.rooms, err = room.NewRooms(config.rooms)
	must(t, err)
	h.handler, err = signaling.New(signaling.Config{Rooms: h.rooms, Authorizer: h.tokens})
	must(t, err)
	mux := http.NewServeMux()
	mux.Handle(callPath, h.handler)
	mux.HandleFunc("POST /api/join", h.redeem)
	mux.HandleFunc("GET /api/join/info", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Takos-Code") != "good" {
			http.Error(w, `{"error":"badCode"}`, http.StatusNotFound)
			return
		}
		_, _ = fmt.Fprint(w, `{"room":"den","callType":"video","people":2}`)
	})
	h.http = httptest.NewUnstartedServer(config.wrap(mux))
	config.unstarted(h.http)
	h.closeAll = sync.OnceFunc(h.stop)
	t.Cleanup(h.closeAll)
	return h
}

// redeem is /api/join for the code "good".
func (h *host) redeem(w http.ResponseWriter, r *http.Request) {
	var code, name string
	body := make([]byte, 4096)
	n, _ := r.Body.Read(body)
	text := string(body[:n])
	_, code, _ = strings.Cut(text, `"code":"`)
	code, _, _ = strings.Cut(code, `"`)
	_, name, _ = strings.Cut(text, `"name":"`)
	name, _, _ = strings.Cut(name, `"`)
	switch {
	case code != "good":
		http.Error(w, `{"error":"badCode"}`, http.StatusNotFound)
	case strings.Contains(name, "@"):
		http.Error(w, `{"error":"badName"}`, http.StatusBadRequest)
	default:
		_, _ = fmt.Fprintf(w, `{"token":%q,"user":%q}`, h.token(name), name)
	}
}

func (h *host) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = h.handler.Close(ctx) // clients that do not answer are cut off
	h.rooms.Close()
	h.http.Close()
	must(h.t, h.server.Close())
}

func (h *host) token(user string) string {
	return h.tokens.make(signaling.Grant{Room: "den", User: user, CallType: h.callType})
}

// link is one for a user.
func (h *host) link(user string) Link {
	h.t.Helper()
	l, err := ParseLink(h.http.URL + "/j#t=" + h.token(user))
	must(h.t, err)
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// guest is a Call whose events a test can wait for.
type guest struct {
	t    testing.TB
	name string
	*Call

	mu      sync.Mutex
	changed chan struct{} // closed and replaced with every event
	events  []Event       // mu protects; not yet taken
}

func newGuest(t testing.TB, name string) *guest {
	return &guest{t: t, name: name, changed: make(chan struct{})}
}

func (g *guest) take(e Event) {
	testLogger(g.t, g.name).Debug("event", "type", fmt.Sprintf("%T", e), "event", fmt.Sprintf("%+v", e))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.events = append(g.events, e)
	close(g.changed)
	g.changed = make(chan struct{})
}

type configOption func(*Config)

func withTimeouts(timeouts Timeouts) configOption {
	return func(c *Config) { c.Timeouts = timeouts }
}

// join brings a guest into the host's call.
func (h *host) join(name string, options ...configOption) *guest {
	h.t.Helper()
	return join(h.t, name, h.link(name), options...)
}

func join(t testing.TB, name string, l Link, options ...configOption) *guest {
	t.Helper()
	g, err := tryJoin(t, name, l, options...)
	must(t, err)
	return g
}

func tryJoin(t testing.TB, name string, l Link, options ...configOption) (*guest, error) {
	t.Helper()
	g := newGuest(t, name)
	config := Config{Link: l, Name: name, Events: g.take, Logger: testLogger(t, name)}
	for _, option := range options {
		option(&config)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	if g.Call, err = Join(ctx, config); err != nil {
		return nil, err
	}
	t.Cleanup(g.HangUp)
	return g, nil
}

// await takes the first event of type E that matches, and leaves the others.
func await[E Event](g *guest, matches func(E) bool) E {
	g.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		g.mu.Lock()
		changed := g.changed
		for i, e := range g.events {
			if wanted, ok := e.(E); ok && matches(wanted) {
				g.events = append(g.events[:i:i], g.events[i+1:]...)
				g.mu.Unlock()
				return wanted
			}
		}
		heard := fmt.Sprintf("%T%+v", g.events, g.events)
		g.mu.Unlock()
		select {
		case <-changed:
		case <-timeout.C:
			var wanted E
			g.t.Fatalf("%s waits for %T in vain; heard %s", g.name, wanted, heard)
		}
	}
}

func anyOf[E Event](E) bool { return true }

// awaitTrack takes a stream of somebody's.
func (g *guest) awaitTrack(peer, kind string) TrackAdded {
	g.t.Helper()
	return await(g, func(e TrackAdded) bool { return e.PeerID == peer && e.Kind == kind })
}

// produce sends a stream until the end of the test.
func (g *guest) produce(config ProducerConfig) *stream {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	s := newStream(config)
	p, err := g.Produce(ctx, s.config)
	must(g.t, err)
	s.Producer = p
	s.play(g.t)
	return s
}

// stream writes made-up samples of every layer, 50 a second.
type stream struct {
	*Producer
	config ProducerConfig
	stop   chan struct{}
	done   sync.WaitGroup

	mu    sync.Mutex
	rates map[int]int  // mu protects; by layer, -1: not told
	keys  map[int]bool // mu protects; layers of which a keyframe is wanted
	asked int          // mu protects; how often
	level uint8        // mu protects
}

func newStream(config ProducerConfig) *stream {
	s := &stream{config: config, stop: make(chan struct{}), rates: map[int]int{}, keys: map[int]bool{}, level: 127}
	s.config.KeyFrame = func(layer int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.keys[layer] = true
		s.asked++
	}
	s.config.Bitrate = func(layer, bps int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.rates[layer] = bps
	}
	return s
}

func (s *stream) play(t testing.TB) {
	s.done.Go(func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				s.write(now)
			case <-s.stop:
				return
			}
		}
	})
	t.Cleanup(s.halt)
}

// halt stops writing.
func (s *stream) halt() {
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
	s.done.Wait()
}

func (s *stream) write(now time.Time) {
	layers := max(len(s.config.Layers), 1)
	for layer := range layers {
		s.mu.Lock()
		key, level := s.keys[layer], s.level
		s.keys[layer] = false
		rate, told := s.rates[layer]
		s.mu.Unlock()
		if told && rate == 0 {
			continue
		}
		sample := media.Sample{
			Data: []byte{0xFC, 0xFF, 0xFE, byte(layer)}, Duration: 20 * time.Millisecond, Taken: now, LevelDBov: level,
		}
		if s.config.Kind == kindVideo {
			sample.Data, sample.KeyFrame = vp8Frame(key, 100<<(2*layer)), key
		}
		_ = s.Write(layer, sample) // closed under way
	}
}

func (s *stream) rate(layer int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rates[layer]
}

// vp8Frame looks like a frame to those who read its header (RFC 6386 section 9.1).
func vp8Frame(key bool, size int) []byte {
	if !key {
		return append([]byte{0x11, 0x02, 0x00}, make([]byte, size)...)
	}
	return append([]byte{0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00}, make([]byte, 2*size)...)
}

// hear reads a few packets of a stream.
func hear(t testing.TB, track media.RemoteTrack) {
	t.Helper()
	deadline := track.(interface{ SetReadDeadline(time.Time) error })
	must(t, deadline.SetReadDeadline(time.Now().Add(patience)))
	for range 5 {
		p, err := track.ReadRTP()
		if err != nil {
			t.Fatalf("read %s: %v", track.Codec().MimeType, err)
		}
		if p.PayloadType != track.Codec().PayloadType {
			t.Fatalf("payload type %d in a stream of %d", p.PayloadType, track.Codec().PayloadType)
		}
	}
}

// threeLayers are those of a camera of 720 lines.
func threeLayers() []media.Layer {
	return []media.Layer{
		{Width: 320, Height: 180, ScaleDown: 4, MaxBps: 150_000},
		{Width: 640, Height: 360, ScaleDown: 2, MaxBps: 500_000},
		{Width: 1280, Height: 720, ScaleDown: 1, MaxBps: 1_500_000},
	}
}

func oneLayer() []media.Layer { return threeLayers()[1:2] }
