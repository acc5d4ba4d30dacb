//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"takoshome/app/session"
)

// notifications are a desktop's, which note what they are asked for.
type notifications struct {
	shown  chan notification
	closed chan uint32
}

type notification struct {
	summary, body string
	actions       []string
	hints         map[string]dbus.Variant
}

const firstNotification = 41

// GetCapabilities is of the Desktop Notifications Specification, as the others are.
func (notifications) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body"}, nil
}

// Notify shows a notification.
func (n notifications) Notify(_ string, _ uint32, _, summary, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.shown <- notification{summary, body, actions, hints}
	return firstNotification, nil
}

// CloseNotification takes one back.
func (n notifications) CloseNotification(number uint32) *dbus.Error {
	n.closed <- number
	return nil
}

// showNotifications makes the session's desktop have notifications.
func (s *deskSession) showNotifications(t *testing.T) notifications {
	t.Helper()
	n := notifications{make(chan notification, 8), make(chan uint32, 8)}
	if err := s.conn.Export(n, notifyPath, notifyName); err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.RequestName(notifyName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *deskSession) press(t *testing.T, action string) {
	t.Helper()
	if err := s.conn.Emit(notifyPath, notifyName+".ActionInvoked", uint32(firstNotification), action); err != nil {
		t.Fatal(err)
	}
}

// receive waits for what must come.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatal("the window did not tell the desktop")
		panic("unreachable")
	}
}

// TestIncomingCallOnTheDesktop answers and declines a call by the buttons of its
// notification, and holds that a call that is gone rings no more.
func TestIncomingCallOnTheDesktop(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, false)
	desk := s.showNotifications(t)
	window := s.open(t, "en_GB.UTF-8")
	until(t, "the window is there", func() bool { return s.showsWindow(t) })

	for _, tt := range []struct{ action, command string }{
		{actionAnswer, "command app.AnswerCall"},
		{actionDecline, "command app.DeclineCall"},
	} {
		window.order(t, "incoming "+tt.action)
		call := receive(t, desk.shown)
		if call.summary != "花子 is calling" || call.body != "Video call" || !slices.Contains(call.actions, "Answer") {
			t.Errorf("got %+v", call)
		}
		if call.hints["sound-name"].Value() != "phone-incoming-call" {
			t.Errorf("it does not ring: %v", call.hints)
		}
		s.press(t, tt.action)
		window.expect(t, tt.command)
		if got := receive(t, desk.closed); got != firstNotification {
			t.Errorf("closed %d", got)
		}
	}

	window.order(t, "incoming elsewhere")
	receive(t, desk.shown)
	window.order(t, "gone")
	receive(t, desk.closed)
}

// TestMissedCallOnTheDesktop tells of a missed call, and opens the list of calls
// by a click on it.
func TestMissedCallOnTheDesktop(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, false)
	desk := s.showNotifications(t)
	window := s.open(t, "en_GB.UTF-8")
	until(t, "the window is there", func() bool { return s.showsWindow(t) })
	window.order(t, "missed 0")
	window.order(t, "missed 1")
	note := receive(t, desk.shown)
	if note.summary != "Missed call" || !strings.HasPrefix(note.body, "Bob called at ") || slices.Contains(note.actions, "Answer") {
		t.Errorf("got %+v", note)
	}
	if _, sounds := note.hints["sound-name"]; sounds {
		t.Error("a missed call rings")
	}
	s.press(t, actionDefault)
	window.expect(t, "command app.SeeCalls")
}

// TestFriendRequestOnTheDesktop tells of somebody who wants to be a friend, and
// opens the friends by a click on it.
func TestFriendRequestOnTheDesktop(t *testing.T) {
	needsDesktop(t)
	s := newDeskSession(t, false)
	desk := s.showNotifications(t)
	window := s.open(t, "en_GB.UTF-8")
	until(t, "the window is there", func() bool { return s.showsWindow(t) })
	window.order(t, "asking 3")
	window.order(t, "asking 4")
	note := receive(t, desk.shown)
	if note.summary != "Somebody wants to be your friend" || !strings.HasPrefix(note.body, "person3") || slices.Contains(note.actions, "Answer") {
		t.Errorf("got %+v", note)
	}
	s.press(t, actionDefault)
	until(t, "the friends are there", func() bool {
		window.order(t, "texts")
		return strings.Contains(window.expect(t, "texts"), "Accept")
	})
}

// TestOwnTonesSilenceTheDesktop holds that a desktop does not ring over a tone of
// ours.
func TestOwnTonesSilenceTheDesktop(t *testing.T) {
	speak(t, "en")
	for _, sounds := range []bool{true, false} {
		hints := (&desktopBell{sounds: sounds}).callNote(session.Incoming{ID: "1", From: "bob@b.example"}).hints
		_, named := hints["sound-name"]
		silent, _ := hints["suppress-sound"].Value().(bool)
		if named != sounds || silent == sounds {
			t.Errorf("sounds %v: %v", sounds, hints)
		}
	}
}
