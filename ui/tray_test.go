package ui

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"takoshome/app"
)

// fakeTray is a desktop that shows a tray; it counts what changes.
type fakeTray struct {
	entries        []*fakeEntry
	icon           []byte
	tooltip        string
	icons, changes int
}

type fakeEntry struct {
	tray     *fakeTray
	title    string
	action   func()
	disabled bool
	hidden   bool
}

func (f *fakeTray) Add(title string, action func()) trayEntry {
	entry := &fakeEntry{tray: f, title: title, action: action}
	f.entries = append(f.entries, entry)
	return entry
}

func (f *fakeTray) AddSeparator()           {}
func (f *fakeTray) SetIcon(png []byte)      { f.icon = png; f.icons++ }
func (f *fakeTray) SetTooltip(words string) { f.tooltip = words }

func (e *fakeEntry) SetTitle(title string) { e.title = title; e.tray.changes++ }
func (e *fakeEntry) Enable()               { e.disabled = false; e.tray.changes++ }
func (e *fakeEntry) Disable()              { e.disabled = true; e.tray.changes++ }

func (e *fakeEntry) Show() { e.hidden = false; e.tray.changes++ }
func (e *fakeEntry) Hide() { e.hidden = true; e.tray.changes++ }

func (f *fakeTray) entry(t *testing.T, title string) *fakeEntry {
	t.Helper()
	for _, entry := range f.entries {
		if entry.title == title {
			return entry
		}
	}
	t.Fatalf("the menu has no %q", title)
	return nil
}

// withTray is an English window on a desktop with a tray.
func withTray(t *testing.T) (*view, *fakeTray) {
	t.Helper()
	v, tray := english(t), &fakeTray{}
	v.attachTray(tray)
	v.fillTray()
	return v, tray
}

func TestTrayMenu(t *testing.T) {
	for _, tt := range []struct {
		state            app.HostState
		hosting          string
		mayHost, mayCopy bool
	}{
		{app.HostStopped, "Start hosting", true, false},
		{app.HostStarting, "Start hosting", false, false},
		{app.HostRunning, "Stop hosting", true, true},
		{app.HostStopping, "Stop hosting", false, false},
		{app.HostFailed, "Start hosting", true, false},
	} {
		t.Run(string(tt.state), func(t *testing.T) {
			v, tray := withTray(t)
			s := hosting()
			s.Host.State = tt.state
			v.publish(s)
			if got := tray.entry(t, tt.hosting); got.disabled == tt.mayHost {
				t.Errorf("%q is disabled: %v", tt.hosting, got.disabled)
			}
			if got := tray.entry(t, "Copy a new invitation"); got.disabled == tt.mayCopy {
				t.Errorf("copying is disabled: %v", got.disabled)
			}
			if last := tray.entries[len(tray.entries)-1]; last.title != "Quit" || last.disabled {
				t.Errorf("the last entry is %+v", last)
			}
			tray.entry(t, "Open Takos Home")
		})
	}
}

// TestTrayBeforeTheLoop holds that the desktop is left alone until it takes
// entries, and is up to date at once then.
func TestTrayBeforeTheLoop(t *testing.T) {
	v, tray := english(t), &fakeTray{}
	v.attachTray(tray)
	v.publish(call(3))
	if len(tray.entries) > 0 || tray.icons > 0 {
		t.Error("the tray was touched before the loop runs")
	}
	v.fillTray()
	if tray.entry(t, "Stop hosting").disabled || tray.tooltip != "Takos Home: 3 people in a call" {
		t.Errorf("the tray says %q", tray.tooltip)
	}
}

// TestTrayChangesSeldom holds that figures which change each second do not
// travel over D-Bus.
func TestTrayChangesSeldom(t *testing.T) {
	v, tray := withTray(t)
	v.publish(hosting())
	changes, icons := tray.changes, tray.icons
	for range 5 {
		v.publish(call(3))
	}
	if tray.changes != changes || tray.icons != icons+1 {
		t.Errorf("got %d changes of entries and %d new icons, want 0 and 1", tray.changes-changes, tray.icons-icons)
	}
}

func TestTrayCommands(t *testing.T) {
	v, tray := withTray(t)
	v.publish(stopped())
	tray.entry(t, "Start hosting").action()
	v.asked(t, app.StartHosting{})
	v.publish(hosting())
	tray.entry(t, "Stop hosting").action()
	v.asked(t, app.StopHosting{})
	v.hide()
	tray.entry(t, "Open Takos Home").action()
	if !v.visible {
		t.Error("the window stays hidden")
	}
	tray.entry(t, "Quit").action()
	if !v.feed.closed.Load() {
		t.Error("did not quit")
	}
}

