package capture

import (
	"fmt"
	"image"
	"slices"

	"github.com/jezek/xgb/composite"
	"github.com/jezek/xgb/xproto"
)

// grabber says where the pixels of a screen or window are.
type grabber interface {
	// locate tells the drawable and the part of it to read, and where that is on
	// the root window; nothing if there is nothing to see now.
	locate() (place, error)
	close()
}

// place is where pixels are.
type place struct {
	drawable xproto.Drawable
	area     image.Rectangle
	onRoot   image.Point
	depth    byte
}

// monitorsEvery is after how many pictures screens are asked whether they moved
// or changed their size.
const monitorsEvery = 10

// monitorGrabber reads a part of the root window.
type monitorGrabber struct {
	x     *x11
	name  string // empty: the primary one
	area  image.Rectangle
	until int // pictures until it is looked for again
}

func findMonitor(x *x11, name string) (grabber, error) {
	m := &monitorGrabber{x: x, name: name}
	_, err := m.locate()
	return m, err
}

func (m *monitorGrabber) locate() (place, error) {
	if m.until == 0 {
		if err := m.find(); err != nil {
			return place{}, err
		}
		m.until = monitorsEvery
	}
	m.until--
	return place{xproto.Drawable(m.x.root.Root), m.area, m.area.Min, m.x.root.RootDepth}, nil
}

func (m *monitorGrabber) find() error {
	all, err := m.x.monitors()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o monitor) bool { return o.name == m.name || m.name == "" })
	if i < 0 {
		return errGone
	}
	m.area = all[i].area
	return nil
}

func (m *monitorGrabber) close() {}

// windowGrabber reads a window wherever it is, covered by others or not: the X
// server is asked to keep its picture apart.
type windowGrabber struct {
	x      *x11
	window xproto.Window
	pixmap xproto.Pixmap // of the last picture
}

func redirect(x *x11, w xproto.Window) (grabber, error) {
	if !x.has["Composite"] {
		return nil, fmt.Errorf("%w: the X server keeps no pictures of windows", ErrNoPicture)
	}
	err := composite.RedirectWindowChecked(x.conn, w, composite.RedirectAutomatic).Check()
	if err != nil {
		return nil, x.wrap(err)
	}
	return &windowGrabber{x: x, window: w}, nil
}

func (g *windowGrabber) locate() (place, error) {
	attributes, err := xproto.GetWindowAttributes(g.x.conn, g.window).Reply()
	if err != nil {
		return place{}, g.x.wrap(err)
	}
	if attributes.MapState != xproto.MapStateViewable {
		return place{}, nil
	}
	geometry, err := xproto.GetGeometry(g.x.conn, xproto.Drawable(g.window)).Reply()
	if err != nil {
		return place{}, g.x.wrap(err)
	}
	size := image.Pt(int(geometry.Width), int(geometry.Height))
	if err := g.name(); err != nil {
		return place{}, g.x.wrap(err)
	}
	at, err := xproto.TranslateCoordinates(g.x.conn, g.window, g.x.root.Root, 0, 0).Reply()
	if err != nil {
		return place{}, g.x.wrap(err)
	}
	border := int(geometry.BorderWidth)
	area := image.Rectangle{Max: size}.Add(image.Pt(border, border))
	return place{xproto.Drawable(g.pixmap), area, image.Pt(int(at.DstX), int(at.DstY)), geometry.Depth}, nil
}

// name gets the pixmap that the window has now: another one after each change of
// its size, and each time it comes back to the screen.
func (g *windowGrabber) name() error {
	g.release()
	id, err := xproto.NewPixmapId(g.x.conn)
	if err != nil {
		return err
	}
	if err := composite.NameWindowPixmapChecked(g.x.conn, g.window, id).Check(); err != nil {
		return err
	}
	g.pixmap = id
	return nil
}

func (g *windowGrabber) release() {
	if g.pixmap != 0 {
		xproto.FreePixmap(g.x.conn, g.pixmap)
		g.pixmap = 0
	}
}

// close does nothing: the server frees all when the connection ends.
func (g *windowGrabber) close() {}
