package session

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/media"
	"takoshome/app/participant"
	"takoshome/app/session/devicetest"
)

func TestFromLinkToEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		if s := b.now(); s.State != StateIdle || s.People == nil || s.Devices.Cameras == nil || b.computer.OpenNow() != 0 {
			t.Errorf("idle: %+v, %d devices", s, b.computer.OpenNow())
		}
		s := b.do(Prepare(roomLink, Wishes{}, false))
		if s.State != StatePreparing || s.Host != "h.example" || s.Room != "tea" || s.CallType != "video" || !s.NeedsName ||
			!s.Me.Camera || s.Me.Muted || len(s.Devices.Cameras) != 2 || len(s.Troubles) != 0 {
			t.Errorf("preparing: %+v", s)
		}
		if layers, closed, _ := b.computer.Camera().State(); layers != 0 || closed {
			t.Error("the preview sends already, or is dark")
		}
		s = b.do(Join("Me"))
		call := b.network.call()
		if s.State != StateInCall || s.Me.PeerID != "Me" || s.Me.Name != "Me" || s.Since.IsZero() || !s.CanChat {
			t.Errorf("in the call: %+v", s)
		}
		sound, picture := call.producer("audio", ""), call.producer("video", "")
		if sound == nil || picture == nil || len(picture.config.Layers) != 3 {
			t.Fatal("sound or picture is not sent")
		}
		if !b.computer.Microphone().Speak([]byte("hi")) || !b.computer.Camera().Film(2, []byte("x"), true) {
			t.Error("the devices deliver nothing")
		}
		if got, _, _ := sound.state(); len(got) != 1 || got[0] != "0hi" {
			t.Errorf("sound: %q", got)
		}
		if got, _, _ := picture.state(); len(got) != 1 || got[0] != "2x" {
			t.Errorf("picture: %q", got)
		}
		s = b.do(Leave())
		if s.State != StateEnded || s.Problem != nil || !s.Again || len(s.Devices.Cameras) != 0 {
			t.Errorf("after hanging up: %+v", s)
		}
		if call.hungUp != 1 || b.computer.OpenNow() != 0 {
			t.Errorf("hung up %d times, %d devices open", call.hungUp, b.computer.OpenNow())
		}
		if s = b.do(Leave()); s.State != StateIdle {
			t.Errorf("closed: %s", s.State)
		}
	})
}

func TestLinksThatLeadNowhere(t *testing.T) {
	for _, test := range []struct {
		err   error
		want  string
		again bool
	}{
		{participant.ErrExpired, ProblemExpired, false},
		{participant.ErrUntrusted, ProblemUntrusted, false},
		{participant.ErrCertificate, ProblemCertificate, false},
		{participant.ErrUnreachable, ProblemUnreachable, true},
		{fmt.Errorf("ask: %w", participant.ErrNotHosting), ProblemNotHosting, true},
		{context.DeadlineExceeded, ProblemUnreachable, true},
		{errors.New("strange"), ProblemHostError, true},
	} {
		t.Run(test.want, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				b.network.set(func() { b.network.askErr = test.err })
				s := b.do(Prepare(roomLink, Wishes{}, false))
				if s.State != StateEnded || s.Problem == nil || s.Problem.Key != test.want ||
					s.Problem.Args["host"] != "h.example" || s.Again != test.again {
					t.Errorf("got %+v", s)
				}
				if !test.again {
					b.refuse(Join(""), ErrNoAgain)
					return
				}
				b.network.set(func() { b.network.askErr = nil })
				if s := b.do(Join("")); s.State != StatePreparing || s.Room != "tea" {
					t.Errorf("again: %+v", s)
				}
			})
		})
	}
	inBubble(t, func(t *testing.T, b *bench) {
		s := b.do(Prepare("hello", Wishes{}, true))
		if s.State != StateEnded || s.Problem.Key != ProblemBadLink || s.Again || b.computer.OpenNow() != 0 {
			t.Errorf("got %+v", s)
		}
		if s = b.do(Prepare(roomLink, Wishes{}, false)); s.State != StatePreparing {
			t.Errorf("the next link: %+v", s)
		}
	})
}

