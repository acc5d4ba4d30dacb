package ui

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/media"
)

// fakeApp records what the window asks for and shows what a test publishes.
type fakeApp struct {
	mu       sync.Mutex // protects all below
	commands []app.Command
	watcher  func(*app.Snapshot)
	closed   bool

	raises chan struct{}
	films  *films
}

func newFakeApp() *fakeApp { return &fakeApp{raises: make(chan struct{}, 1), films: newFilms()} }

func (f *fakeApp) Send(command app.Command) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, command)
}

func (f *fakeApp) Watch(fn func(*app.Snapshot)) func() {
	f.mu.Lock()
	f.watcher = fn
	f.mu.Unlock()
	fn(&app.Snapshot{})
	return func() {}
}

func (f *fakeApp) Show(video string, view *media.View) { f.films.show(video, view) }

func (f *fakeApp) RaiseRequests() <-chan struct{} { return f.raises }

func (f *fakeApp) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// taken returns the commands since the last call.
func (f *fakeApp) taken() []app.Command {
	f.mu.Lock()
	defer f.mu.Unlock()
	commands := f.commands
	f.commands = nil
	return commands
}

// view is a frontend on Fyne's test driver.
type view struct {
	*frontend
	app *fakeApp
	now time.Time
}

// newView opens the window in a language ("en", "ja"), a variant of the theme
// and a size.
func newView(t *testing.T, language string, variant fyne.ThemeVariant, size fyne.Size) *view {
	t.Helper()
	speak(t, language)
	fyneApp := test.NewTempApp(t)
	l := newLook()
	l.variant = &variant
	fyneApp.Settings().SetTheme(l)
	fake := newFakeApp()
	v := &view{frontend: newFrontend(fyneApp, fake, slog.New(slog.DiscardHandler)), app: fake, now: time.Now()}
	v.notify = fyneApp.SendNotification
	v.idler.do = func(func()) {} // Fyne's test driver has no loop to slow down
	v.shell.call.clock.least = 0
	t.Cleanup(v.window.Close)
	v.window.Resize(size)
	v.show()
	return v
}

// wide is a usual window.
func wide() fyne.Size { return fyne.NewSize(960, 720) }

// english is the plain case of newView.
func english(t *testing.T) *view {
	t.Helper()
	return newView(t, "en", theme.VariantLight, wide())
}

// speak makes Fyne choose a language.
func speak(t *testing.T, language string) {
	t.Helper()
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_MESSAGES", "")
	t.Setenv("LANGUAGE", "")
	t.Setenv("LANG", map[string]string{"en": "en_GB.UTF-8", "ja": "ja_JP.UTF-8"}[language])
	if err := loadWords(); err != nil {
		t.Fatal(err)
	}
}

// stopped is the snapshot of an app that does nothing.
func stopped() *app.Snapshot {
	return &app.Snapshot{Host: app.Host{State: app.HostStopped}}
}

// hosting is the snapshot of a host without guests.
func hosting() *app.Snapshot {
	return &app.Snapshot{
		Host: app.Host{
			State: app.HostRunning, HTTP: "https://home.example:8443", RTC: "0.0.0.0:40000",
			Announced: []string{"203.0.113.7", "2001:db8::7"}, TLS: "files", Reach: app.ReachWorld,
		},
		Totals: app.Totals{CPUPercent: 0.4},
	}
}

// invitations are n links of different kinds.
func invitations(n int) []app.Invitation {
	until := time.Now().Add(26 * time.Hour)
	all := []app.Invitation{
		{ID: "i0", Room: "Movie night", CallType: "video", UsesLeft: 10, ExpiresAt: until},
		{ID: "i1", Room: "Family", User: "hanako@b.example", CallType: "audio", UsesLeft: 1, ExpiresAt: until.Add(-24 * time.Hour)},
		{ID: "i2", Room: "週末の集まり", CallType: "video", UsesLeft: 1, ExpiresAt: until.Add(200 * time.Hour)},
	}
	for i := range all {
		all[i].JoinURL = fmt.Sprintf("https://home.example:8443/j#i=Zk3vT0xW9qLr2mN8bHc5%dQ", i)
	}
	return all[:n]
}

// names are people as they come: long, right to left, with emoji, Japanese.
func names() []string {
	return []string{
		"alice@a.example", "花子", "مريم حسن", "Grandma 👵🏽🎉",
		"bartholomew-maximilian.von-und-zu-hohenstein-oettingen@a-rather-long-domain-name.example",
		"דוד", "佐藤 一郎 2", "Zoë", "Иван", "o'neill", "taro@takos.example", "\u202eevil\u202c\nname",
	}
}

