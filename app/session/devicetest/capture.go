package devicetest

import (
	"errors"
	"log/slog"
	"sync"

	"takoshome/app/media"
)

// Computer is a computer with devices.
type Computer struct {
	// Gate, if not nil, holds up the opening of each device until it can be
	// read from.
	Gate <-chan struct{}
	// Fail, if not nil, is what Open gives.
	Fail error

	// mu protects all that follows.
	mu          sync.Mutex
	devices     media.Devices
	watchers    map[int]func(media.Devices)
	watched     int
	microphones []*Microphone
	cameras     []*Camera
	playbacks   []*Playback
	open        int
	startErr    error
}

// New gives a computer with two microphones, two speakers, two cameras and a
// screen.
func New() *Computer {
	return &Computer{
		watchers: map[int]func(media.Devices){},
		devices: media.Devices{
			Microphones: []media.Device{{ID: "mic1", Name: "Built-in Microphone", Default: true}, {ID: "mic2", Name: "USB Headset"}},
			Speakers:    []media.Device{{ID: "out1", Name: "Built-in Speaker", Default: true}, {ID: "out2", Name: "USB Headset"}},
			Cameras:     []media.Device{{ID: "cam1", Name: "Front Camera", Default: true}, {ID: "cam2", Name: "Desk Camera"}},
			Screens:     []media.Device{{ID: "screen1", Name: "Screen 1", Default: true}},
		},
	}
}

// Open is app.Config.OpenDevices.
func (c *Computer) Open(*slog.Logger) (media.Capture, media.Playback, error) {
	if c.Fail != nil {
		return nil, nil, c.Fail
	}
	p := &Playback{}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open += 2
	p.closed = c.close
	c.playbacks = append(c.playbacks, p)
	return &capture{c}, p, nil
}

// OpenNow is how many devices, and lists of them, are held now.
func (c *Computer) OpenNow() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

// Microphone is the one opened last, nil if none ever was.
func (c *Computer) Microphone() *Microphone { return last(c, &c.microphones) }

// Camera is the camera or screen opened last, nil if none ever was.
func (c *Computer) Camera() *Camera { return last(c, &c.cameras) }

// Playback is the one opened last, nil if none ever was.
func (c *Computer) Playback() *Playback { return last(c, &c.playbacks) }

func last[T any](c *Computer, list *[]*T) *T {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(*list); n > 0 {
		return (*list)[n-1]
	}
	return nil
}

// FailStart makes cameras refuse to send; nil: no more.
func (c *Computer) FailStart(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.startErr = err
}

// SetDevices plugs devices in and out.
func (c *Computer) SetDevices(d media.Devices) {
	c.mu.Lock()
	c.devices = d
	var watchers []func(media.Devices)
	for _, w := range c.watchers {
		watchers = append(watchers, w)
	}
	c.mu.Unlock()
	for _, w := range watchers {
		w(d)
	}
}

func (c *Computer) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
}

func (c *Computer) wait() {
	if c.Gate != nil {
		<-c.Gate
	}
}

// capture is media.Capture.
type capture struct{ *Computer }

func (c *capture) Devices() media.Devices {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.devices
}

func (c *capture) Watch(fn func(media.Devices)) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watched++
	id := c.watched
	c.watchers[id] = fn
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, id)
	}
}

func (c *capture) OpenMicrophone(config media.MicrophoneConfig) (media.Microphone, error) {
	c.wait()
	if config.ID == "bad" {
		return nil, errors.New("not an ID")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &Microphone{Config: config, processing: config.Processing, muted: true, closed: c.close}
	c.microphones = append(c.microphones, m)
	c.open++
	return m, nil
}

func (c *capture) OpenCamera(config media.CameraConfig) (media.Camera, error) {
	c.wait()
	if config.ID == "bad" {
		return nil, errors.New("not an ID")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v := &Camera{Config: config, computer: c.Computer, rates: map[int]int{}, keyFrames: map[int]int{}}
	c.cameras = append(c.cameras, v)
	c.open++
	return v, nil
}

func (c *capture) Close() error {
	c.close()
	return nil
}
