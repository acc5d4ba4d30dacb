package app

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/app/session"
	"takoshome/app/session/devicetest"
	"takoshome/sfu/room"
)

// keyFrame begins like one of VP8, of 320 by 180 (RFC 6386 section 9.1).
var keyFrame = []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00, 1, 2, 3, 4}

// caller is an App with a computer of its own.
type caller struct {
	*App
	computer *devicetest.Computer
}

func startCaller(t *testing.T, change func(*Config)) caller {
	t.Helper()
	c := caller{computer: devicetest.New()}
	c.App = startApp(t, func(config *Config) {
		config.OpenDevices = c.computer.Open
		if change != nil {
			change(config)
		}
	})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if n := c.computer.OpenNow(); n != 0 {
			t.Errorf("%d devices are still open", n)
		}
	})
	return c
}

// callWith waits for a call that is as wanted, from now on.
func (c caller) callWith(t *testing.T, wanted func(Call) bool) Call {
	t.Helper()
	var found atomic.Pointer[Call]
	waitFor(t, c.App, func(*Snapshot) bool {
		fresh := c.Snapshot().Call // what is told may be older
		if !wanted(fresh) {
			return false
		}
		found.Store(&fresh)
		return true
	})
	return *found.Load()
}

func isIn(c Call) bool     { return c.State == session.StateInCall }
func hasEnded(c Call) bool { return c.State == session.StateEnded }

// join goes in by a link.
func (c caller) join(t *testing.T, link, name string) {
	t.Helper()
	do(t, c.App, PrepareCall{Link: link})
	do(t, c.App, JoinCall{Name: name})
	got := c.callWith(t, func(c Call) bool { return isIn(c) || hasEnded(c) })
	if !isIn(got) {
		t.Fatalf("%s did not get in: %+v", name, got.Problem)
	}
}

func (c caller) roomLink(t *testing.T, callType room.CallType) string {
	t.Helper()
	do(t, c.App, NewInvitation{Room: "tea", CallType: callType})
	return c.Snapshot().Invitations[0].JoinURL
}

// keepSpeaking speaks and films until the test ends.
func (c caller) keepSpeaking(t *testing.T, sound string) {
	t.Helper()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
			if m := c.computer.Microphone(); m != nil {
				m.Speak([]byte(sound))
			}
			if v := c.computer.Camera(); v != nil {
				for layer := range 3 {
					v.Film(layer, keyFrame, true)
				}
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-done })
}

// hears says whether somebody's voice with those last bytes arrives here.
func (c caller) hears(sound string) bool {
	p := c.computer.Playback()
	if p == nil {
		return false
	}
	for _, v := range p.Voices() {
		if _, payload := v.Received(); bytes.Equal(payload, []byte(sound)) {
			return true
		}
	}
	return false
}

func (c caller) sees() bool {
	p := c.computer.Playback()
	if p == nil {
		return false
	}
	for _, v := range p.Pictures() {
		if packets, _ := v.Received(); packets > 0 {
			return true
		}
	}
	return false
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !is() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("%s: not in time", what)
		}
	}
}

func personOf(c Call, name string) (session.Person, bool) {
	for _, p := range c.People {
		if p.Name == name {
			return p, true
		}
	}
	return session.Person{}, false
}

