package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"takoshome/app/calls"
	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/app/media"
	"takoshome/app/session"
	"takoshome/turn"
)

const (
	// stopTime leaves a second of the five that a stop may take.
	stopTime        = 4 * time.Second
	maxCommandQueue = 64
)

// Config is what an App is made of.
type Config struct {
	Settings config.Config
	// SettingsFile is where changed settings are kept; empty: they cannot be changed.
	SettingsFile string
	// Page has index.html of the join page and its files.
	Page fs.FS
	// HasWindow says that somebody reads RaiseRequests.
	HasWindow bool
	// LinkIcon is the icon of takoshome: links, which Start makes open this
	// program; nil: it does not.
	LinkIcon []byte
	// OpenDevices opens sound and camera when a call is prepared, and for each
	// one anew; nil: this process takes part in none.
	OpenDevices func(*slog.Logger) (media.Capture, media.Playback, error)
	// Version is what other servers are told of this program's.
	Version string
	Logger  *slog.Logger
	// ringTime, and of relay its times and clock, are for tests; 0: as everywhere.
	ringTime time.Duration
	relay    turn.Config
}

func (c *Config) validate() error {
	if c.Settings.DataDir == "" {
		return errNoDataDir
	}
	dir, err := filepath.Abs(c.Settings.DataDir)
	if err != nil {
		return &DataDirError{Path: c.Settings.DataDir, Err: err}
	}
	c.Settings.DataDir = dir
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// App is the running application.
type App struct {
	config    Config
	log       *slog.Logger
	book      *calls.Book
	session   *session.Session
	publisher *publisher
	cpu       *cpuMeter
	live      liveSettings
	requests  chan request
	raises    chan struct{}
	stop      chan struct{} // closed by Close
	workers   sync.WaitGroup
	control   *control.Server // set by Start
	closing   sync.Once
	closeErr  error // of the first Close
	examined  examinations
	household
	wakefulness wakefulness
	autostart   autostart

	// mu protects state.
	mu    sync.Mutex
	state hosting
}

// hosting is what changes while the app runs.
type hosting struct {
	state  HostState
	host   *host // nil unless running or stopping
	since  time.Time
	notice *Notice
	line   *line // nil: nobody can be called by name
}

// request is a command on its way to App.work.
type request struct {
	command Command
	done    chan error // nil: an error becomes a Notice; else has room for one
}

// New checks the configuration and starts nothing.
func New(c Config) (*App, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	limits := calls.DefaultConfig
	limits.TokenTTL = c.Settings.Limits.TokenTTL
	limits.InvitationTTL = c.Settings.Limits.InvitationTTL
	limits.InvitationUses = c.Settings.Limits.InvitationUses
	book, err := calls.New(limits)
	if err != nil {
		return nil, fmt.Errorf("invitations: %w", err)
	}
	a := &App{
		config:   c,
		log:      c.Logger,
		book:     book,
		cpu:      newCPUMeter(processTime),
		requests: make(chan request, maxCommandQueue),
		raises:   make(chan struct{}, 1),
		stop:     make(chan struct{}),
		state:    hosting{state: HostStopped},
		live:     liveSettings{now: c.Settings},
	}
	a.crew.ctx, a.crew.cancel = context.WithCancel(context.Background())
	a.stay.moved = make(chan struct{}, 1)
	if err := a.findServers(); err != nil {
		return nil, fmt.Errorf("ways to other servers: %w", err)
	}
	a.publisher = newPublisher(a.Snapshot, book.NextExpiry)
	if a.session, err = a.newSession(); err != nil {
		return nil, fmt.Errorf("calls: %w", err)
	}
	return a, nil
}

// Start takes the data folder, starts hosting where the settings say so, and
// answers on the control socket. Hosting that fails is a Notice where there is a
// window: calls of others can be joined all the same. After an error nothing is
// left running, and the App is of no more use.
func (a *App) Start(ctx context.Context) error {
	folder, err := control.Open(a.config.Settings.DataDir)
	switch {
	case errors.Is(err, control.ErrRunning):
		return err
	case err != nil:
		return &DataDirError{Path: a.config.Settings.DataDir, Err: err}
	}
	a.control, err = control.NewServer(folder, controlHost{a}, a.log.With("scope", "control"))
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	a.control.HandlePeople(controlPeople{a})
	a.control.HandleDoctor(controlDoctor{a})
	if err := a.openHousehold(); err != nil {
		return errors.Join(err, a.Close())
	}
	if a.config.Settings.Hosting {
		err := a.startHosting(ctx)
		switch {
		case err != nil && a.config.HasWindow && ctx.Err() == nil:
			a.log.Warn("hosting did not start", "error", err)
			a.tell(a.noticeOf(StartHosting{}, err))
		case err != nil:
			return errors.Join(err, a.Close())
		}
	}
	if err := a.startAwake(); err != nil {
		return errors.Join(err, a.Close())
	}
	a.session.Start()
	if a.config.LinkIcon != nil {
		a.workers.Go(a.registerLinks)
	}
	if a.config.HasWindow {
		a.workers.Go(a.lookAtAutostart)
	}
	a.control.Serve()
	if a.exchange != nil {
		a.workers.Go(a.attend)
	}
	a.workers.Go(a.work)
	a.workers.Go(a.publisher.run)
	return nil
}

// Close ends all calls and gives everything back, within five seconds. It may
// be called many times, but not from a function given to Watch.
func (a *App) Close() error {
	a.closing.Do(func() { a.closeErr = a.close() })
	return a.closeErr
}

func (a *App) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	close(a.stop)
	a.crew.close()
	a.publisher.close()
	a.letSleep()
	a.workers.Wait()
	err := errors.Join(a.hangUp(ctx), a.stopHosting(ctx))
	if a.control != nil {
		err = errors.Join(err, a.control.Close(ctx))
	}
	return errors.Join(err, a.closeHousehold())
}

// hangUp gives a device that does not let go no more than its share of the time.
func (a *App) hangUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hangUpTime)
	defer cancel()
	return a.session.Close(ctx)
}

// RaiseRequests has something to read when a second start asks the window to
// come forward.
func (a *App) RaiseRequests() <-chan struct{} { return a.raises }

// Watch calls fn with the current Snapshot at once and then with each new one,
// on a goroutine of its own, at most ten times a second. A slow fn misses some,
// never the newest. After stop has returned fn is called no more, unless it is
// being called just then.
func (a *App) Watch(fn func(*Snapshot)) (stop func()) {
	return a.publisher.watch(fn)
}
