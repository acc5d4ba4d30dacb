package capture

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"takoshome/app/media"
	"takoshome/app/sound"
)

// Bounds of pictures where the caller gives none: text on screens needs more
// pixels, and moves less.
const (
	cameraWidth, cameraHeight, cameraFramesS = 1280, 720, 30
	screenWidth, screenHeight, screenFramesS = 1920, 1080, 15

	maxFramesS = 120
)

var errNoEngine = errors.New("capture needs a sound engine")

// Config is what a Capture needs.
type Config struct {
	Engine *sound.Engine // stays the caller's, and is to be closed later
	Logger *slog.Logger  // nil: slog.Default
}

func (c Config) validate() error {
	if c.Engine == nil {
		return errNoEngine
	}
	return nil
}

// Capture gives this computer's microphones, cameras and screens. It implements
// media.Capture.
type Capture struct {
	engine  *sound.Engine
	cameras *cameras
	screens *screens
	logger  *slog.Logger

	// mu protects the fields below.
	mu     sync.Mutex
	closed bool
	open   map[io.Closer]struct{} // cameras and microphones
}

// New gives access to the devices; none is opened by that.
func New(c Config) (*Capture, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Capture{
		engine: c.Engine, cameras: systemCameras(), screens: systemScreens(), logger: c.Logger.With("scope", "capture"),
		open: map[io.Closer]struct{}{},
	}, nil
}

// Devices implements media.Capture.
func (c *Capture) Devices() media.Devices {
	microphones, speakers := c.engine.Devices()
	return media.Devices{Microphones: microphones, Speakers: speakers, Cameras: c.cameras.devices(), Screens: c.screens.devices()}
}

// Watch implements media.Capture. fn is called from a goroutine of its own and
// must not call stop.
func (c *Capture) Watch(fn func(media.Devices)) (stop func()) {
	return startWatch(c.engine, c.Devices, fn)
}

// OpenMicrophone implements media.Capture.
func (c *Capture) OpenMicrophone(config media.MicrophoneConfig) (media.Microphone, error) {
	m, err := openMicrophone(c.logger, func(frames func([]int16)) (input, error) {
		return c.openInput(config, frames)
	})
	if err != nil {
		return nil, err
	}
	m.closed = func() { c.forget(m) }
	if err := c.keep(m); err != nil {
		return nil, err
	}
	return m, nil
}

func (c *Capture) openInput(config media.MicrophoneConfig, frames func([]int16)) (input, error) {
	if strings.HasPrefix(config.ID, media.TonePrefix) {
		hertz, err := parseTone(config.ID)
		if err != nil {
			return nil, err
		}
		return startTone(hertz, frames), nil
	}
	if config.Report == nil {
		config.Report = func(media.Trouble) {}
	}
	in, err := c.engine.OpenInput(sound.InputConfig{
		ID: config.ID, Processing: config.Processing, Frames: frames, Report: config.Report,
	})
	if errors.Is(err, sound.ErrBadID) {
		return nil, fmt.Errorf("%w: %w", ErrID, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open a microphone: %w", err)
	}
	return in, nil
}

// OpenCamera implements media.Capture.
func (c *Capture) OpenCamera(config media.CameraConfig) (media.Camera, error) {
	kind, open, err := c.opener(config)
	if err != nil {
		return nil, err
	}
	s := newCameraStream(bounded(config), kind, open, c.logger)
	s.closed = func() { c.forget(s) }
	if err := c.keep(s); err != nil {
		return nil, err
	}
	return s, nil
}

func (c *Capture) opener(config media.CameraConfig) (kind, opener, error) {
	switch {
	case config.ID == media.None:
		return 0, nil, fmt.Errorf("%w: %q", ErrID, config.ID)
	case config.Screen:
		open, err := c.screens.opener(bounded(config))
		return kindScreen, open, err
	case isFilm(config.ID):
		return kindCamera, openFilm(config.ID), nil
	}
	return kindCamera, c.cameras.opener(bounded(config)), nil
}

// bounded puts sensible bounds where there are none.
func bounded(c media.CameraConfig) media.CameraConfig {
	width, height, framesS := cameraWidth, cameraHeight, cameraFramesS
	if c.Screen {
		width, height, framesS = screenWidth, screenHeight, screenFramesS
	}
	if c.MaxWidth <= 0 || c.MaxHeight <= 0 {
		c.MaxWidth, c.MaxHeight = width, height
	}
	if c.MaxFramesS <= 0 {
		c.MaxFramesS = framesS
	}
	c.MaxWidth, c.MaxHeight = min(c.MaxWidth, maxSide), min(c.MaxHeight, maxSide)
	c.MaxFramesS = min(c.MaxFramesS, maxFramesS)
	return c
}

// keep has Close close what is open.
func (c *Capture) keep(o io.Closer) error {
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.open[o] = struct{}{}
	}
	c.mu.Unlock()
	if closed {
		return errors.Join(ErrClosed, o.Close())
	}
	return nil
}

func (c *Capture) forget(o io.Closer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, o)
}

// Close implements media.Capture. It closes every camera and microphone that is
// still open.
func (c *Capture) Close() error {
	c.mu.Lock()
	c.closed = true
	open := slices.Collect(maps.Keys(c.open))
	c.mu.Unlock()
	c.screens.close()
	var errs []error
	for _, o := range open {
		errs = append(errs, o.Close())
	}
	return errors.Join(errs...)
}