// Two apps in one call that one of them hosts, from the first word to the end.
func TestTwoInACall(t *testing.T) {
	host := startCaller(t, nil)
	guest := startCaller(t, func(c *Config) { c.Settings.Hosting = false })
	link := host.roomLink(t, room.CallVideo)
	host.keepSpeaking(t, "hana")
	guest.keepSpeaking(t, "bob")

	do(t, guest.App, PrepareCall{Link: link})
	s := guest.callWith(t, func(c Call) bool { return c.Room != "" && len(c.Devices.Cameras) > 0 })
	if s.State != session.StatePreparing || s.Room != "tea" || s.CallType != "video" || !s.NeedsName || !s.Me.Camera {
		t.Errorf("preparing: %+v", s)
	}
	do(t, guest.App, JoinCall{Name: "Bob"})
	host.join(t, "takoshome:"+link, "花子")
	s = host.callWith(t, func(c Call) bool { p, ok := personOf(c, "Bob"); return ok && !p.Muted && len(p.Videos) == 1 })
	if s.Me.PeerID != "花子" || s.Host == "" || !s.CanChat || s.Since.IsZero() {
		t.Errorf("in the call: %+v", s)
	}
	eventually(t, "both hear and see each other", func() bool {
		return host.hears("bob") && guest.hears("hana") && host.sees() && guest.sees()
	})

	do(t, guest.App, SetMuted{true})
	host.callWith(t, func(c Call) bool { p, _ := personOf(c, "Bob"); return p.Muted })
	do(t, guest.App, SetMuted{false})
	host.callWith(t, func(c Call) bool { p, _ := personOf(c, "Bob"); return !p.Muted })
	do(t, guest.App, SetCamera{false})
	host.callWith(t, func(c Call) bool { p, ok := personOf(c, "Bob"); return ok && len(p.Videos) == 0 })
	do(t, guest.App, ShareScreen{ID: "screen1"})
	s = host.callWith(t, func(c Call) bool { p, _ := personOf(c, "Bob"); return len(p.Videos) == 1 })
	if p, _ := personOf(s, "Bob"); !p.Videos[0].Screen {
		t.Errorf("got %+v", p.Videos)
	}
	do(t, guest.App, StopSharing{})
	host.callWith(t, func(c Call) bool { p, _ := personOf(c, "Bob"); return len(p.Videos) == 0 })

	do(t, host.App, SendChat{"お茶です"})
	do(t, guest.App, SendChat{"yes"})
	for c, want := range map[caller]string{host: "\x00お茶です\x00Bob\x00yes", guest: "花子\x00お茶です\x00\x00yes"} {
		s := c.callWith(t, func(c Call) bool { return len(c.Chat) == 2 })
		got := s.Chat[0].From + "\x00" + s.Chat[0].Text + "\x00" + s.Chat[1].From + "\x00" + s.Chat[1].Text
		other := s.Chat[1].From + "\x00" + s.Chat[1].Text + "\x00" + s.Chat[0].From + "\x00" + s.Chat[0].Text
		if got != want && other != want {
			t.Errorf("chat is %q, want %q", got, want)
		}
	}

	do(t, guest.App, LeaveCall{})
	if s := guest.callWith(t, hasEnded); s.Problem != nil || !s.Again {
		t.Errorf("after hanging up: %+v", s)
	}
	host.callWith(t, func(c Call) bool { return len(c.People) == 0 })
	do(t, guest.App, JoinCall{})
	host.callWith(t, func(c Call) bool { return len(c.People) == 1 })

	do(t, host.App, StopHosting{})
	if s := guest.callWith(t, hasEnded); s.Problem == nil ||
		(s.Problem.Key != session.ProblemHostEnded && s.Problem.Key != session.ProblemHostGone) {
		t.Errorf("the host stopped: %+v", s.Problem)
	}
	host.callWith(t, hasEnded)
}

// A one-time invitation with a certificate of the host's own.
func TestJoinSelfSigned(t *testing.T) {
	host := startCaller(t, func(c *Config) { c.Settings.TLS = config.TLS{Mode: config.TLSSelfSigned} })
	guest := startCaller(t, func(c *Config) { c.Settings.Hosting = false })
	do(t, host.App, NewInvitation{Room: "tea", User: "bob@b.example", CallType: room.CallAudio})
	link := host.Snapshot().Invitations[0].JoinURL
	if !strings.Contains(link, "&c=audio&f=") {
		t.Fatalf("the link is %s", link)
	}
	bare, fingerprint, _ := strings.Cut(link, "&f=")
	do(t, guest.App, PrepareCall{Link: bare, Now: true})
	if s := guest.callWith(t, hasEnded); s.Problem.Key != session.ProblemUntrusted || s.Again {
		t.Errorf("without a fingerprint: %+v", s)
	}
	wrong := strings.Map(func(r rune) rune {
		if r == 'A' {
			return 'B'
		}
		return 'A'
	}, fingerprint)
	do(t, guest.App, PrepareCall{Link: bare + "&f=" + wrong, Now: true})
	if s := guest.callWith(t, func(c Call) bool { return hasEnded(c) && c.Problem.Key != session.ProblemUntrusted }); s.Problem.Key != session.ProblemCertificate || s.Again {
		t.Errorf("with another's: %+v", s.Problem)
	}
	do(t, guest.App, PrepareCall{Link: link, Now: true})
	s := guest.callWith(t, func(c Call) bool { return isIn(c) || (hasEnded(c) && c.Problem.Key != session.ProblemCertificate) })
	if s.State != session.StateInCall || s.Me.PeerID != "bob@b.example" || s.CallType != "audio" || s.Me.Camera {
		t.Errorf("got %+v, %+v", s, s.Problem)
	}
	guest.Send(SetCamera{true})
	waitFor(t, guest.App, func(s *Snapshot) bool { return s.Notice != nil && s.Notice.Key == "notice.noVideo" })
	guest.Send(PrepareCall{Link: link})
	waitFor(t, guest.App, func(s *Snapshot) bool { return s.Notice != nil && s.Notice.Key == "notice.inCall" })
	if s := guest.Snapshot().Call; s.State != session.StateInCall {
		t.Errorf("the call went away: %+v", s)
	}
}

