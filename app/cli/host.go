package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/control"
)

// raiseTime is how long a second start waits for one that is still starting.
const raiseTime = 5 * time.Second

// serveCommand hosts without a window.
type serveCommand struct {
	hostFlags
	ownerFlag
}

// listening is the line that says where the host is.
type listening struct {
	HTTP string `json:"http"`
	RTC  string `json:"rtc"`
}

// Run hosts until a signal comes.
func (c *serveCommand) Run(s *session) error {
	ctx, ignoreSignals := signal.NotifyContext(s.ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer ignoreSignals()
	written := s.startLog()
	defer func() { _ = written.Close() }()
	log := written.Logger()
	settings, err := s.hostSettings(c.hostFlags, c.ownerFlag, log)
	if err != nil {
		return err
	}
	written.SetLevel(settings.Log.Level.Slog())
	a, err := app.New(app.Config{Settings: settings, Page: s.Page, Version: version(s.Version), Logger: log})
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	keepLog(written, settings)
	host := a.Snapshot().Host
	if err := json.NewEncoder(s.Stdout).Encode(listening{host.HTTP, host.RTC}); err != nil {
		return errors.Join(fmt.Errorf("tell where it listens: %w", err), a.Close())
	}
	service := newService(log)
	service.ready(func() { a.Snapshot() })
	<-ctx.Done()
	service.stopping()
	ignoreSignals() // a second one ends the program at once
	log.Info("stopping")
	return a.Close()
}

// windowCommand shows tray and window.
type windowCommand struct {
	hostFlags
	ownerFlag
	Minimized bool `name:"minimized" help:"${help_minimized}"`
}

// Run shows the window, or that of the app that runs already.
func (c *windowCommand) Run(s *session) error {
	return s.showWindow(c.hostFlags, c.ownerFlag, opening{minimised: c.Minimized})
}

// opening is how the window opens.
type opening struct {
	join      *control.Join // a call to open there; nil: none
	minimised bool          // in the tray
}

// showWindow starts the app with its window, or hands over to the one that runs
// already.
func (s *session) showWindow(flags hostFlags, owner ownerFlag, how opening) error {
	if s.Window == nil {
		return errNoWindow
	}
	if s.CheckDisplay != nil {
		if err := s.CheckDisplay(); err != nil {
			return err
		}
	}
	written := s.startLog()
	defer func() { _ = written.Close() }()
	log := written.Logger()
	settings, err := s.settings(flags, owner, log)
	if err != nil {
		return err
	}
	written.SetLevel(settings.Log.Level.Slog())
	file, err := config.FilePath()
	if err != nil {
		log.Info("settings of the window are not kept", "error", err)
	}
	a, err := app.New(app.Config{
		Settings:     settings,
		SettingsFile: file,
		Page:         s.Page,
		HasWindow:    true,
		LinkIcon:     s.Icon,
		OpenDevices:  s.OpenDevices,
		Version:      version(s.Version),
		Logger:       log,
	})
	if err != nil {
		return err
	}
	if err := a.Start(s.ctx); err != nil {
		if errors.Is(err, control.ErrRunning) {
			err = s.handOver(how)
		}
		return errors.Join(err, a.Close())
	}
	keepLog(written, settings)
	if how.join != nil {
		a.Send(joinOf(how.join))
	}
	err = s.Window(a, WindowOptions{
		Version: version(s.Version), Language: settings.Language, Minimised: how.minimised, Logger: log,
	})
	return errors.Join(err, a.Close())
}