func TestJoiningFails(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.network.set(func() { b.network.joinErr = participant.ErrBadName })
		b.do(Prepare(roomLink, Wishes{}, false))
		if s := b.do(Join("")); s.State != StatePreparing || s.Problem.Key != ProblemBadName {
			t.Errorf("no name: %+v", s)
		}
		s := b.do(Join("<3"))
		if s.State != StatePreparing || s.Problem.Key != ProblemBadName || s.Me.Name != "<3" {
			t.Errorf("refused name: %+v", s)
		}
		b.network.set(func() { b.network.joinErr = participant.ErrFull })
		if s := b.do(Join("Me")); s.State != StateEnded || s.Problem.Key != ProblemFull || !s.Again {
			t.Errorf("full: %+v", s)
		}
		b.network.set(func() { b.network.joinErr = nil })
		if s := b.do(Join("")); s.State != StateInCall || b.network.configs[2].Name != "Me" {
			t.Errorf("again: %+v", s)
		}
	})
}

func TestLeaveWhileJoining(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.network.hold = make(chan struct{})
		b.do(Prepare(roomLink, Wishes{}, false))
		if s := b.do(Join("Me")); s.State != StateJoining {
			t.Fatalf("got %+v", s)
		}
		b.refuse(Join("Me"), ErrInCall)
		b.refuse(Prepare(roomLink, Wishes{}, false), ErrInCall)
		if s := b.do(Leave()); s.State != StateIdle || b.computer.OpenNow() != 0 {
			t.Errorf("got %+v", s)
		}
	})
}

func TestOneCallAtATime(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.refuse(Join("Me"), ErrNoCall)
		b.refuse(HangUp(), ErrNoCall)
		b.refuse(Mute(true), ErrNoCall)
		b.refuse(Share("screen1", false), ErrNoCall)
		_, call := b.join()
		b.refuse(Prepare(tokenLink, Wishes{}, false), ErrInCall)
		if s := b.now(); s.State != StateInCall || call.hungUp != 0 {
			t.Errorf("got %+v", s)
		}
		if s := b.do(HangUp()); s.State != StateIdle || call.hungUp != 1 {
			t.Errorf("after hanging up: %+v", s)
		}
		b.refuse(HangUp(), ErrNoCall)
		if s := b.do(Prepare(roomLink, Wishes{}, false)); s.State != StatePreparing {
			t.Errorf("after it: %+v", s)
		}
		if s := b.do(Prepare(tokenLink, Wishes{}, false)); s.State != StatePreparing || s.NeedsName {
			t.Errorf("another link in place of the first: %+v", s)
		}
	})
}

func TestAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		if s := b.do(Prepare(roomLink, Wishes{}, true)); s.State != StatePreparing {
			t.Errorf("without a name: %s", s.State)
		}
		s := b.do(Prepare(roomLink, Wishes{Name: "Me", Microphone: "headset", Camera: "none", Speaker: "USB"}, true))
		if s.State != StateInCall || s.Choice.Microphone != "mic2" || s.Choice.Speaker != "out2" || s.Me.Camera {
			t.Errorf("got %+v", s)
		}
		if b.network.call().producer("video", "") != nil {
			t.Error("a picture is sent")
		}
		b.do(Leave())
		if s := b.do(Leave()); s.Choice.Microphone != media.Default || s.Me.Name != "" {
			t.Errorf("what was wished for once is remembered: %+v", s)
		}
	})
}

func TestEndsFromElsewhere(t *testing.T) {
	for _, test := range []struct {
		err   error
		want  string
		again bool
	}{
		{participant.ErrHostEnded, ProblemHostEnded, true},
		{participant.ErrRemoved, ProblemRemoved, true},
		{participant.ErrReplaced, ProblemReplaced, true},
		{participant.ErrHostGone, ProblemHostGone, true},
		{participant.ErrNoMedia, ProblemNoMedia, true},
	} {
		inBubble(t, func(t *testing.T, b *bench) {
			b.join()
			s := b.event(participant.Ended{Err: test.err})
			if s.State != StateEnded || s.Problem.Key != test.want || s.Again != test.again || b.computer.OpenNow() != 0 {
				t.Errorf("got %+v", s)
			}
			if s = b.do(Join("")); s.State != StateInCall {
				t.Errorf("again: %+v", s)
			}
		})
	}
	inBubble(t, func(t *testing.T, b *bench) {
		b.do(Prepare(tokenLink, Wishes{}, true))
		if s := b.event(participant.Ended{Err: participant.ErrHostGone}); s.Again {
			t.Error("a token that is used up can be joined with again")
		}
	})
}

