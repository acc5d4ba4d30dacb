package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"os"
	"slices"
	"testing"

	"github.com/jezek/xgb/xproto"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
	"takoshome/app/media/yuv"
)

// shared opens a screen and gives a function that waits for a number in its
// picture.
func shared(t *testing.T, config media.CameraConfig) (c *cameraStream, see func(film mediatest.Film, number int)) {
	t.Helper()
	config.Screen = true
	open, err := systemScreens().opener(bounded(config))
	if err != nil {
		t.Fatal(err)
	}
	c = newCameraStream(bounded(config), kindScreen, open, slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	shown := make(chan *image.RGBA, 1) // the newest
	view := media.NewView(func(p *image.RGBA) {
		copied := *p
		copied.Pix = append([]byte(nil), p.Pix...)
		select {
		case <-shown:
		default:
		}
		shown <- &copied
	})
	view.Resize(image.Pt(2000, 2000))
	c.Show(view)
	return c, func(film mediatest.Film, number int) {
		t.Helper()
		eventually(t, fmt.Sprintf("the number %d is seen", number), func() bool {
			select {
			case p := <-shown:
				found, ok := mediatest.Read(p, film.Border)
				return ok && found.Number == number
			default:
				return false
			}
		})
	}
}

var green, magenta = mediatest.Film{Border: mediatest.Green}, mediatest.Film{Border: mediatest.Magenta}

func TestScreenIsShared(t *testing.T) {
	startXvfb(t, "1000x700")
	p := newPainter(t)
	at := image.Rect(100, 120, 420, 300)
	p.draw(p.x.root.Root, at, green, 5)
	c, see := shared(t, media.CameraConfig{})
	see(green, 5)
	b := newBin()
	layers, err := c.Start(3, b.add)
	if err != nil || len(layers) != 2 || layers[1].Width != 1000 || layers[0].Width != 500 || layers[1].MaxFramesS != 15 {
		t.Fatalf("%+v, %v", layers, err)
	}
	p.draw(p.x.root.Root, at, green, 6)
	see(green, 6)
	samples := b.await(t, 1, "frames", atLeast(3))
	if p := decode(t, samples)[0]; p.Rect.Dx() != 1000 || p.Rect.Dy() != 700 {
		t.Errorf("the picture is %v", p.Rect)
	}
	// A still screen answers a request for a keyframe.
	c.RequestKeyFrame(1)
	n := len(b.of(1))
	b.await(t, 1, "a keyframe", func(s []media.Sample) bool {
		for _, sample := range s[n:] {
			if sample.KeyFrame {
				return true
			}
		}
		return false
	})
}

func TestScreensAndWindowsAreListed(t *testing.T) {
	startXvfb(t, "800x600")
	p := newPainter(t)
	one := p.window("Letter – 手紙", image.Rect(10, 10, 330, 190))
	two := p.window("Panel", image.Rect(0, 0, 800, 20))
	dock := make([]byte, 4)
	binary.LittleEndian.PutUint32(dock, uint32(p.x.atoms["_NET_WM_WINDOW_TYPE_DOCK"]))
	p.check(xproto.ChangePropertyChecked(p.x.conn, xproto.PropModeReplace, two, p.x.atoms["_NET_WM_WINDOW_TYPE"], xproto.AtomAtom, 32, 1, dock).Check())
	ours := p.window("Takos Home", image.Rect(0, 30, 80, 90))
	pid := make([]byte, 4)
	binary.LittleEndian.PutUint32(pid, uint32(os.Getpid()))
	p.check(xproto.ChangePropertyChecked(p.x.conn, xproto.PropModeReplace, ours, p.x.atoms["_NET_WM_PID"], xproto.AtomCardinal, 32, 1, pid).Check())
	p.list(one, two, ours, 0xdead) // the last one closed meanwhile
	s := systemScreens()
	t.Cleanup(s.close)
	got := s.devices()
	want := []media.Device{
		{ID: "screen:screen", Name: "800×600", Default: true},
		{ID: fmt.Sprintf("window:%x", one), Name: "Letter – 手紙"},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
	hdmi := monitor{name: "HDMI-1", area: image.Rect(0, 0, 1920, 1080)}
	if got := hdmi.title(); got != "HDMI-1 (1920×1080)" {
		t.Errorf("title %q", got)
	}
	p.list()
	if got := s.devices(); len(got) != 1 {
		t.Errorf("without windows: %+v", got)
	}
}

// A window is seen though another covers it, after it grew, and not after it
// was closed.
func TestWindowIsShared(t *testing.T) {
	startXvfb(t, "1000x700")
	p := newPainter(t)
	area := image.Rect(50, 60, 370, 240)
	w := p.window("Film", area)
	inside := image.Rectangle{Max: area.Size()}
	p.draw(w, inside, green, 7)
	reports := newTroubles()
	_, see := shared(t, media.CameraConfig{ID: fmt.Sprintf("window:%x", w), Report: reports.report})
	p.draw(w, inside, green, 8)
	see(green, 8)
	cover := p.window("Cover", image.Rect(0, 0, 1000, 700))
	p.draw(cover, image.Rect(100, 100, 420, 280), magenta, 1)
	p.draw(w, inside, green, 9)
	see(green, 9)
	larger := image.Rect(0, 0, 480, 270)
	p.check(xproto.ConfigureWindowChecked(p.x.conn, w, xproto.ConfigWindowWidth|xproto.ConfigWindowHeight, []uint32{480, 270}).Check())
	p.draw(w, larger, green, 10)
	see(green, 10)
	p.check(xproto.UnmapWindowChecked(p.x.conn, w).Check())
	p.check(xproto.MapWindowChecked(p.x.conn, w).Check())
	p.draw(w, larger, green, 11)
	see(green, 11)
	p.check(xproto.DestroyWindowChecked(p.x.conn, w).Check())
	reports.await(t, media.TroubleGone)
}

// The pointer is in the picture, and leaves no trace when it moves.
func TestPointerIsShared(t *testing.T) {
	startXvfb(t, "400x300")
	p := newPainter(t)
	w := p.window("Ground", image.Rect(0, 0, 400, 300))
	p.draw(w, image.Rect(0, 0, 400, 300), green, 1)
	font, err := xproto.NewFontId(p.x.conn)
	p.check(err)
	p.check(xproto.OpenFontChecked(p.x.conn, font, 6, "cursor").Check())
	id, err := xproto.NewCursorId(p.x.conn)
	p.check(err)
	p.check(xproto.CreateGlyphCursorChecked(p.x.conn, id, font, font, 68, 69, 0xffff, 0, 0, 0xffff, 0, 0).Check()) // a red arrow
	p.check(xproto.ChangeWindowAttributesChecked(p.x.conn, w, xproto.CwCursor, []uint32{uint32(id)}).Check())
	g, err := findMonitor(p.x, "")
	p.check(err)
	x, err := dialX11()
	p.check(err)
	s := newScreenSource(x, g, 30)
	t.Cleanup(s.close)
	count := func() (red int) {
		f, err := s.read(t.Context())
		p.check(err)
		rgba := image.NewRGBA(f.picture.Rect)
		yuv.ToRGBA(rgba, f.picture)
		for i := 0; i < len(rgba.Pix); i += 4 {
			if rgba.Pix[i] > 150 && rgba.Pix[i+1] < 100 && rgba.Pix[i+2] < 100 {
				red++
			}
		}
		return red
	}
	warp := func(x, y int16) {
		p.check(xproto.WarpPointerChecked(p.x.conn, 0, w, 0, 0, 0, 0, x, y).Check())
	}
	warp(17, 150) // in the border, which has one colour
	var first int
	eventually(t, "the pointer is drawn", func() bool { first = count(); return first > 5 })
	warp(17, 200)
	for range 4 {
		if n := count(); n < first/2 || n > first*2 {
			t.Errorf("%d red pixels, of one pointer %d", n, first)
		}
	}
	warp(398, 298) // nearly outside
	count()
}

func TestNoScreens(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("XDG_SESSION_TYPE", "")
	s := systemScreens()
	if got := s.devices(); len(got) != 0 {
		t.Errorf("without a display: %+v", got)
	}
	reports := newTroubles()
	shared(t, media.CameraConfig{Report: reports.report})
	reports.await(t, media.TroubleGone)
	t.Setenv("XDG_SESSION_TYPE", "wayland")
	shared(t, media.CameraConfig{ID: "screen:any", Report: reports.report})
	reports.await(t, media.TroubleDenied)
	for _, id := range []string{"window:xyz", "window:", "window:123456789", "other"} {
		if _, err := s.opener(media.CameraConfig{ID: id}); !errors.Is(err, ErrID) {
			t.Errorf("%s: %v, want ErrID", id, err)
		}
	}
}

// The X server's end is no end of this program.
func TestServerGoes(t *testing.T) {
	kill := startXvfb(t, "300x200")
	p := newPainter(t)
	w := p.window("Ground", image.Rect(0, 0, 300, 200))
	reports := newTroubles()
	_, see := shared(t, media.CameraConfig{Report: reports.report})
	p.draw(w, image.Rect(0, 0, 300, 200), green, 3)
	see(green, 3)
	s := systemScreens()
	t.Cleanup(s.close)
	if len(s.devices()) == 0 {
		t.Error("no screens")
	}
	kill()
	reports.await(t, media.TroubleGone)
	eventually(t, "the list is empty", func() bool { return len(s.devices()) == 0 })
}

// A screen that changes its size goes on being shared.
func TestScreenChangesItsSize(t *testing.T) {
	startXvfb(t, "1000x700")
	p := newPainter(t)
	c, see := shared(t, media.CameraConfig{Report: func(trouble media.Trouble) { t.Errorf("trouble %q", trouble) }})
	p.draw(p.x.root.Root, image.Rect(50, 50, 370, 230), green, 1)
	see(green, 1)
	b := newBin()
	if layers, err := c.Start(1, b.add); err != nil || layers[0].Width != 1000 {
		t.Fatalf("%+v, %v", layers, err)
	}
	p.resize(image.Pt(640, 480))
	b.await(t, 0, "a keyframe of the new size", func(s []media.Sample) bool {
		return slices.ContainsFunc(s, func(s media.Sample) bool {
			return s.KeyFrame && decode(t, []media.Sample{s})[0].Rect.Dx() == 640
		})
	})
	p.draw(p.x.root.Root, image.Rect(50, 50, 370, 230), green, 2)
	see(green, 2)
}

// BenchmarkScreen says what percentage of one core a shared screen takes that is
// still.
func BenchmarkScreen(b *testing.B) {
	startXvfb(b, "1920x1080")
	p := newPainter(b)
	config := bounded(media.CameraConfig{Screen: true})
	open, err := systemScreens().opener(config)
	p.check(err)
	p.draw(p.x.root.Root, image.Rect(100, 100, 740, 460), green, 1)
	for b.Loop() {
		measureStream(b, newCameraStream(config, kindScreen, open, quiet()), 2, 15)
	}
}
