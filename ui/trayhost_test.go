//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// item is the tray icon as a desktop sees it.
type item struct {
	conn *dbus.Conn
	name string
}

// menuNode is a node of com.canonical.dbusmenu's layout, (ia{sv}av).
type menuNode struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// entries are the labels of the menu with their ids.
func (i item) entries(t testing.TB) map[string]menuNode {
	t.Helper()
	var revision uint32
	var root menuNode
	call := i.conn.Object(i.name, "/StatusNotifierMenu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{})
	if err := call.Store(&revision, &root); err != nil {
		t.Fatalf("read the menu: %v", err)
	}
	found := make(map[string]menuNode)
	for _, variant := range root.Children {
		var node menuNode
		if err := dbus.Store([]any{variant.Value()}, &node); err != nil {
			t.Fatal(err)
		}
		if visible, ok := node.Properties["visible"].Value().(bool); ok && !visible {
			continue
		}
		if label, ok := node.Properties["label"].Value().(string); ok && label != "" {
			found[label] = node
		}
	}
	return found
}

// click presses an entry as a desktop does.
func (i item) click(t testing.TB, label string) {
	t.Helper()
	until(t, "the menu has "+label, func() bool { _, ok := i.entries(t)[label]; return ok })
	node := i.entries(t)[label]
	if enabled, ok := node.Properties["enabled"].Value().(bool); ok && !enabled {
		t.Fatalf("entry %q is not enabled", label)
	}
	call := i.conn.Object(i.name, "/StatusNotifierMenu").Call("com.canonical.dbusmenu.Event", 0,
		node.ID, "clicked", dbus.MakeVariant(""), uint32(time.Now().Unix()))
	if call.Err != nil {
		t.Fatalf("click %s: %v", label, call.Err)
	}
}

// icon is the picture in the tray, as ARGB bytes.
func (i item) icon(t testing.TB) []byte {
	t.Helper()
	value, err := i.conn.Object(i.name, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	if err != nil {
		t.Fatalf("read the icon: %v", err)
	}
	var pictures []struct {
		Width, Height int32
		Pixels        []byte
	}
	if err := value.Store(&pictures); err != nil {
		t.Fatal(err)
	}
	if len(pictures) == 0 || pictures[0].Width != 64 || pictures[0].Height != 64 {
		t.Fatalf("got %d pictures, want one of 64x64", len(pictures))
	}
	return pictures[0].Pixels
}

// tray waits for the window's icon.
func (s *deskSession) tray(t testing.TB) item {
	t.Helper()
	select {
	case name := <-s.registered:
		return item{s.conn, name}
	case <-time.After(patience):
		t.Fatal("no tray icon was registered")
		return item{}
	}
}

func needsDesktop(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts an X server and a D-Bus")
	}
}

// TestTrayOverDBus drives the real window and tray as a desktop does.
func TestTrayOverDBus(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, true)
	window := s.open(t, "ja_JP.UTF-8")
	tray := s.tray(t)
	until(t, "the window is there", func() bool { return s.showsWindow(t) })
	until(t, "the menu is there", func() bool { return len(tray.entries(t)) == 4 })
	off := tray.icon(t)

	tray.click(t, "ホストを始める")
	window.expect(t, "command app.StartHosting")
	until(t, "the icon says hosting", func() bool { return !slices.Equal(tray.icon(t), off) })
	hosting := tray.icon(t)

	tray.click(t, "新しい招待をコピー")
	window.expect(t, "command app.NewInvitation")
	until(t, "the link is in the clipboard", func() bool {
		window.order(t, "clipboard")
		return strings.HasSuffix(window.expect(t, "clipboard"), "/j#i=リビング")
	})

	window.order(t, "people 3")
	until(t, "the icon counts", func() bool { return !slices.Equal(tray.icon(t), hosting) })
	s.checkHiding(t, window, tray)

	window.order(t, "key 4")
	window.order(t, "texts")
	if line := window.expect(t, "texts"); !strings.Contains(line, "花子 の映像") {
		t.Errorf("the panel shows %s", line)
	}
	s.saveScreen(t, "desktop-panel")

	tray.click(t, "ホストをやめる")
	window.expect(t, "command app.StopHosting")
	tray.click(t, "終了")
	window.expect(t, "closed true")
	if err := <-window.done; err != nil {
		t.Errorf("the window ended with %v", err)
	}
}

