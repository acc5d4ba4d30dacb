//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

const (
	changeState = "WM_CHANGE_STATE"
	iconicState = 3
)

var errNoX11 = errors.New("not a window of X11")

// iconify makes a window small: the window manager is asked by a message to the root
// window (Inter-Client Communication Conventions Manual, section 4.1.4). Fyne has no
// way of its own.
func iconify(w fyne.Window) error {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return errNoX11
	}
	var handle uintptr
	native.RunNative(func(context any) {
		if x11, ok := context.(driver.X11WindowContext); ok {
			handle = x11.WindowHandle
		}
	})
	if handle == 0 {
		return errNoX11
	}
	return askToIconify(xproto.Window(handle))
}

func askToIconify(window xproto.Window) error {
	conn, err := xgb.NewConn()
	if err != nil {
		return fmt.Errorf("connect with the X server: %w", err)
	}
	defer conn.Close()
	atom, err := xproto.InternAtom(conn, false, uint16(len(changeState)), changeState).Reply()
	if err != nil {
		return fmt.Errorf("name a message: %w", err)
	}
	message := xproto.ClientMessageEvent{
		Format: 32, Window: window, Type: atom.Atom,
		Data: xproto.ClientMessageDataUnionData32New([]uint32{iconicState, 0, 0, 0, 0}),
	}
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	mask := uint32(xproto.EventMaskSubstructureNotify | xproto.EventMaskSubstructureRedirect)
	if err := xproto.SendEventChecked(conn, false, root, mask, string(message.Bytes())).Check(); err != nil {
		return fmt.Errorf("ask the window manager: %w", err)
	}
	return nil
}