// call is the snapshot of one room with n people who all send and receive.
func call(n int) *app.Snapshot {
	s := hosting()
	s.Rooms = make([]app.Room, 1)
	r := &s.Rooms[0]
	r.ID, r.CallType = "Movie night", "video"
	r.Peers = grow(r.Peers, n)
	for i := range r.Peers {
		p := &r.Peers[i]
		p.ID, p.Connected, p.JoinedAt = names()[i%len(names())], i != 2, time.Now().Add(-time.Hour).UnixMilli()
		p.Transports = grow(p.Transports, 2)
		for j, direction := range []string{"send", "recv"} {
			tr := &p.Transports[j]
			tr.ID, tr.Direction, tr.IceState, tr.DtlsState = fmt.Sprintf("t%d-%d", i, j), direction, "completed", "connected"
			tr.Tuple, tr.SrtpProfile, tr.RoundTripTimeMs = "198.51.100.20:51234", "AEAD_AES_128_GCM", float64(18+7*i)
		}
		p.Transports[0].RecvBitrateBps = uint64(1_240_000 + 90_000*i)
		p.Transports[0].RecvByteCount = 184_000_000
		p.Transports[1].SendBitrateBps = uint64(n-1) * 1_180_000
		p.Transports[1].SendByteCount = uint64(n-1) * 171_000_000
		addProducers(r, i)
	}
	for i := range r.Peers {
		addConsumers(r, i)
	}
	addTotals(s)
	return s
}

func addProducers(r *app.Room, peer int) {
	p := &r.Peers[peer]
	count := 2
	if peer == 1 {
		count = 3
	}
	p.Producers = grow(p.Producers, count)
	for j := range p.Producers {
		q := &p.Producers[j]
		q.ID, q.Kind, q.MimeType, q.Type, q.BitrateBps, q.Score = fmt.Sprintf("p%d-%d", peer, j), "audio", "audio/opus", "simple", 34_000, 10
		q.Layers = grow(q.Layers, 1)
		if j > 0 {
			q.Kind, q.MimeType, q.BitrateBps, q.Score = "video", "video/VP8", uint64(1_180_000+90_000*peer), uint8(10-2*(peer%5))
			q.Layers[0].Width, q.Layers[0].Height = 1280, 720
			q.Layers[0].PliCount, q.Layers[0].NackCount = 3, 21
		}
		if j == 2 {
			q.Source, q.MimeType = "screen", "video/AV1"
			q.Layers[0].Width, q.Layers[0].Height = 1920, 1080
		}
		st := &q.Layers[0].Stats
		st.Ssrc, st.RtxSsrc, st.BitrateBps = uint32(3_000_000_000+peer*10+j), uint32(peer*10+j+1), q.BitrateBps
		st.PacketCount, st.ByteCount, st.PacketsLost, st.JitterMs = 48_210, 61_002_133, int64(12*peer), 3.2
		st.FractionLost, st.RoundTripTimeMs = 0.004*float64(peer*peer), float64(20+5*peer)
	}
}

func addConsumers(r *app.Room, peer int) {
	p := &r.Peers[peer]
	for other := range r.Peers {
		if other == peer {
			continue
		}
		for j := range r.Peers[other].Producers {
			q := &r.Peers[other].Producers[j]
			p.Consumers = grow(p.Consumers, 1)
			c := &p.Consumers[len(p.Consumers)-1]
			c.ID, c.ProducerID, c.ProducerPeerID = fmt.Sprintf("c%d-%s", peer, q.ID), q.ID, r.Peers[other].ID
			c.Kind, c.MimeType, c.Score = q.Kind, q.MimeType, q.Score
			c.Stream.BitrateBps, c.Stream.Ssrc, c.Stream.RoundTripTimeMs = q.BitrateBps, 77, float64(18+7*peer)
		}
	}
}

func addTotals(s *app.Snapshot) {
	s.Totals.People = len(s.Rooms[0].Peers)
	s.Totals.CPUPercent = 3.7
	for i := range s.Rooms[0].Peers {
		for _, tr := range s.Rooms[0].Peers[i].Transports {
			s.Totals.InBps += tr.RecvBitrateBps
			s.Totals.OutBps += tr.SendBitrateBps
		}
	}
}

// grow appends n zero values to a slice whose element type has no name here.
func grow[T any](s []T, n int) []T { return append(s, make([]T, n)...) }

// publish lets the window draw a snapshot.
func (v *view) publish(s *app.Snapshot) { v.feed.publish(s) }

// minute fills the history with a minute of swaying traffic.
func (v *view) minute(s *app.Snapshot) {
	for second := range historyLength {
		t := treeOf(s)
		for id, n := range t.nodes {
			n.inBps = sway(n.inBps, second, len(id))
			n.outBps = sway(n.outBps, second, len(id)+3)
			t.nodes[id] = n
		}
		v.history.add(v.now.Add(time.Duration(second-historyLength)*time.Second), t)
	}
}

func sway(bps uint64, second, seed int) uint64 {
	wave := []uint64{92, 96, 100, 97, 88, 75, 82, 95, 104, 99, 93, 60, 70, 90}
	return bps * wave[(second+seed*3)%len(wave)] / 100
}
