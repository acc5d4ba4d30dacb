package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"takoshome/app/bundle"
	"takoshome/app/config"
	"takoshome/app/desktop"
)

// ErrNoAutostart means that this system starts no programs with the session, as
// far as the app knows.
var ErrNoAutostart = desktop.ErrNoAutostart

// ErrBundleExists means that there is a file of a report's name already.
var ErrBundleExists = bundle.ErrExists

// SetAutostart starts the app with the session of its owner, or no more.
type SetAutostart struct{ On, Minimised bool }

// SaveBundle writes a report for somebody who helps into a new file.
type SaveBundle struct{ Path string }

func (SetAutostart) isCommand() {}
func (SaveBundle) isCommand()   {}

// autostart is what this system does when the owner logs in, as last read.
type autostart struct {
	mu    sync.Mutex // protects state; it is a leaf
	state Autostart
}

func (a *autostart) get() Autostart {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state
}

func (a *autostart) set(state Autostart) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state = state
}

// autostartState is what is known of the start of the session.
func (a *App) autostartState() Autostart { return a.autostart.get() }

// ReadAutostart asks the system.
func ReadAutostart() (Autostart, error) {
	state, _, err := readAutostart()
	return state, err
}

func readAutostart() (state Autostart, isGone bool, err error) {
	d, err := desktop.Present(nil)
	if err != nil {
		return Autostart{}, false, err
	}
	found, err := d.Autostart()
	if err != nil {
		return Autostart{}, false, err
	}
	return Autostart{Possible: true, On: found.On, Minimised: found.Minimized}, found.Gone, nil
}

// WriteAutostart tells the system.
func WriteAutostart(c SetAutostart) error {
	d, err := desktop.Present(nil)
	if err != nil {
		return err
	}
	return d.SetAutostart(desktop.Autostart{On: c.On, Minimized: c.Minimised})
}

// lookAtAutostart reads what the system will do, and has it start this program where
// the one that it knows is gone: it has moved.
func (a *App) lookAtAutostart() {
	state, isGone, err := readAutostart()
	if err == nil && state.On && isGone {
		err = WriteAutostart(SetAutostart{On: true, Minimised: state.Minimised})
	}
	if err != nil && !errors.Is(err, ErrNoAutostart) {
		a.log.Warn("what starts with the session is not known", "error", err)
	}
	a.autostart.set(state)
	a.publisher.change()
}

func (a *App) setAutostart(c SetAutostart) error {
	if err := WriteAutostart(c); err != nil {
		return &AutostartError{err}
	}
	a.autostart.set(Autostart{Possible: true, On: c.On, Minimised: c.Minimised})
	return nil
}

// AutostartError is a start with the session that cannot be arranged.
type AutostartError struct{ Err error }

// Error says why.
func (e *AutostartError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *AutostartError) Unwrap() error { return e.Err }

// BundleError is a report that cannot be written.
type BundleError struct {
	Path string
	Err  error
}

// Error says why.
func (e *BundleError) Error() string { return fmt.Sprintf("report %s: %v", e.Path, e.Err) }

// Unwrap gives the reason.
func (e *BundleError) Unwrap() error { return e.Err }

// BundleName is what a report is called.
func BundleName(now time.Time) string { return now.Format("takoshome-report-20060102-150405.zip") }

// BundleSource is what a report of a data folder is made of, but for the status.
func BundleSource(settings config.Config, settingsFile, version string) bundle.Source {
	s := bundle.Source{
		Now:     time.Now(),
		Version: version,
		DataDir: settings.DataDir,
		LogPath: settings.Log.Path(settings.DataDir),
	}
	s.Settings, s.SettingsError = []byte("{}"), nil
	if settingsFile != "" {
		s.Settings, s.SettingsError = config.Public(settingsFile)
	}
	return s
}

// WriteBundle writes a report into a new file.
func WriteBundle(path string, s bundle.Source) error {
	if err := bundle.Save(path, s); err != nil {
		return &BundleError{Path: path, Err: err}
	}
	return nil
}

func (a *App) saveBundle(c SaveBundle) error {
	source := BundleSource(a.config.Settings, a.config.SettingsFile, a.config.Version)
	source.Status, source.Running = a.Snapshot(), true
	if err := WriteBundle(c.Path, source); err != nil {
		return err
	}
	a.tell(&Notice{Key: "notice.bundleSaved", Args: map[string]string{"path": c.Path}, At: time.Now()})
	return nil
}

// stayingTask gives what waits for the disk alone.
func (a *App) stayingTask(command Command) task {
	switch c := command.(type) {
	case SetAutostart:
		return func(context.Context) error { return a.setAutostart(c) }
	case SaveBundle:
		return func(context.Context) error { return a.saveBundle(c) }
	}
	return nil
}

// stayingNotice is the sentence for what of these cannot be done, empty for other
// errors.
func stayingNotice(err error) (key string, args map[string]string) {
	report, start := (*BundleError)(nil), (*AutostartError)(nil)
	switch {
	case errors.As(err, &report) && errors.Is(err, bundle.ErrExists):
		return "notice.bundleExists", map[string]string{"path": report.Path}
	case errors.As(err, &report):
		return "notice.bundleFailed", map[string]string{"path": report.Path, "reason": report.Err.Error()}
	case errors.As(err, &start):
		return "notice.autostartFailed", map[string]string{"reason": start.Err.Error()}
	}
	return "", nil
}

func isStaying(err error) bool {
	key, _ := stayingNotice(err)
	return key != ""
}
