package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/composite"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"
)

// Bounds of what is asked of an X server.
const (
	maxWindows    = 200
	maxTitleBytes = 1 << 10
)

// x11 is a connection to an X server. One goroutine at a time uses it.
//
// It is written with xgb and not with Xlib, which mediadevices' driver of screens
// uses: Xlib ends the program at the first error of the server, such as that of a
// screen that changed its size while it was read.
type x11 struct {
	conn  *xgb.Conn
	setup *xproto.SetupInfo
	root  xproto.ScreenInfo
	atoms map[string]xproto.Atom
	has   map[string]bool // extensions
}

// monitor is one screen of a desktop that may have several.
type monitor struct {
	name    string
	area    image.Rectangle // of the root window
	primary bool
}

// window is a window that a person would know.
type window struct {
	id    xproto.Window
	title string
}

// dialX11 connects to the X server of the desktop. Under Wayland there may be one
// as well, but it shows nothing of the desktop.
func dialX11() (*x11, error) {
	if os.Getenv("WAYLAND_DISPLAY") != "" || os.Getenv("XDG_SESSION_TYPE") == "wayland" {
		return nil, fmt.Errorf("%w: Wayland lets nobody read the screen so", errDenied)
	}
	if os.Getenv("DISPLAY") == "" {
		return nil, errGone
	}
	xgb.Logger.SetOutput(io.Discard) // it has no better way, and every error comes back as well
	conn, err := xgb.NewConn()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errGone, err)
	}
	x := &x11{conn: conn, setup: xproto.Setup(conn), has: map[string]bool{}}
	x.root = *x.setup.DefaultScreen(conn)
	if err := x.prepare(); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

// prepare asks for the extensions and names that are needed later.
func (x *x11) prepare() error {
	for _, name := range []string{"MIT-SHM", "RANDR", "Composite", "XFIXES"} {
		if err := x.enable(name); err != nil {
			return err
		}
	}
	if x.has["RANDR"] {
		v, err := randr.QueryVersion(x.conn, 1, 5).Reply()
		x.has["RANDR"] = err == nil && (v.MajorVersion > 1 || v.MinorVersion >= 5)
	}
	if x.has["Composite"] {
		v, err := composite.QueryVersion(x.conn, 0, 4).Reply()
		x.has["Composite"] = err == nil && (v.MajorVersion > 0 || v.MinorVersion >= 2)
	}
	if x.has["XFIXES"] {
		_, err := xfixes.QueryVersion(x.conn, 5, 0).Reply()
		x.has["XFIXES"] = err == nil
	}
	return x.intern("_NET_CLIENT_LIST", "_NET_WM_NAME", "_NET_WM_PID", "_NET_WM_WINDOW_TYPE",
		"_NET_WM_WINDOW_TYPE_DOCK", "_NET_WM_WINDOW_TYPE_DESKTOP", "UTF8_STRING")
}

// enable does what the Init of xgb's packages does, but for writing to maps that
// the readers of all connections read: no extension's own errors or events can
// come of what is asked here.
func (x *x11) enable(name string) error {
	reply, err := xproto.QueryExtension(x.conn, uint16(len(name)), name).Reply()
	if err != nil {
		return x.wrap(err)
	}
	if reply.Present {
		x.conn.ExtLock.Lock()
		x.conn.Extensions[name] = reply.MajorOpcode
		x.conn.ExtLock.Unlock()
		x.has[name] = true
	}
	return nil
}

func (x *x11) intern(names ...string) error {
	x.atoms = map[string]xproto.Atom{}
	for _, name := range names {
		reply, err := xproto.InternAtom(x.conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			return x.wrap(err)
		}
		x.atoms[name] = reply.Atom
	}
	return nil
}

// wrap takes what is no longer there for gone.
func (x *x11) wrap(err error) error {
	var noWindow xproto.WindowError
	var noDrawable xproto.DrawableError
	if errors.As(err, &noWindow) || errors.As(err, &noDrawable) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return err
}