func TestTrayCopiesANewInvitation(t *testing.T) {
	v, tray := withTray(t)
	s := hosting()
	s.Invitations = invitations(2)
	v.publish(s)
	tray.entry(t, "Copy a new invitation").action()
	wanted := app.NewInvitation{Room: "Living room", CallType: "video"}
	v.asked(t, wanted)

	v.publish(s) // nothing came yet
	if got := v.fyne.Clipboard().Content(); got != "" {
		t.Fatalf("an old link was copied: %q", got)
	}
	link := app.Invitation{ID: "new", Room: wanted.Room, CallType: wanted.CallType, JoinURL: "https://x/j#i=1", UsesLeft: 10}
	s = hosting()
	s.Invitations = append([]app.Invitation{link}, invitations(2)...)
	test.AssertNotificationSent(t, fyne.NewNotification("Invitation copied",
		invitationTitle(link)+"\n"+invitationTerms(link, time.Now())), func() { v.publish(s) })
	if got := v.fyne.Clipboard().Content(); got != link.JoinURL {
		t.Errorf("got %q in the clipboard", got)
	}

	v.fyne.Clipboard().SetContent("something else")
	v.publish(hosting())
	v.publish(s)
	if got := v.fyne.Clipboard().Content(); got != "something else" {
		t.Error("the link was copied twice")
	}
}

func TestTrayCopyLosesPatience(t *testing.T) {
	v := english(t)
	v.publish(hosting())
	v.inviteAndCopy()
	v.copying.until = time.Now().Add(-time.Second)
	s := hosting()
	s.Invitations = []app.Invitation{{ID: "late", Room: "Living room", CallType: "video", JoinURL: "https://x/j#i=1"}}
	v.publish(s)
	if got := v.fyne.Clipboard().Content(); got != "" {
		t.Errorf("a link that came too late is in the clipboard: %q", got)
	}
}

func TestTrayRemembersTheRoom(t *testing.T) {
	v := english(t)
	v.invite(app.NewInvitation{Room: "Den", CallType: "audio"})
	v.app.taken()
	v.inviteAndCopy()
	v.asked(t, app.NewInvitation{Room: "Den", CallType: "video"})
}

func TestTrayWords(t *testing.T) {
	speak(t, "en")
	for _, tt := range []struct {
		state trayState
		want  string
	}{
		{trayState{}, "Takos Home: not hosting"},
		{trayState{hosting: true}, "Takos Home: hosting"},
		{trayState{hosting: true, people: 1}, "Takos Home: 1 person in a call"},
		{trayState{hosting: true, people: 5}, "Takos Home: 5 people in a call"},
	} {
		if got := trayWords(tt.state); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestTrayIcon(t *testing.T) {
	states := []trayState{
		{},
		{hosting: true},
		{hosting: true, people: 1},
		{hosting: true, people: 7},
		{hosting: true, people: 12},
		{hosting: true, people: 120},
		{hosting: true, people: 3, muted: true},
		{hosting: true, people: 1, muted: true},
	}
	var icons [][]byte
	for _, state := range states {
		icon, err := trayIcon(state)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range icons {
			if bytes.Equal(icon, other) {
				t.Errorf("%+v looks like another state", state)
			}
		}
		icons = append(icons, icon)
	}
	off, hosting, counting := decode(t, icons[0]), decode(t, icons[1]), decode(t, icons[3])
	if got := colours(off); !slices.Equal(got, []string{"gray"}) {
		t.Errorf("off is %v", got)
	}
	if got := colours(hosting); !slices.Equal(got, []string{"coral"}) {
		t.Errorf("hosting is %v", got)
	}
	if got := colours(counting); !slices.Equal(got, []string{"coral", "white"}) {
		t.Errorf("a call is %v", got)
	}
	if folder := os.Getenv("TAKOSHOME_SCREENSHOTS"); folder != "" {
		for i, icon := range icons {
			if err := os.WriteFile(filepath.Join(folder, "tray-"+string(rune('0'+i))+".png"), icon, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func decode(t *testing.T, icon []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(icon))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// colours names what the solid pixels of an icon are.
func colours(picture image.Image) []string {
	found := make(map[string]bool)
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, a := picture.At(x, y).RGBA()
			r, g, b = r>>8, g>>8, b>>8
			switch {
			case a < 0xffff:
			case r > 250 && g > 250 && b > 250:
				found["white"] = true
			case r > 220 && g < 95 && b < 75:
				found["coral"] = true
			case r < 200 && r-b < 0x20:
				found["gray"] = true
			}
		}
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
