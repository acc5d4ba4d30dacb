package session

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/participant"
	"takoshome/app/session/devicetest"
)

func TestPeopleComeAndGo(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		b.event(participant.PeerJoined{PeerID: "A"})
		b.event(participant.PeerJoined{PeerID: "Me"})
		b.event(participant.TrackAdded{PeerID: "B", ProducerID: "b1", Kind: "video", Track: endedTrack()})
		b.event(participant.TrackAdded{PeerID: "B", ProducerID: "b2", Kind: "video", Source: "screen", Track: endedTrack()})
		s := b.event(participant.TrackAdded{PeerID: "B", ProducerID: "b3", Kind: "audio", Paused: true, Track: endedTrack()})
		if len(s.People) != 2 || s.People[0].PeerID != "A" || !s.People[0].Muted || s.People[0].Videos == nil {
			t.Fatalf("got %+v", s.People)
		}
		p := s.People[1]
		if p.Name != "B" || !p.Muted || p.Volume != 100 || len(p.Videos) != 2 || p.Videos[0].ID != "B/camera" || p.Videos[0].Screen ||
			p.Videos[1].ID != "B/screen" || !p.Videos[1].Screen {
			t.Errorf("got %+v", p)
		}
		s = b.event(participant.TrackResumed{PeerID: "B", ProducerID: "b3"})
		if s.People[1].Muted {
			t.Error("muted")
		}
		s = b.event(participant.TrackPaused{PeerID: "B", ProducerID: "b1"})
		if len(s.People[1].Videos) != 1 {
			t.Error("a paused camera is shown")
		}
		b.event(participant.TrackResumed{PeerID: "B", ProducerID: "b1"})
		s = b.event(participant.TrackRemoved{PeerID: "B", ProducerID: "b2"})
		if len(s.People[1].Videos) != 1 || !b.computer.Playback().Pictures()[1].IsClosed() {
			t.Error("the screen is still shown")
		}
		s = b.event(participant.PeerLeft{PeerID: "B"})
		if len(s.People) != 1 || !b.computer.Playback().Pictures()[0].IsClosed() || !b.computer.Playback().Voices()[0].IsClosed() {
			t.Error("somebody who left is still played")
		}
		// Nonsense changes nothing.
		b.event(participant.PeerLeft{PeerID: "B"})
		b.event(participant.TrackRemoved{PeerID: "B", ProducerID: "b1"})
		b.event(participant.TrackPaused{PeerID: "B", ProducerID: "b1"})
		b.event(participant.TrackAdded{PeerID: "A", ProducerID: "x", Kind: "smell", Track: endedTrack()})
	})
}

// A view stays with its ID while the video goes and comes.
func TestViewsStay(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		view := &media.View{}
		b.Show("B/camera", view)
		for i := range 2 {
			id := fmt.Sprint("b", i)
			b.event(participant.TrackAdded{PeerID: "B", ProducerID: id, Kind: "video", Track: endedTrack()})
			if b.computer.Playback().Pictures()[i].View() != view {
				t.Errorf("round %d: not shown", i)
			}
			b.event(participant.TrackRemoved{PeerID: "B", ProducerID: id})
		}
		b.event(participant.TrackAdded{PeerID: "B", ProducerID: "b", Kind: "video", Track: endedTrack()})
		b.Show("B/camera", nil)
		if b.now(); b.computer.Playback().Pictures()[2].View() != nil {
			t.Error("still shown")
		}
	})
}