// monitors gives the screens, the primary one first.
func (x *x11) monitors() ([]monitor, error) {
	whole := monitor{"screen", image.Rect(0, 0, int(x.root.WidthInPixels), int(x.root.HeightInPixels)), true}
	if !x.has["RANDR"] {
		return []monitor{whole}, nil
	}
	reply, err := randr.GetMonitors(x.conn, x.root.Root, true).Reply()
	if err != nil {
		return nil, x.wrap(err)
	}
	var all []monitor
	for _, m := range reply.Monitors {
		name, err := xproto.GetAtomName(x.conn, m.Name).Reply()
		if err != nil {
			return nil, x.wrap(err)
		}
		at := image.Pt(int(m.X), int(m.Y))
		area := image.Rectangle{at, at.Add(image.Pt(int(m.Width), int(m.Height)))}
		all = append(all, monitor{strings.ToValidUTF8(name.Name, ""), area, m.Primary})
	}
	if len(all) == 0 {
		return []monitor{whole}, nil
	}
	slices.SortStableFunc(all, func(a, b monitor) int {
		switch {
		case a.primary == b.primary:
			return 0
		case a.primary:
			return -1
		}
		return 1
	})
	return all, nil
}

// windows gives the windows of applications, but for those of this program.
func (x *x11) windows() ([]window, error) {
	list, err := x.property(x.root.Root, "_NET_CLIENT_LIST", maxWindows*4)
	if err != nil {
		return nil, err
	}
	var all []window
	for _, id := range words(list) {
		w := xproto.Window(id)
		// A window may close meanwhile; it is left out.
		title, err := x.title(w)
		if err != nil || title == "" || x.isOurs(w) || x.isFurniture(w) {
			continue
		}
		all = append(all, window{w, title})
	}
	return all, nil
}

func (x *x11) title(w xproto.Window) (string, error) {
	text, err := x.property(w, "_NET_WM_NAME", maxTitleBytes)
	if err == nil && len(text) == 0 {
		text, err = x.propertyOf(w, xproto.AtomWmName, maxTitleBytes)
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(text), "")), err
}

func (x *x11) isOurs(w xproto.Window) bool {
	pid, err := x.property(w, "_NET_WM_PID", 4)
	return err == nil && len(pid) == 4 && int(binary.NativeEndian.Uint32(pid)) == os.Getpid()
}

// isFurniture says whether a window is a panel or the desktop's ground.
func (x *x11) isFurniture(w xproto.Window) bool {
	types, err := x.property(w, "_NET_WM_WINDOW_TYPE", 64)
	return err == nil && slices.ContainsFunc(words(types), func(t uint32) bool {
		return t == uint32(x.atoms["_NET_WM_WINDOW_TYPE_DOCK"]) || t == uint32(x.atoms["_NET_WM_WINDOW_TYPE_DESKTOP"])
	})
}

func (x *x11) property(w xproto.Window, name string, maxBytes int) ([]byte, error) {
	return x.propertyOf(w, x.atoms[name], maxBytes)
}

func (x *x11) propertyOf(w xproto.Window, name xproto.Atom, maxBytes int) ([]byte, error) {
	reply, err := xproto.GetProperty(x.conn, false, w, name, xproto.GetPropertyTypeAny, 0, uint32(maxBytes/4)).Reply()
	if err != nil {
		return nil, x.wrap(err)
	}
	return reply.Value, nil
}

// words are the 32-bit values of a property; xgb asks for least byte first.
func words(b []byte) []uint32 {
	var all []uint32
	for ; len(b) >= 4; b = b[4:] {
		all = append(all, binary.LittleEndian.Uint32(b))
	}
	return all
}

// drain throws away events, which nobody asked for.
func (x *x11) drain() {
	for {
		if event, err := x.conn.PollForEvent(); event == nil && err == nil {
			return
		}
	}
}

func (x *x11) close() { x.conn.Close() }
