package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xproto"

	"takoshome/app/media/mediatest"
	"takoshome/app/media/yuv"
)

// startXvfb gives the test a screen of its own.
func startXvfb(t testing.TB, size string) (kill func()) {
	t.Helper()
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Fatal("this test needs Xvfb: apt-get install xvfb")
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(path, "-displayfd", "3", "-screen", "0", size+"x24", "-nolisten", "tcp", "-noreset", "+extension", "Composite")
	server.ExtraFiles = []*os.File{write}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it was killed
	})
	t.Cleanup(kill)
	number, err := bufio.NewReader(read).ReadString('\n')
	if err := errors.Join(err, write.Close(), read.Close()); err != nil {
		t.Fatalf("Xvfb does not start: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("XDG_SESSION_TYPE", "x11")
	t.Setenv("XAUTHORITY", filepath.Join(t.TempDir(), "none"))
	return kill
}

// painter draws on the X server as another program would.
type painter struct {
	t testing.TB
	x *x11
	g xproto.Gcontext
}

func newPainter(t testing.TB) *painter {
	t.Helper()
	x, err := dialX11()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.close)
	p := &painter{t: t, x: x}
	p.g, err = xproto.NewGcontextId(x.conn)
	p.check(err)
	p.check(xproto.CreateGCChecked(x.conn, p.g, xproto.Drawable(x.root.Root), 0, nil).Check())
	return p
}

func (p *painter) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// window opens a window that a window manager would list.
func (p *painter) window(title string, at image.Rectangle) xproto.Window {
	p.t.Helper()
	c := p.x.conn
	id, err := xproto.NewWindowId(c)
	p.check(err)
	p.check(xproto.CreateWindowChecked(c, p.x.root.RootDepth, id, p.x.root.Root, int16(at.Min.X), int16(at.Min.Y),
		uint16(at.Dx()), uint16(at.Dy()), 0, xproto.WindowClassInputOutput, p.x.root.RootVisual, 0, nil).Check())
	p.check(xproto.ChangePropertyChecked(c, xproto.PropModeReplace, id, p.x.atoms["_NET_WM_NAME"], p.x.atoms["UTF8_STRING"], 8,
		uint32(len(title)), []byte(title)).Check())
	p.check(xproto.MapWindowChecked(c, id).Check())
	return id
}

func (p *painter) list(windows ...xproto.Window) {
	p.t.Helper()
	var ids []byte
	for _, w := range windows {
		ids = binary.LittleEndian.AppendUint32(ids, uint32(w))
	}
	p.check(xproto.ChangePropertyChecked(p.x.conn, xproto.PropModeReplace, p.x.root.Root, p.x.atoms["_NET_CLIENT_LIST"],
		xproto.AtomWindow, 32, uint32(len(windows)), ids).Check())
}

// draw puts a numbered picture on a window.
func (p *painter) draw(w xproto.Window, at image.Rectangle, film mediatest.Film, number int) {
	p.t.Helper()
	size := at.Size()
	picture, rgba := yuv.New(size.X, size.Y), image.NewRGBA(image.Rectangle{Max: size})
	film.Paint(picture, number)
	yuv.ToRGBA(rgba, picture)
	for i := 0; i < len(rgba.Pix); i += 4 {
		rgba.Pix[i], rgba.Pix[i+2] = rgba.Pix[i+2], rgba.Pix[i]
	}
	const rows = 32 // a request is bounded
	for y := 0; y < size.Y; y += rows {
		n := min(rows, size.Y-y)
		p.check(xproto.PutImageChecked(p.x.conn, xproto.ImageFormatZPixmap, xproto.Drawable(w), p.g, uint16(size.X), uint16(n),
			int16(at.Min.X), int16(at.Min.Y+y), 0, p.x.root.RootDepth, rgba.Pix[y*rgba.Stride:(y+n)*rgba.Stride]).Check())
	}
}

// resize changes the only screen as a person would in the settings.
func (p *painter) resize(size image.Point) {
	p.t.Helper()
	c, root := p.x.conn, p.x.root.Root
	r, err := randr.GetScreenResources(c, root).Reply()
	p.check(err)
	w, h := uint16(size.X), uint16(size.Y)
	name := fmt.Sprintf("%dx%d", w, h)
	mode, err := randr.CreateMode(c, root, randr.ModeInfo{
		Width: w, Height: h, DotClock: 60 * uint32(w) * uint32(h), HsyncStart: w, HsyncEnd: w, Htotal: w,
		VsyncStart: h, VsyncEnd: h, Vtotal: h, NameLen: uint16(len(name)),
	}, name).Reply()
	p.check(err)
	p.check(randr.AddOutputModeChecked(c, r.Outputs[0], mode.Mode).Check())
	set := func(mode randr.Mode, outputs ...randr.Output) {
		_, err := randr.SetCrtcConfig(c, r.Crtcs[0], 0, 0, 0, 0, mode, randr.RotationRotate0, outputs).Reply()
		p.check(err)
	}
	set(0)
	p.check(randr.SetScreenSizeChecked(c, root, w, h, 100, 100).Check())
	set(mode.Mode, r.Outputs[0])
}