func TestFrozen(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		b.event(participant.TrackAdded{PeerID: "B", ProducerID: "b", Kind: "video", Track: endedTrack()})
		b.event(participant.TrackAdded{PeerID: "B", ProducerID: "s", Kind: "video", Source: "screen", Track: endedTrack()})
		camera, screen := b.computer.Playback().Pictures()[0], b.computer.Playback().Pictures()[1]
		want := func(s *Snapshot, first, second bool) {
			t.Helper()
			if v := s.People[0].Videos; v[0].Frozen != first || v[1].Frozen != second {
				t.Errorf("got %+v", v)
			}
		}
		want(b.after(4*time.Second), false, false)
		if s := b.after(2 * time.Second); s.FirstFrameMs != 0 {
			t.Errorf("first picture after %d ms", s.FirstFrameMs)
		}
		want(b.now(), true, false) // never came
		camera.Frame(640, 360, time.Now())
		screen.Frame(1920, 1080, time.Now())
		s := b.after(time.Second)
		want(s, false, false)
		if s.FirstFrameMs < 6000 || s.FirstFrameMs > 6010 {
			t.Errorf("first picture after %d ms", s.FirstFrameMs)
		}
		if v := s.People[0].Videos; v[0].Width != 640 || v[1].Height != 1080 {
			t.Errorf("got %+v", v)
		}
		want(b.after(2*time.Second), true, false)
		want(b.after(20*time.Second), true, true)
		b.event(participant.TrackPaused{PeerID: "B", ProducerID: "b"})
		b.event(participant.TrackResumed{PeerID: "B", ProducerID: "b"})
		want(b.after(time.Second), false, true)
	})
}

func TestVolumes(t *testing.T) {
	path := t.TempDir() + "/call.json"
	for round := range 2 {
		inBubbleAt(t, path, func(t *testing.T, b *bench) {
			b.join()
			b.event(participant.TrackAdded{PeerID: "alice@a.example", ProducerID: "a", Kind: "audio", Track: endedTrack()})
			b.event(participant.TrackAdded{PeerID: "Bob", ProducerID: "b", Kind: "audio", Track: endedTrack()})
			voices := b.computer.Playback().Voices()
			if round == 1 {
				s := b.now()
				if s.People[0].Volume != 150 || !s.People[1].Silenced || voices[0].Volume() != 150 || voices[1].Volume() != 0 {
					t.Errorf("not remembered: %+v", s.People)
				}
				return
			}
			b.refuse(SetVolume("Nobody", 1), ErrNoPerson)
			b.do(SetVolume("alice@a.example", 500))
			if voices[0].Volume() != 200 {
				t.Errorf("volume %d", voices[0].Volume())
			}
			b.do(SetVolume("alice@a.example", 150))
			s := b.do(Silence("Bob", true))
			if voices[0].Volume() != 150 || voices[1].Volume() != 0 || s.People[1].Volume != 100 || !s.People[1].Silenced {
				t.Errorf("got %+v", s.People)
			}
			b.event(participant.TrackAdded{PeerID: "Bob", ProducerID: "b9", Kind: "audio", Track: endedTrack()})
			if v := b.computer.Playback().Voices()[2]; v.Volume() != 0 {
				t.Error("a new track of somebody silenced is heard")
			}
		})
	}
}

func TestChat(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		b.do(Say("  hi\x07 there \n"))
		b.refuse(Say(" \x00 "), ErrChat)
		b.refuse(Say(strings.Repeat("あ", 2001)), ErrChat)
		b.do(Say(strings.Repeat("あ", 2000)))
		if call.said[0] != "hi there" || len(call.said) != 2 {
			t.Errorf("said %q", call.said)
		}
		at := time.Now()
		b.event(participant.Chatted{PeerID: "A", Text: "second", At: at.Add(time.Second)})
		s := b.event(participant.Chatted{PeerID: "Me", Text: "first", At: at})
		if len(s.Chat) != 2 || s.Chat[0].Text != "first" || s.Chat[0].From != "" || s.Chat[1].From != "A" {
			t.Errorf("got %+v", s.Chat)
		}
		if s = b.event(participant.Chatted{PeerID: "A", Text: "second", At: at.Add(time.Second)}); len(s.Chat) != 2 {
			t.Error("said once, shown twice")
		}
		before := s.Chat
		for i := range 300 {
			s = b.event(participant.Chatted{PeerID: "A", Text: fmt.Sprint(i), At: at.Add(time.Minute)})
		}
		if len(s.Chat) != maxChatMessages || s.Chat[199].Text != "299" || s.Chat[0].Text != "100" || before[1].Text != "second" {
			t.Errorf("%d messages, from %q to %q", len(s.Chat), s.Chat[0].Text, s.Chat[len(s.Chat)-1].Text)
		}
	})
	inBubble(t, func(_ *testing.T, b *bench) {
		b.network.about.CanChat = false
		b.join()
		b.refuse(Say("hi"), ErrChat)
	})
}

