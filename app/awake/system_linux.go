package awake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	loginName    = "org.freedesktop.login1"
	loginPath    = "/org/freedesktop/login1"
	loginManager = "org.freedesktop.login1.Manager"
	who          = "Takos Home"
	// askTime is how long logind may take for an answer.
	askTime = 5 * time.Second
	// maxSignals is how many signals wait; there are two for each sleep.
	maxSignals = 16
)

// system is systemd's logind on the system bus. It belongs to one goroutine.
type system struct {
	log   *slog.Logger
	bus   *dbus.Conn // nil: there is none
	heard chan event
	told  bool // that there is no bus
}

// event is what the system sends.
type event = *dbus.Signal

func newSystem(log *slog.Logger) *system { return &system{log: log} }

// open connects with the bus and listens for sleep. Many servers and containers
// have neither; then the clock alone tells.
func (s *system) open() {
	if err := s.reach(); err != nil && !s.told {
		s.told = true
		s.log.Info("the system does not tell of its sleep, the clock must do", "error", err)
	}
}

func (s *system) reach() error {
	if s.bus != nil {
		return nil
	}
	return s.connect()
}

func (s *system) connect() error {
	bus, err := dbus.ConnectSystemBus()
	if err != nil {
		return fmt.Errorf("connect with the system bus: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	err = bus.AddMatchSignalContext(ctx,
		dbus.WithMatchSender(loginName),
		dbus.WithMatchObjectPath(loginPath),
		dbus.WithMatchInterface(loginManager),
		dbus.WithMatchMember("PrepareForSleep"))
	if err != nil {
		return errors.Join(fmt.Errorf("listen for sleep: %w", err), bus.Close())
	}
	s.heard = make(chan event, maxSignals)
	bus.Signal(s.heard)
	s.bus = bus
	return nil
}

// events is nil while nothing is listened to, and closed when the bus has gone.
func (s *system) events() <-chan event { return s.heard }

// meaning reads a PrepareForSleep(start), which comes with true before a sleep and
// with false after it.
func meaning(e event) sign {
	if e == nil || len(e.Body) != 1 {
		return meansNothing
	}
	start, ok := e.Body[0].(bool)
	switch {
	case !ok:
		return meansNothing
	case start:
		return goesToSleep
	}
	return hasWoken
}

// inhibit asks for an inhibitor, which holds as long as its file is open.
func (s *system) inhibit(reason string) (release func() error, err error) {
	if err := s.reach(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoWay, err)
	}
	file, err := s.ask("sleep:idle", reason)
	if err != nil {
		var idleErr error
		if file, idleErr = s.ask("idle", reason); idleErr != nil {
			return nil, err
		}
		s.log.Info("only idleness is kept from sleep", "error", err)
	}
	return file.Close, nil
}

func (s *system) ask(what, reason string) (*os.File, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	var fd dbus.UnixFD
	manager := s.bus.Object(loginName, loginPath)
	if err := manager.CallWithContext(ctx, loginManager+".Inhibit", 0, what, who, reason, "block").Store(&fd); err != nil {
		return nil, fmt.Errorf("block %s: %w", what, err)
	}
	return os.NewFile(uintptr(fd), "inhibitor"), nil
}

// close ends listening; inhibitors stay until they are released.
func (s *system) close() {
	if s.bus == nil {
		return
	}
	if err := s.bus.Close(); err != nil {
		s.log.Debug("the system bus was not left cleanly", "error", err)
	}
	s.bus, s.heard = nil, nil
}