func TestReconnecting(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		first, _ := b.join()
		s := b.event(participant.Reconnecting{})
		if s.State != StateReconnecting || !s.Since.Equal(first.Since) {
			t.Errorf("got %+v", s)
		}
		if s = b.after(2 * time.Second); s.Me.Quality != QualityBad {
			t.Errorf("quality %q", s.Me.Quality)
		}
		b.do(Mute(true))
		b.do(TurnCamera(false))
		b.do(TurnCamera(true))
		s = b.do(Share("screen1", false))
		call := b.network.call()
		if call.producer("video", "screen") != nil || !s.Me.Sharing || !s.Me.Camera {
			t.Errorf("asked for over a broken way: %+v", s.Me)
		}
		if s = b.event(participant.Reconnected{}); s.State != StateInCall || !s.Me.Muted {
			t.Errorf("got %+v", s)
		}
		if _, _, closed := call.producer("video", "").state(); closed || call.producer("video", "screen") == nil {
			t.Error("what was asked for meanwhile is not sent")
		}
		// The way broke while the host was asked.
		b.do(TurnCamera(false))
		call.set(func() { call.err = fmt.Errorf("produce: %w", participant.ErrReconnecting) })
		if s = b.do(TurnCamera(true)); !s.Me.Camera {
			t.Error("the camera is off")
		}
		call.set(func() { call.err = nil })
		b.after(1100 * time.Millisecond)
		if _, _, closed := call.producer("video", "").state(); closed {
			t.Error("the camera is not tried again")
		}
		b.wantTold()
	})
}

func TestHostThatSendsTooMuch(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		call := b.network.call()
		// The owner is held up meanwhile, as by a busy computer.
		held := make(chan struct{})
		go b.post(func() { <-held })
		synctest.Wait()
		for i := range maxEvents + 10 {
			call.events(participant.PeerJoined{PeerID: fmt.Sprint(i)})
		}
		close(held)
		if s := b.now(); s.State != StateEnded || s.Problem.Key != ProblemHostError || call.hungUp != 1 {
			t.Errorf("got %s, %+v, hung up %d", s.State, s.Problem, call.hungUp)
		}
	})
}

func TestCloseInTheMiddle(t *testing.T) {
	for _, at := range []string{"preparing", "joining", "in call"} {
		inBubble(t, func(_ *testing.T, b *bench) {
			switch at {
			case "preparing":
				b.do(Prepare(roomLink, Wishes{}, false))
			case "joining":
				b.network.hold = make(chan struct{})
				b.do(Prepare(roomLink, Wishes{Name: "Me"}, true))
			case "in call":
				b.join()
				b.event(participant.TrackAdded{PeerID: "A", ProducerID: "p", Kind: "audio", Track: endedTrack()})
			}
		})
	}
}

// A driver that does not return holds up neither commands nor the end for long.
func TestSlowDevices(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, dir+"/call.json", nil)
		gate := make(chan struct{})
		b.computer.Gate = gate
		b.do(Prepare(roomLink, Wishes{}, false))
		if s := b.do(Join("Me")); s.State != StateInCall || s.Me.Level != 0 {
			t.Errorf("got %+v", s)
		}
		if s := b.do(Mute(true)); !s.Me.Muted {
			t.Error("not muted")
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := b.Close(ctx); !errors.Is(err, errNotClosed) {
			t.Errorf("got %v", err)
		}
		close(gate)
		b.end()
	})
}

func TestIdleDoesNotTick(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.join()
		b.do(Leave())
		before := b.Snapshot()
		b.after(time.Hour)
		if b.Snapshot() != before {
			t.Error("something moves after the call")
		}
	})
}

func endedTrack() media.RemoteTrack {
	t := devicetest.NewTrack()
	close(t.End)
	return t
}
