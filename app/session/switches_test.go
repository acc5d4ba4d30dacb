package session

import (
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/participant"
)

func TestMute(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		m, sound := b.computer.Microphone(), call.producer("audio", "")
		if s := b.do(Mute(true)); !s.Me.Muted {
			t.Error("not muted")
		}
		if _, paused, closed := sound.state(); !paused || closed {
			t.Error("the producer is not paused")
		}
		m.SetLevel(0.5)
		if m.Speak([]byte("x")) {
			t.Error("the microphone sends while muted")
		}
		if s := b.after(500 * time.Millisecond); s.Me.Level != 0.5 || s.Me.Speaking || s.Me.SpeakingWhileMuted {
			t.Errorf("the meter stands still, or a word is a speech: %+v", s.Me)
		}
		if s := b.after(500 * time.Millisecond); !s.Me.SpeakingWhileMuted {
			t.Errorf("no hint: %+v", s.Me)
		}
		m.SetLevel(0)
		if s := b.after(3 * time.Second); !s.Me.SpeakingWhileMuted {
			t.Error("the hint is gone at once")
		}
		if s := b.after(3 * time.Second); s.Me.SpeakingWhileMuted {
			t.Error("the hint stays")
		}
		m.SetLevel(0.5)
		b.after(time.Second)
		if s := b.do(Mute(false)); s.Me.Muted {
			t.Error("still muted")
		}
		if s := b.after(200 * time.Millisecond); s.Me.SpeakingWhileMuted || !s.Me.Speaking {
			t.Errorf("unmuted: %+v", s.Me)
		}
		if _, paused, _ := sound.state(); paused || !m.Speak([]byte("x")) {
			t.Error("nothing is sent")
		}
	})
}

func TestMutedBeforeJoining(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.do(Prepare(roomLink, Wishes{}, false))
		b.do(Mute(true))
		b.do(TurnCamera(false))
		if _, closed, _ := b.computer.Camera().State(); !closed {
			t.Error("the light is still on")
		}
		b.do(Join("Me"))
		sound := b.network.call().producer("audio", "")
		if !sound.config.Paused || b.network.call().producer("video", "") != nil {
			t.Error("heard or seen at once")
		}
		if b.computer.Microphone().Speak(nil) {
			t.Error("the microphone sends")
		}
	})
}

func TestDeafened(t *testing.T) {
	tests := []struct {
		name                string
		do                  []Command
		muted, deaf, before bool
	}{
		{"and back", []Command{Deafen(true), Deafen(false)}, false, false, false},
		{"muted before", []Command{Deafen(true), Deafen(false)}, true, false, true},
		{"deafened is muted", []Command{Deafen(true)}, true, true, false},
		{"muted meanwhile", []Command{Deafen(true), Mute(true), Deafen(false)}, true, false, false},
		{"unmuting hears", []Command{Deafen(true), Mute(false)}, false, false, false},
		{"twice", []Command{Deafen(true), Deafen(true), Deafen(false)}, false, false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				_, call := b.join()
				b.do(Mute(test.before))
				for _, c := range test.do {
					b.do(c)
				}
				s := b.now()
				_, deaf, _ := b.computer.Playback().State()
				_, paused, _ := call.producer("audio", "").state()
				if s.Me.Muted != test.muted || s.Me.Deafened != test.deaf || deaf != test.deaf || paused != test.muted {
					t.Errorf("got %+v, playback deaf %v, paused %v", s.Me, deaf, paused)
				}
			})
		})
	}
}

func TestPushToTalk(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		m, sound := b.computer.Microphone(), call.producer("audio", "")
		b.refuse(Talk(true), ErrNoPushToTalk)
		paused := func(want bool, when string) {
			t.Helper()
			if _, got, _ := sound.state(); got != want {
				t.Errorf("%s: paused %v", when, got)
			}
		}
		if s := b.do(PushToTalk(true)); !s.Me.PushToTalk || s.Me.Muted || !s.Choice.PushToTalk {
			t.Errorf("got %+v", s.Me)
		}
		paused(true, "at first")
		if s := b.do(Talk(true)); !s.Me.Talking || !m.Speak(nil) {
			t.Error("not heard")
		}
		paused(false, "key down")
		if s := b.do(Talk(false)); s.Me.Talking {
			t.Error("still talking")
		}
		b.after(releaseTail - time.Millisecond)
		paused(false, "in the tail")
		b.after(2 * time.Millisecond)
		paused(true, "after the tail")
		b.do(Talk(true))
		b.do(Talk(false))
		b.after(100 * time.Millisecond)
		b.do(Talk(true))
		b.after(time.Second)
		paused(false, "again before the tail ended")
		b.do(Mute(true))
		paused(true, "muted wins")
		b.do(Mute(false))
		b.do(PushToTalk(false))
		paused(false, "switched off")
		m.SetLevel(0.6)
		b.do(PushToTalk(true))
		if s := b.after(5 * time.Second); s.Me.SpeakingWhileMuted || s.Me.Speaking {
			t.Errorf("got %+v", s.Me)
		}
	})
}

