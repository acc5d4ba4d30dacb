package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// says fails unless the window shows a text.
func (v *view) says(t *testing.T, text string) {
	t.Helper()
	if all := texts(v.window.Content()); !strings.Contains(strings.Join(all, " "), text) {
		t.Errorf("the window does not say %q but %q", text, all)
	}
}

// button finds a visible button by its text.
func (v *view) button(t *testing.T, text string) *pushButton {
	t.Helper()
	var found *pushButton
	walk(v.window.Content(), fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
		if b, ok := object.(*pushButton); ok && b.text == text {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("there is no button %q", text)
	}
	return found
}

// asked fails unless exactly these commands were sent since the last look.
func (v *view) asked(t *testing.T, want ...app.Command) {
	t.Helper()
	if got := v.app.taken(); !slices.Equal(got, want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
}

func TestHostStates(t *testing.T) {
	with := func(change func(*app.Snapshot)) *app.Snapshot {
		s := hosting()
		change(s)
		return s
	}
	for _, tt := range []struct {
		name     string
		snapshot *app.Snapshot
		says     []string
		button   string
		enabled  bool
		asks     []app.Command
	}{
		{"stopped", stopped(), []string{"You are not hosting", "Off"}, "Start hosting", true, []app.Command{app.StartHosting{}}},
		{"starting", with(func(s *app.Snapshot) { s.Host.State = app.HostStarting }), []string{"Opening the ports."}, "Starting...", false, nil},
		{"stopping", with(func(s *app.Snapshot) { s.Host.State = app.HostStopping }), []string{"Ending the calls"}, "Stopping...", false, nil},
		{"failed", with(func(s *app.Snapshot) { s.Host.State = app.HostFailed }), []string{"Hosting did not start"}, "Try again", true, []app.Command{app.StartHosting{}}},
		{
			"for the world", hosting(),
			[]string{"Friends can probably reach you", "https://home.example:8443", "(port 8443)", "UDP port 40000", "2001:db8::7"},
			"Stop hosting", true,
			[]app.Command{app.StopHosting{}},
		},
		{
			"for the home", with(func(s *app.Snapshot) { s.Host.Reach, s.Host.TLS = app.ReachHome, "self-signed" }),
			[]string{"Only people in your home can reach you", "ask once whether they trust"},
			"Stop hosting", true,
			[]app.Command{app.StopHosting{}},
		},
		{
			"without TLS", with(func(s *app.Snapshot) { s.Host.Reach, s.Host.TLS = app.ReachHome, "off" }),
			[]string{"Not encrypted"},
			"Stop hosting", true,
			[]app.Command{app.StopHosting{}},
		},
		{
			"for this computer", with(func(s *app.Snapshot) { s.Host.Reach = app.ReachComputer }),
			[]string{"Only this computer can reach you"},
			"Stop hosting", true,
			[]app.Command{app.StopHosting{}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			v.publish(tt.snapshot)
			for _, text := range tt.says {
				v.says(t, text)
			}
			b := v.button(t, tt.button)
			if b.Disabled() == tt.enabled {
				t.Errorf("%q is enabled: %v", tt.button, !b.Disabled())
			}
			test.Tap(b)
			v.asked(t, tt.asks...)
		})
	}
}

func TestStoppingACallAsksFirst(t *testing.T) {
	v := english(t)
	v.publish(call(3))
	v.says(t, "3 people are in a call")
	test.Tap(v.shell.home.host.button)
	v.says(t, "3 people are in a call. Stopping ends it.")
	v.asked(t)

	test.Tap(v.shell.bar.cross)
	if v.shell.bar.object.Visible() {
		t.Error("the question stays after it was turned down")
	}
	test.Tap(v.shell.home.host.button)
	test.Tap(v.shell.bar.button)
	v.asked(t, app.StopHosting{})
	if v.shell.bar.object.Visible() {
		t.Error("the question stays after it was answered")
	}
}

func TestNewInvitation(t *testing.T) {
	for _, tt := range []struct {
		name, room, user string
		audio            bool
		want             app.NewInvitation
	}{
		{"room link", "", "", false, app.NewInvitation{Room: "Living room", CallType: "video"}},
		{"for one", "  Movie night ", " hanako@b.example ", false, app.NewInvitation{Room: "Movie night", User: "hanako@b.example", CallType: "video"}},
		{"voice", "週末", "", true, app.NewInvitation{Room: "週末", CallType: "audio"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			v.publish(hosting())
			form := v.shell.home.form
			test.Type(form.room, tt.room)
			test.Type(form.user, tt.user)
			if tt.audio {
				test.Tap(form.audio)
			}
			test.Tap(v.button(t, "New invitation"))
			v.asked(t, tt.want)
		})
	}
}

func TestNewInvitationByEnter(t *testing.T) {
	v := english(t)
	v.publish(hosting())
	test.Type(v.shell.home.form.room, "Den")
	v.shell.home.form.room.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.NewInvitation{Room: "Den", CallType: "video"})
}

func TestInvitationsAreShown(t *testing.T) {
	v := english(t)
	s := hosting()
	s.Invitations = invitations(1)
	v.publish(s)
	v.says(t, "Movie night · Video call")
	v.says(t, "For 10 more guests, until tomorrow")
	if v.shell.home.listCard.Visible() {
		t.Error("a list of one stands beside the one")
	}
	if v.shell.home.view.code.image.Image == nil {
		t.Error("there is no QR code")
	}

	all := invitations(3)
	s = hosting()
	s.Invitations = []app.Invitation{all[1], all[0], all[2]} // the new one comes first
	v.publish(s)
	if got := v.shell.home.view.invitation.ID; got != all[1].ID {
		t.Errorf("the large invitation is %q, want the new one", got)
	}
	v.says(t, "For hanako@b.example, works once")
	v.says(t, "Open invitations")
}

func TestInvitationButtons(t *testing.T) {
	v := english(t)
	s := hosting()
	s.Invitations = invitations(2)
	v.publish(s)
	test.Tap(v.button(t, "Copy link"))
	if got := v.fyne.Clipboard().Content(); got != s.Invitations[0].JoinURL {
		t.Errorf("got %q in the clipboard", got)
	}
	v.says(t, "Copied")
	test.Tap(v.button(t, "Revoke"))
	v.asked(t, app.RevokeInvitation{ID: "i0"})

	v.shell.home.list.onShow(s.Invitations[1])
	v.says(t, "For hanako@b.example, works once")
	v.says(t, "Copy link")
	v.shell.home.list.onCopy(s.Invitations[1])
	if got := v.fyne.Clipboard().Content(); got != s.Invitations[1].JoinURL {
		t.Errorf("got %q in the clipboard", got)
	}
	v.shell.home.list.onRevoke(s.Invitations[1])
	v.asked(t, app.RevokeInvitation{ID: "i1"})

	gone := hosting()
	v.publish(gone)
	if v.shell.home.view.object.Visible() || v.shell.home.listCard.Visible() {
		t.Error("revoked invitations are still shown")
	}
}

func TestNotices(t *testing.T) {
	for _, tt := range []struct {
		name   string
		state  app.HostState
		notice app.Notice
		says   string
		button string
		asks   []app.Command
	}{
		{
			"port taken", app.HostFailed,
			app.Notice{Key: "notice.portTaken", Args: map[string]string{"port": "8443"}, Bad: true},
			"Port 8443 is used by another program.", "Try again",
			[]app.Command{app.DismissNotice{}, app.StartHosting{}},
		},
		{
			"failed while running", app.HostRunning,
			app.Notice{Key: "notice.hostFailed", Args: map[string]string{"reason": "no luck"}, Bad: true},
			"Hosting did not work: no luck", "OK",
			[]app.Command{app.DismissNotice{}},
		},
		{
			"information", app.HostRunning,
			app.Notice{Key: "notice.peerRemoved", Args: map[string]string{"peer": "\u202e花子\n"}},
			"花子 was removed", "OK",
			[]app.Command{app.DismissNotice{}},
		},
		{
			"unknown", app.HostRunning,
			app.Notice{Key: "notice.fromTheFuture", Bad: true},
			"Something went wrong (notice.fromTheFuture).", "OK",
			[]app.Command{app.DismissNotice{}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			s := hosting()
			s.Host.State, s.Notice = tt.state, &tt.notice
			v.publish(s)
			v.says(t, strings.Split(tt.says, " ")[0])
			if got := v.shell.bar.words.text; !strings.Contains(got, tt.says) {
				t.Errorf("got %q, want %q", got, tt.says)
			}
			if got := v.shell.bar.button.text; got != tt.button {
				t.Errorf("got the button %q, want %q", got, tt.button)
			}
			test.Tap(v.shell.bar.button)
			v.asked(t, tt.asks...)

			v.publish(hosting())
			if v.shell.bar.object.Visible() {
				t.Error("the notice stays after the app forgot it")
			}
		})
	}
}

// TestNoticesFit holds that each notice, with long words in it, leaves the
// smallest window usable.
func TestNoticesFit(t *testing.T) {
	long := strings.Repeat("a long reason: ", 40)
	args := map[string]string{"reason": long, "path": long, "peer": names()[4], "domain": names()[4], "id": names()[4], "name": names()[4], "port": "65535"}
	for _, language := range []string{"en", "ja"} {
		t.Run(language, func(t *testing.T) {
			v := newView(t, language, theme.VariantLight, fyne.NewSize(480, 600))
			for key := range readSentences(t, language) {
				if !strings.HasPrefix(key, "notice.") {
					continue
				}
				s := hosting()
				s.Host.State = app.HostFailed
				s.Notice = &app.Notice{Key: key, Args: args, Bad: true}
				v.publish(s)
				checkInside(t, v)
				if height := v.shell.bar.object.Size().Height; height > 320 {
					t.Errorf("%s: the bar is %v high", key, height)
				}
			}
		})
	}
}

func TestJapanese(t *testing.T) {
	v := newView(t, "ja", theme.VariantLight, wide())
	v.publish(stopped())
	v.says(t, "今はホストしていません")
	test.Tap(v.button(t, "ホストを始める"))
	v.asked(t, app.StartHosting{})
}

func TestQRCode(t *testing.T) {
	picture, err := qrPicture(invitations(1)[0].JoinURL)
	if err != nil {
		t.Fatal(err)
	}
	dark := func(x, y int) bool { return alphaOf(picture.At(x, y)) > 0 }
	side := picture.Bounds().Dx()
	if side != picture.Bounds().Dy() || (side-2*quietModules-21)%4 != 0 {
		t.Errorf("a code has no side of %d", side)
	}
	for i := range side { // the margin is white
		for j := range quietModules {
			if dark(i, j) || dark(j, i) || dark(i, side-1-j) || dark(side-1-j, i) {
				t.Fatalf("the margin is not white")
			}
		}
	}
	if !dark(quietModules, quietModules) || dark(quietModules+1, quietModules+1) || !dark(quietModules+3, quietModules+3) {
		t.Error("there is no finder pattern at the upper left")
	}
	if _, err := qrPicture(strings.Repeat("x", 5000)); err == nil {
		t.Error("5000 letters fit into a code")
	}
}
