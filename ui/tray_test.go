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

// fakeTray counts what is done to the tray.
type fakeTray struct {
	menu         *fyne.Menu
	icon         fyne.Resource
	menus, icons int
}

func (f *fakeTray) SetSystemTrayMenu(menu *fyne.Menu)    { f.menu = menu; f.menus++ }
func (f *fakeTray) SetSystemTrayIcon(icon fyne.Resource) { f.icon = icon; f.icons++ }

func (f *fakeTray) entry(t *testing.T, label string) *fyne.MenuItem {
	t.Helper()
	for _, item := range f.menu.Items {
		if item.Label == label {
			return item
		}
	}
	t.Fatalf("the menu has no %q", label)
	return nil
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
			v := english(t)
			tray := &fakeTray{}
			v.attachTray(tray)
			s := hosting()
			s.Host.State = tt.state
			v.publish(s)
			if got := tray.entry(t, tt.hosting); got.Disabled == tt.mayHost {
				t.Errorf("%q is disabled: %v", tt.hosting, got.Disabled)
			}
			if got := tray.entry(t, "Copy a new invitation"); got.Disabled == tt.mayCopy {
				t.Errorf("copying is disabled: %v", got.Disabled)
			}
			if quit := tray.menu.Items[len(tray.menu.Items)-1]; quit.Label != "Quit" || !quit.IsQuit {
				t.Errorf("the last entry is %+v", quit)
			}
			tray.entry(t, "Open Takos Home")
		})
	}
}

// TestTrayHasAMenuAtOnce holds that there is one before the first snapshot.
func TestTrayHasAMenuAtOnce(t *testing.T) {
	v := english(t)
	tray := &fakeTray{}
	v.attachTray(tray)
	if tray.menus != 1 || tray.icons != 1 {
		t.Errorf("got %d menus and %d icons, want one of each", tray.menus, tray.icons)
	}
}

// TestTrayChangesSeldom holds that figures which change each second do not
// travel over D-Bus.
func TestTrayChangesSeldom(t *testing.T) {
	v := english(t)
	tray := &fakeTray{}
	v.attachTray(tray)
	v.publish(hosting())
	menus, icons := tray.menus, tray.icons
	for range 5 {
		v.publish(call(3))
	}
	if tray.menus != menus || tray.icons != icons+1 {
		t.Errorf("got %d new menus and %d new icons, want 0 and 1", tray.menus-menus, tray.icons-icons)
	}
}

func TestTrayCommands(t *testing.T) {
	v := english(t)
	tray := &fakeTray{}
	v.attachTray(tray)
	v.publish(stopped())
	tray.entry(t, "Start hosting").Action()
	v.asked(t, app.StartHosting{})
	v.publish(hosting())
	tray.entry(t, "Stop hosting").Action()
	v.asked(t, app.StopHosting{})
	v.hide()
	tray.entry(t, "Open Takos Home").Action()
	if !v.visible {
		t.Error("the window stays hidden")
	}
}

func TestTrayCopiesANewInvitation(t *testing.T) {
	v := english(t)
	tray := &fakeTray{}
	v.attachTray(tray)
	s := hosting()
	s.Invitations = invitations(2)
	v.publish(s)
	tray.entry(t, "Copy a new invitation").Action()
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
	states := []trayState{{}, {hosting: true}, {true, 1}, {true, 7}, {true, 12}, {true, 120}}
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
