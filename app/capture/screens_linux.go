package capture

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jezek/xgb/xproto"

	"takoshome/app/media"
)

// What the IDs of screens begin with.
const (
	monitorPrefix = "screen:"
	windowPrefix  = "window:"
)

// screens are the screens and windows of the desktop, told apart by their IDs.
type screens struct {
	// mu protects x: the connection that lists them, nil until it is needed.
	mu sync.Mutex
	x  *x11
}

func systemScreens() *screens { return &screens{} }

// devices lists screens and windows; none where they cannot be shared.
func (s *screens) devices() []media.Device {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.x == nil {
		x, err := dialX11()
		if err != nil {
			return []media.Device{}
		}
		s.x = x
	}
	devices, err := listX11(s.x)
	if err != nil {
		s.x.close()
		s.x = nil
		return []media.Device{}
	}
	return devices
}

// title is the monitor's name, such as "HDMI-1 (1920×1080)", where it has one
// that means something.
func (m monitor) title() string {
	size := fmt.Sprintf("%d×%d", m.area.Dx(), m.area.Dy())
	if m.name == "screen" || m.name == "default" {
		return size
	}
	return m.name + " (" + size + ")"
}

func listX11(x *x11) ([]media.Device, error) {
	x.drain()
	monitors, err := x.monitors()
	if err != nil {
		return nil, err
	}
	devices := []media.Device{}
	for i, m := range monitors {
		devices = append(devices, media.Device{ID: monitorPrefix + m.name, Name: m.title(), Default: i == 0})
	}
	windows, err := x.windows()
	if err != nil {
		return nil, err
	}
	for _, w := range windows {
		devices = append(devices, media.Device{ID: windowPrefix + strconv.FormatUint(uint64(w.id), 16), Name: w.title})
	}
	return devices, nil
}

// opener opens the screen or window of an ID.
func (s *screens) opener(config media.CameraConfig) (opener, error) {
	var target func(*x11) (grabber, error)
	switch id := config.ID; {
	case id == media.Default || strings.HasPrefix(id, monitorPrefix):
		target = func(x *x11) (grabber, error) { return findMonitor(x, strings.TrimPrefix(id, monitorPrefix)) }
	case strings.HasPrefix(id, windowPrefix):
		number, err := strconv.ParseUint(strings.TrimPrefix(id, windowPrefix), 16, 32)
		if err != nil {
			return nil, fmt.Errorf("%w: %.40q", ErrID, id)
		}
		target = func(x *x11) (grabber, error) { return redirect(x, xproto.Window(number)) }
	default:
		return nil, fmt.Errorf("%w: %.40q", ErrID, id)
	}
	return func(context.Context) (source, error) {
		x, err := dialX11()
		if err != nil {
			return nil, err
		}
		g, err := target(x)
		if err != nil {
			x.close()
			return nil, err
		}
		return newScreenSource(x, g, config.MaxFramesS), nil
	}, nil
}

// close ends the connection that lists.
func (s *screens) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.x != nil {
		s.x.close()
		s.x = nil
	}
}