// checkHiding closes the window into the tray and brings it back, by the tray
// and by a second start.
func (s *deskSession) checkHiding(t *testing.T, window *child, tray item) {
	t.Helper()
	hide := func() {
		t.Helper()
		window.order(t, "key W")
		until(t, "the window is hidden", func() bool { return !s.showsWindow(t) })
	}
	hide()
	tray.click(t, "Takos Home を開く")
	until(t, "the tray brought the window back", func() bool { return s.showsWindow(t) })
	s.saveScreen(t, "desktop-home")
	hide()
	window.order(t, "raise")
	until(t, "a second start brought the window back", func() bool { return s.showsWindow(t) })
	hide()
	if err := s.conn.Object(tray.name, "/StatusNotifierItem").Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err; err != nil {
		t.Fatal(err)
	}
	until(t, "a click on the icon brought the window back", func() bool { return s.showsWindow(t) })
}

// TestCallInTheTray holds that a call goes on while the window is closed, with
// no pictures made for nobody, and that the tray mutes and hangs up.
func TestCallInTheTray(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, true)
	window := s.open(t, "ja_JP.UTF-8")
	tray := s.tray(t)
	until(t, "the window is there", func() bool { return s.showsWindow(t) })
	until(t, "the menu is there", func() bool { return len(tray.entries(t)) == 4 })
	off := tray.icon(t)
	videos := func(wanted string) func() bool {
		return func() bool {
			window.order(t, "videos")
			return window.expect(t, "videos") == "videos "+wanted
		}
	}

	window.order(t, "call 2")
	until(t, "the pictures are wanted", videos("self video0 video1"))
	until(t, "the icon counts", func() bool { return !slices.Equal(tray.icon(t), off) })
	calling := tray.icon(t)
	window.order(t, "film")
	window.order(t, "key W")
	until(t, "the window is hidden", func() bool { return !s.showsWindow(t) })
	until(t, "no picture is wanted", videos(""))

	tray.click(t, "ミュート")
	window.expect(t, "command app.SetMuted")
	until(t, "the icon has a slash", func() bool { return !slices.Equal(tray.icon(t), calling) })
	tray.click(t, "ミュート解除")
	window.expect(t, "command app.SetMuted")
	until(t, "the slash is gone", func() bool { return slices.Equal(tray.icon(t), calling) })

	tray.click(t, "Takos Home を開く")
	until(t, "the window is back", func() bool { return s.showsWindow(t) })
	until(t, "the pictures are back", videos("self video0 video1"))
	s.saveScreen(t, "desktop-call")
	tray.click(t, "通話から退出")
	window.expect(t, "command app.LeaveCall")
	until(t, "the menu forgets the call", func() bool { return len(tray.entries(t)) == 4 })
}

// TestWithoutTray holds that the window cannot get lost where nobody shows tray
// icons, as on GNOME.
func TestWithoutTray(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, false)
	window := s.open(t, "en_GB.UTF-8")
	until(t, "the window is there", func() bool { return s.showsWindow(t) })
	window.order(t, "key W")
	until(t, "the window says that there is no tray", func() bool {
		window.order(t, "texts")
		return strings.Contains(window.expect(t, "texts"), "This desktop has no tray.")
	})
	if !s.showsWindow(t) {
		t.Fatal("the window is gone")
	}
	s.saveScreen(t, "desktop-no-tray")
	window.order(t, "key Q")
	window.expect(t, "closed true")
	if err := <-window.done; err != nil {
		t.Errorf("the window ended with %v", err)
	}
}

// TestSignalEndsTheWindow holds that the program can be told to end, and closes
// the app before it does.
func TestSignalEndsTheWindow(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, false)
	window := s.open(t, "en_GB.UTF-8")
	until(t, "the window is there", func() bool { return s.showsWindow(t) })
	if err := syscall.Kill(window.pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	window.expect(t, "closed true")
	if err := <-window.done; err != nil {
		t.Errorf("the window ended with %v", err)
	}
}