// The person's own host is joined from inside, whatever its public name is.
func TestJoinOwnHostBehindAName(t *testing.T) {
	for _, mode := range []config.TLSMode{config.TLSOff, config.TLSSelfSigned} {
		host := startCaller(t, func(c *Config) {
			c.Settings.TLS = config.TLS{Mode: mode}
			c.Settings.PublicURL = "https://home.invalid"
		})
		host.join(t, host.roomLink(t, room.CallVideo), "Hana")
		if got := host.Snapshot().Call.Host; got != "home.invalid" {
			t.Errorf("the host is called %s", got)
		}
	}
}

func TestCloseHangsUp(t *testing.T) {
	host := startCaller(t, nil)
	guest := startCaller(t, func(c *Config) { c.Settings.Hosting = false })
	link := host.roomLink(t, room.CallVideo)
	host.join(t, link, "Hana")
	guest.join(t, link, "Bob")
	host.callWith(t, func(c Call) bool { return len(c.People) == 1 })
	if err := guest.Close(); err != nil {
		t.Error(err)
	}
	host.callWith(t, func(c Call) bool { return len(c.People) == 0 })
	if err := guest.Do(t.Context(), SetMuted{true}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestChoicesStandInTheDataFolder(t *testing.T) {
	a := startCaller(t, nil)
	do(t, a.App, ChooseDevice{Kind: session.Microphone, ID: "mic2"})
	do(t, a.App, SetPushToTalk{true})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	again := startCaller(t, func(c *Config) { c.Settings.DataDir = a.config.Settings.DataDir })
	if got := again.Snapshot().Call.Choice; got.Microphone != "mic2" || !got.PushToTalk {
		t.Errorf("got %+v", got)
	}
	if names, err := filepath.Glob(filepath.Join(a.config.Settings.DataDir, "call.json*")); err != nil || len(names) != 1 {
		t.Errorf("files %v, %v", names, err)
	}
}

func TestControlOfTheCall(t *testing.T) {
	host := startCaller(t, func(c *Config) { c.HasWindow = true })
	client := control.NewClient(host.config.Settings.DataDir)
	var refusal *control.Refusal
	if err := client.Call(t.Context(), control.ActionMute); !errors.As(err, &refusal) || refusal.Code != control.CodeNoCall {
		t.Errorf("got %v", err)
	}
	link := host.roomLink(t, room.CallVideo)
	if err := client.Join(t.Context(), control.Join{Link: link, Name: "Hana", Camera: "none", Now: true}); err != nil {
		t.Fatal(err)
	}
	<-host.RaiseRequests()
	if s := host.callWith(t, isIn); s.Me.Name != "Hana" || s.Me.Camera {
		t.Errorf("got %+v", s.Me)
	}
	if err := client.Join(t.Context(), control.Join{Link: link}); !errors.As(err, &refusal) || refusal.Code != control.CodeInCall {
		t.Errorf("got %v", err)
	}
	if err := client.Call(t.Context(), control.ActionTalkOn); !errors.As(err, &refusal) || refusal.Code != control.CodeNoPushToTalk {
		t.Errorf("got %v", err)
	}
	if err := client.Call(t.Context(), "dance"); !errors.As(err, &refusal) || refusal.Code != control.CodeBadRequest {
		t.Errorf("got %v", err)
	}
	do(t, host.App, SetPushToTalk{true})
	for _, step := range []struct {
		action control.Action
		is     func(Call) bool
	}{
		{control.ActionMute, func(c Call) bool { return c.Me.Muted }},
		{control.ActionUnmute, func(c Call) bool { return !c.Me.Muted }},
		{control.ActionTalkOn, func(c Call) bool { return c.Me.Talking }},
		{control.ActionTalkOff, func(c Call) bool { return !c.Me.Talking }},
		{control.ActionHangUp, func(c Call) bool { return c.State == session.StateIdle }},
	} {
		if err := client.Call(t.Context(), step.action); err != nil {
			t.Errorf("%s: %v", step.action, err)
		}
		host.callWith(t, step.is)
	}
}