// Whoever is muted and takes push-to-talk is heard by its key, and not by
// surprise when it is switched off.
func TestPushToTalkAfterMuting(t *testing.T) {
	tests := []struct {
		name         string
		do           []Command
		heard, after bool // by the key; when push-to-talk is off again
	}{
		{"muted before", []Command{Mute(true), PushToTalk(true)}, true, false},
		{"not muted before", []Command{PushToTalk(true)}, true, true},
		{"muted meanwhile", []Command{PushToTalk(true), Mute(true)}, false, false},
		{"unmuted meanwhile", []Command{Mute(true), PushToTalk(true), Mute(false)}, true, true},
		{"deafened before", []Command{Deafen(true), PushToTalk(true)}, false, false},
		{"muted and deafened before", []Command{Mute(true), Deafen(true), PushToTalk(true), Deafen(false)}, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				_, call := b.join()
				for _, c := range test.do {
					b.do(c)
				}
				b.do(Talk(true))
				if _, paused, _ := call.producer("audio", "").state(); paused == test.heard {
					t.Errorf("with the key down paused is %v", paused)
				}
				b.do(Talk(false))
				b.do(PushToTalk(false))
				if _, paused, _ := call.producer("audio", "").state(); paused == test.after {
					t.Errorf("without push-to-talk paused is %v", paused)
				}
			})
		})
	}
}

func TestCameraOffAndOn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		first := call.producer("video", "")
		s := b.do(TurnCamera(false))
		if _, closed, _ := b.computer.Camera().State(); s.Me.Camera || !closed {
			t.Error("the light is still on")
		}
		if _, _, closed := first.state(); !closed {
			t.Error("others still see it")
		}
		s = b.do(TurnCamera(true))
		second := call.producer("video", "")
		if second == first || !s.Me.Camera || !b.computer.Camera().Film(0, nil, true) {
			t.Error("it is not back")
		}
		b.do(Choose(Camera, media.None))
		if s = b.now(); s.Me.Camera || s.Choice.Camera != media.None {
			t.Errorf("got %+v", s.Me)
		}
		if s = b.do(TurnCamera(true)); !s.Me.Camera || s.Choice.Camera != media.Default {
			t.Errorf("got %+v, %+v", s.Me, s.Choice)
		}
	})
}

// Switched while the host has not answered yet.
func TestCameraSwitchedQuickly(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		_, call := b.join()
		for range 5 {
			for _, on := range []bool{false, true, false} {
				if err := b.Send(TurnCamera(on), func(error) {}); err != nil {
					t.Fatal(err)
				}
			}
			b.now()
		}
		open := 0
		call.set(func() {
			for _, p := range call.producers {
				if _, _, closed := p.state(); p.config.Kind == "video" && !closed {
					open++
				}
			}
		})
		if _, closed, _ := b.computer.Camera().State(); open != 0 || !closed {
			t.Errorf("%d are sent, camera closed: %v", open, closed)
		}
	})
}

func TestAudioCallHasNoPictures(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.network.info.CallType, b.network.about.CallType = "audio", "audio"
		s := b.do(Prepare(roomLink, Wishes{}, false))
		if s.CallType != "audio" || s.Me.Camera || b.computer.Camera() != nil {
			t.Errorf("got %+v", s)
		}
		b.refuse(TurnCamera(true), ErrNoVideo)
		b.do(Join("Me"))
		b.refuse(Share("screen1", false), ErrNoVideo)
		if b.network.call().producer("video", "") != nil {
			t.Error("a picture is sent")
		}
	})
}

// The token says video, the room knows better.
func TestAudioRoomForAVideoToken(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.network.about.CallType = "audio"
		b.do(Prepare(tokenLink, Wishes{}, false))
		s := b.do(Join(""))
		if _, closed, _ := b.computer.Camera().State(); s.Me.Camera || !closed || b.network.call().producer("video", "") != nil {
			t.Errorf("got %+v", s.Me)
		}
	})
}

func TestSpeakingOfOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		b.event(participant.TrackAdded{PeerID: "A", ProducerID: "p", Kind: "audio", Track: endedTrack()})
		voice := b.computer.Playback().Voices()[0]
		steps := []struct {
			level float64
			after time.Duration
			want  bool
		}{
			{0.1, 200, false}, {0.45, 200, true}, {0.32, 2000, true}, {0.1, 200, true}, {0.1, 600, false}, {0.35, 1000, false},
		}
		for i, step := range steps {
			voice.SetLevel(step.level)
			if s := b.after(step.after * time.Millisecond); s.People[0].Speaking != step.want {
				t.Errorf("step %d: speaking %v", i, s.People[0].Speaking)
			}
		}
		voice.SetLevel(0.9)
		b.after(200 * time.Millisecond)
		s := b.event(participant.TrackPaused{PeerID: "A", ProducerID: "p"})
		if !s.People[0].Muted {
			t.Error("no mark")
		}
		if s = b.after(time.Second); s.People[0].Speaking {
			t.Error("speaks while muted")
		}
	})
}

// Without a speaker's library the host's word counts.
func TestSpeakingByTheHost(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.computer.Fail = ErrNoDevice
		b.join()
		b.event(participant.TrackAdded{PeerID: "A", ProducerID: "p", Kind: "audio", Track: endedTrack()})
		b.event(participant.Speaking{PeerIDs: []string{"Me", "A"}})
		if s := b.after(200 * time.Millisecond); !s.People[0].Speaking {
			t.Errorf("got %+v", s.People)
		}
		b.event(participant.Speaking{})
		if s := b.after(200 * time.Millisecond); s.People[0].Speaking {
			t.Errorf("got %+v", s.People)
		}
	})
}
