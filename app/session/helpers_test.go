package session

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/media"
	"takoshome/app/participant"
	"takoshome/app/session/devicetest"
)

const (
	roomLink  = "https://h.example/j#i=abcdefghijklmnopqrstuv"
	tokenLink = "https://h.example/j#t=abcdefghijklmnopqrstuvabcdefghijklmnopqrstuv"
)

// fakeNetwork lets everybody in, or nobody.
type fakeNetwork struct {
	mu      sync.Mutex
	info    participant.Info // mu protects all
	askErr  error
	joinErr error
	hold    chan struct{} // Join waits for it
	about   About
	calls   []*fakeCall
	configs []participant.Config
}

func (n *fakeNetwork) Ask(context.Context, participant.Link) (participant.Info, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.info, n.askErr
}

func (n *fakeNetwork) Join(ctx context.Context, c participant.Config) (Call, error) {
	if n.hold != nil {
		select {
		case <-n.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.configs = append(n.configs, c)
	if n.joinErr != nil {
		return nil, n.joinErr
	}
	call := &fakeCall{about: n.about, events: c.Events}
	n.calls = append(n.calls, call)
	return call, nil
}

func (n *fakeNetwork) set(change func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change()
}

// call is the last that was joined.
func (n *fakeNetwork) call() *fakeCall {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.calls) == 0 {
		return nil
	}
	return n.calls[len(n.calls)-1]
}

type fakeCall struct {
	about  About
	events func(participant.Event)

	mu        sync.Mutex
	producers []*fakeProducer // mu protects all
	said      []string
	stats     participant.Stats
	hungUp    int
	err       error // of Produce
}

func (c *fakeCall) About() About { return c.about }

func (c *fakeCall) Produce(_ context.Context, config participant.ProducerConfig) (Producer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	p := &fakeProducer{config: config, paused: config.Paused}
	c.producers = append(c.producers, p)
	return p, nil
}

func (c *fakeCall) Chat(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, text)
	return nil
}

func (c *fakeCall) Stats() participant.Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *fakeCall) HangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hungUp++
}

func (c *fakeCall) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// producer is the last of a kind and source.
func (c *fakeCall) producer(kind, source string) *fakeProducer {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.producers) - 1; i >= 0; i-- {
		if p := c.producers[i]; p.config.Kind == kind && p.config.Source == source {
			return p
		}
	}
	return nil
}

type fakeProducer struct {
	config participant.ProducerConfig

	mu      sync.Mutex
	written []string // mu protects all
	paused  bool
	closed  bool
}

func (p *fakeProducer) Write(layer int, s media.Sample) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("closed")
	}
	p.written = append(p.written, string(rune('0'+layer))+string(s.Data))
	return nil
}

func (p *fakeProducer) setPaused(paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = paused
}

func (p *fakeProducer) Pause()  { p.setPaused(true) }
func (p *fakeProducer) Resume() { p.setPaused(false) }

func (p *fakeProducer) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

func (p *fakeProducer) state() (written []string, paused, closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.written, p.paused, p.closed
}

// told is one call of Config.Notify.
type told struct {
	key  string
	args map[string]string
	bad  bool
}

// bench is a Session with everything around it false.
type bench struct {
	*Session
	t        *testing.T
	network  *fakeNetwork
	computer *devicetest.Computer

	mu      sync.Mutex
	notices []told // mu protects it
}

// inBubble runs a test with a Session, in time that passes by itself.
func inBubble(t *testing.T, test func(*testing.T, *bench)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, filepath.Join(dir, "call.json"), nil)
		test(t, b)
		b.end()
	})
}

func newBench(t *testing.T, path string, change func(*Config)) *bench {
	t.Helper()
	b := &bench{
		t:        t,
		computer: devicetest.New(),
		network: &fakeNetwork{
			info:  participant.Info{Room: "tea", CallType: "video", People: 1},
			about: About{Room: "tea", CallType: "video", PeerID: "Me", CanChat: true},
		},
	}
	c := Config{
		Path:        path,
		OpenDevices: b.computer.Open,
		Network:     b.network,
		Notify: func(key string, args map[string]string, bad bool) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.notices = append(b.notices, told{key, args, bad})
		},
	}
	if change != nil {
		change(&c)
	}
	var err error
	if b.Session, err = New(c); err != nil {
		t.Fatal(err)
	}
	b.Start()
	return b
}

func (b *bench) end() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		b.t.Error(err)
	}
	if n := b.computer.OpenNow(); n != 0 {
		b.t.Errorf("%d devices are still open", n)
	}
}

// do carries out a command that must work, and waits until all is quiet.
func (b *bench) do(c Command) *Snapshot {
	b.t.Helper()
	if err := b.Do(context.Background(), c); err != nil {
		b.t.Fatal(err)
	}
	return b.now()
}

// refuse carries out a command that must not work.
func (b *bench) refuse(c Command, want error) {
	b.t.Helper()
	if err := b.Do(context.Background(), c); !errors.Is(err, want) {
		b.t.Errorf("got %v, want %v", err, want)
	}
}

// now is the snapshot when all is quiet.
func (b *bench) now() *Snapshot {
	synctest.Wait()
	return b.Snapshot()
}

// after is the snapshot a while later.
func (b *bench) after(d time.Duration) *Snapshot {
	time.Sleep(d) // of the bubble
	return b.now()
}

// join goes into a call.
func (b *bench) join() (*Snapshot, *fakeCall) {
	b.t.Helper()
	b.do(Prepare(roomLink, Wishes{}, false))
	s := b.do(Join("Me"))
	if s.State != StateInCall {
		b.t.Fatalf("not in the call but %s, %+v", s.State, s.Problem)
	}
	return s, b.network.call()
}

func (b *bench) event(e participant.Event) *Snapshot {
	b.network.call().events(e)
	return b.now()
}

func (b *bench) told() []told {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]told(nil), b.notices...)
}

func (b *bench) wantTold(keys ...string) {
	b.t.Helper()
	var got []string
	for _, n := range b.told() {
		got = append(got, n.key)
	}
	if len(got) != len(keys) {
		b.t.Fatalf("told %q, want %q", got, keys)
	}
	for i := range keys {
		if got[i] != keys[i] {
			b.t.Errorf("told %q, want %q", got, keys)
		}
	}
}
