//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// A start with the session leaves the window in the tray, and a second start brings
// it forward.
func TestStartsInTheTray(t *testing.T) {
	t.Setenv(minimisedVariable, "1")
	desk := newDeskSession(t, true)
	window := desk.open(t, "en_US.UTF-8")
	select {
	case <-desk.registered:
	case <-time.After(patience):
		t.Fatal("no tray icon came")
	}
	if desk.showsWindow(t) {
		t.Error("the window is shown")
	}
	window.order(t, "raise")
	until(t, "a second start brings the window", func() bool { return desk.showsWindow(t) })
}

// Without a tray the window manager is asked to make the window small.
func TestStartsSmallWithoutATray(t *testing.T) {
	t.Setenv(minimisedVariable, "1")
	desk := newDeskSession(t, false)
	conn, err := xgb.NewConnDisplay(desk.display)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	atom, err := xproto.InternAtom(conn, false, uint16(len(changeState)), changeState).Reply()
	if err != nil {
		t.Fatal(err)
	}
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	err = xproto.ChangeWindowAttributesChecked(conn, root, xproto.CwEventMask, []uint32{xproto.EventMaskSubstructureNotify}).Check()
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan uint32, 1)
	go func() { // ends with the connection
		for {
			event, err := conn.WaitForEvent()
			if event == nil && err == nil {
				return
			}
			if m, ok := event.(xproto.ClientMessageEvent); ok && m.Type == atom.Atom {
				asked <- m.Data.Data32[0]
				return
			}
		}
	}()
	desk.open(t, "en_US.UTF-8")
	select {
	case state := <-asked:
		if state != iconicState {
			t.Errorf("asked for state %d", state)
		}
	case <-time.After(patience):
		t.Fatal("nobody was asked to make the window small")
	}
}
