package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"takoshome/app"
	"takoshome/app/calls"
	"takoshome/app/config"
	takingpart "takoshome/app/session"
	"takoshome/sfu"
	"takoshome/sfu/room"
	"takoshome/sfu/rtpstream"
)

var update = flag.Bool("update", false, "write the goldens anew")

func TestStatusForPeople(t *testing.T) {
	stopped := &app.Snapshot{Host: app.Host{State: app.HostStopped}}
	for _, language := range []config.Language{config.LanguageEnglish, config.LanguageJapanese} {
		for name, snapshot := range map[string]*app.Snapshot{"stopped": stopped, "call": callSnapshot()} {
			golden := filepath.Join("testdata", "status-"+name+"."+string(language)+".txt")
			t.Run(golden, func(t *testing.T) {
				var out bytes.Buffer
				s := &session{Config: Config{Stdout: &out}, words: load(t, language)}
				if err := s.printStatus(snapshot); err != nil {
					t.Fatal(err)
				}
				wantGolden(t, golden, out.Bytes())
			})
		}
	}
}

// The microphone is what others hear, not what a switch says.
func TestStatusOfTheMicrophone(t *testing.T) {
	tests := []struct {
		me   takingpart.Me
		want string
	}{
		{takingpart.Me{}, "microphone on"},
		{takingpart.Me{Muted: true}, "microphone muted"},
		{takingpart.Me{PushToTalk: true}, "microphone waits for push-to-talk"},
		{takingpart.Me{PushToTalk: true, Talking: true}, "microphone on"},
		{takingpart.Me{PushToTalk: true, Talking: true, Muted: true}, "microphone muted"},
	}
	for _, test := range tests {
		var out bytes.Buffer
		s := &session{Config: Config{Stdout: &out}, words: load(t, config.LanguageEnglish)}
		snapshot := &app.Snapshot{Call: app.Call{State: takingpart.StateInCall, Room: "tea", Host: "host", Me: test.me}}
		if err := s.printStatus(snapshot); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), test.want+"\n") {
			t.Errorf("%+v: got %s", test.me, out.String())
		}
	}
}

func TestStatusOfWhoIsCalled(t *testing.T) {
	for state, want := range map[calls.State]string{
		calls.StateCalling:  "Calling ボブ: `takoshome cancel`",
		calls.StateRinging:  "Calling ボブ: `takoshome cancel`",
		calls.StateAccepted: "ボブ has answered, and you are not in yet: `takoshome call bob@b.example`",
		calls.StateFailed:   "",
	} {
		var out bytes.Buffer
		s := &session{Config: Config{Stdout: &out}, words: load(t, config.LanguageEnglish)}
		snapshot := &app.Snapshot{People: app.People{
			Outgoing: &app.OutgoingCall{Peer: "bob@b.example", Title: "ボブ", State: string(state)},
		}}
		if err := s.printStatus(snapshot); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.Contains(got, want) || (want == "") != !strings.Contains(got, "ボブ") {
			t.Errorf("%s: got %s", state, got)
		}
	}
}

func callSnapshot() *app.Snapshot {
	audio := sfu.ProducerStats{
		ID: "p1", Kind: "audio", MimeType: "audio/opus", BitrateBps: 32_400, Score: 10,
		Layers: []sfu.LayerStats{{Stats: rtpstream.Stats{FractionLost: 0.005, RoundTripTimeMs: 21.4}}},
	}
	screen := sfu.ProducerStats{
		ID: "p2", Kind: "video", MimeType: "video/VP8", Source: "screen", BitrateBps: 1_200_000, Score: 9,
		Layers: []sfu.LayerStats{{Width: 320, Height: 180}, {Width: 1280, Height: 720}},
	}
	consumer := room.ConsumerSnapshot{
		ConsumerStats: sfu.ConsumerStats{
			ID: "c1", ProducerID: "p1", Kind: "audio", MimeType: "audio/opus", Score: 8,
			Stream: rtpstream.Stats{BitrateBps: 31_000, FractionLost: 0.1, RoundTripTimeMs: 180},
		},
		ProducerPeerID: "alice@a.example",
	}
	return &app.Snapshot{
		Host: app.Host{
			State: app.HostRunning, HTTP: "https://192.168.1.5:8443", RTC: "[::]:8443",
			Announced: []string{"203.0.113.7", "192.168.1.5"}, TLS: "self-signed", Reach: app.ReachWorld,
			Port: port(),
		},
		Rooms: []app.Room{{ID: "tea", CallType: room.CallVideo, Peers: []room.PeerSnapshot{
			{ID: "alice@a.example", Connected: true, Producers: []sfu.ProducerStats{audio, screen}},
			{ID: "Bad\x1b[2J\u202ename", Consumers: []room.ConsumerSnapshot{consumer}},
			{ID: "silent", Connected: true, Unstable: true},
		}}},
		Invitations: []app.Invitation{{ID: "a"}, {ID: "b"}},
		Call: app.Call{
			State: takingpart.StateInCall, Room: "tea", Host: "127.0.0.1:8443",
			Me: takingpart.Me{Muted: true}, People: make([]takingpart.Person, 2),
			Incoming: []takingpart.Incoming{{ID: "in", From: "carol@c.example", Group: "海の会"}},
		},
		Identity: app.Identity{State: app.IdentityReady, Name: "alice", Domain: "a.example", ID: "alice@a.example"},
		People: app.People{
			Friends: []app.Friend{{ID: "bob@b.example", State: "friends"}, {ID: "carol@c.example", State: "asked"}},
			Missed:  2,
			Outgoing: &app.OutgoingCall{
				ID: "out", Peer: "bob@b.example", Title: "ボブ\x1b", CallType: room.CallAudio, State: "ringing",
			},
		},
		Totals: app.Totals{People: 3, InBps: 1_232_400, OutBps: 31_000, CPUPercent: 3.21},
	}
}

func port() *app.Port {
	p := &app.Port{
		Readers: 2, SendErrors: 30, SendsFull: 20, ReadDrops: 3, ReadErrors: 1, Oversized: 1,
		Tcp: &sfu.TcpStats{Connections: 2, Refused: 4, Dropped: 7},
	}
	p.Uses.Recvmmsg, p.Uses.Gro, p.Uses.Sendmmsg, p.Uses.Gso = true, true, true, true
	return p
}

func wantGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