func TestBoundedPeople(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		for i := range maxPeople + 10 {
			b.event(participant.PeerJoined{PeerID: fmt.Sprint(i)})
		}
		for i := range maxTracks + 10 {
			b.event(participant.TrackAdded{PeerID: "1", ProducerID: fmt.Sprint(i), Kind: "audio", Track: endedTrack()})
		}
		if s := b.now(); len(s.People) != maxPeople || len(b.computer.Playback().Voices()) != maxTracks {
			t.Errorf("%d people, %d voices", len(s.People), len(b.computer.Playback().Voices()))
		}
	})
}

func TestWhoseSideIsBad(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		for _, id := range []string{"A", "B", "C"} {
			b.event(participant.TrackAdded{PeerID: id, ProducerID: id, Kind: "audio", Track: endedTrack()})
		}
		b.event(participant.PeerJoined{PeerID: "silent"})
		tests := []struct {
			stats participant.Stats
			want  string // mine, then theirs
		}{
			{participant.Stats{}, "good good good good "},
			{participant.Stats{DownLoss: map[string]float64{"B": 0.05}}, "good good weak good "},
			{participant.Stats{DownLoss: map[string]float64{"B": 0.5}}, "good good bad good "},
			{participant.Stats{DownLoss: map[string]float64{"A": 0.5, "B": 0.2}}, "bad   good "},
			{participant.Stats{UpLoss: 0.05}, "weak good good good "},
			{participant.Stats{UpLoss: 0.2, DownLoss: map[string]float64{"A": 0.05}}, "bad  good good "},
			{participant.Stats{EstimateBps: 100_000}, "bad good good good "},
			{participant.Stats{EstimateBps: 200_000}, "weak good good good "},
			{participant.Stats{EstimateBps: 2_000_000}, "good good good good "},
			{participant.Stats{RTT: time.Second}, "bad good good good "},
			{participant.Stats{RTT: 400 * time.Millisecond, DownLoss: map[string]float64{"C": 0.5}}, "weak good good bad "},
		}
		for i, test := range tests {
			call.set(func() { call.stats = test.stats })
			s := b.after(1100 * time.Millisecond)
			got := string(s.Me.Quality)
			for _, p := range s.People {
				got += " " + string(p.Quality)
			}
			if got != test.want {
				t.Errorf("%d: got %q, want %q", i, got, test.want)
			}
		}
	})
}

// Sound needs little.
func TestNarrowLineForSound(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		b.do(TurnCamera(false))
		call.set(func() { call.stats.EstimateBps = 100_000 })
		if s := b.after(1100 * time.Millisecond); s.Me.Quality != QualityGood {
			t.Errorf("got %q", s.Me.Quality)
		}
	})
}

func TestTracksEndWithTheCall(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		track := devicetest.NewTrack()
		b.event(participant.TrackAdded{PeerID: "A", ProducerID: "a", Kind: "audio", Track: track})
		b.do(Leave())
		if !b.computer.Playback().Voices()[0].IsClosed() {
			t.Error("still played")
		}
		// Its devices are waited for before they are opened again.
		if s := b.do(Prepare(roomLink, Wishes{}, false)); len(s.Devices.Cameras) != 0 {
			t.Error("opened twice")
		}
		close(track.End)
		if s := b.now(); len(s.Devices.Cameras) != 2 {
			t.Error("not opened")
		}
	})
}
