package ui

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/desktop"

	"takoshome/app"
	"takoshome/app/media"
	"takoshome/assets"
	_ "takoshome/ui/locale" // quiets Fyne about locales without a language
)

const (
	appID       = "social.takos.home" // as in FyneApp.toml
	windowTitle = "Takos Home"
)

// App is what the window needs of the application.
type App interface {
	// Send asks for something and returns at once.
	Send(command app.Command)
	// Watch calls fn with the present snapshot and with each later one, on a
	// goroutine of the app, until stop is called.
	Watch(fn func(*app.Snapshot)) (stop func())
	// RaiseRequests receives whenever the program was started a second time.
	RaiseRequests() <-chan struct{}
	// Show draws a video of the call on view, until it is called with nil.
	Show(video string, view *media.View)
	// Close ends hosting and the app.
	Close() error
}

// Options are the settings of Run; all may be left out.
type Options struct {
	// Version is shown to desktops that ask for it.
	Version string
	// Logger takes what goes wrong in window and tray.
	Logger *slog.Logger
	// Ringer makes calls heard; nil leaves it to the desktop's notifications.
	Ringer Ringer
	// Minimised leaves the window in the tray until somebody asks for it.
	Minimised bool
}

// Run shows tray and window until the person quits, then closes the app. It
// must be called from the main goroutine. Without a display it returns an
// error that wraps ErrNoDisplay, before anything has started; the app is
// closed then too.
func Run(a App, opts Options) error {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	err := runWindow(a, opts)
	return errors.Join(err, a.Close())
}

func runWindow(a App, opts Options) (err error) {
	if err := CheckDisplay(); err != nil {
		return err
	}
	if err := loadWords(); err != nil {
		return fmt.Errorf("load the translations: %w", err)
	}
	started := false
	defer func() {
		// Fyne panics where the display does not answer or refuses it, before
		// its loop begins.
		if reason := recover(); reason != nil {
			if started {
				panic(reason)
			}
			err = fmt.Errorf("%w (display %s: %v)", ErrNoDisplay, os.Getenv("DISPLAY"), reason)
		}
	}()
	fyneApp := newFyneApp(opts.Version)
	f := newFrontend(fyneApp, a, opts.Logger)
	if desktopApp, ok := fyneApp.(desktop.App); ok && trayPossible() {
		f.attachTray(newSystrayHost(desktopApp, f.window, fyneApp.Icon(), f.raise, f.idler.poke))
		f.window.SetCloseIntercept(f.closing) // in place of the tray's own
	}
	f.bell = newBell(f.bellActions(), opts.Ringer == nil, opts.Logger)
	defer f.bell.close()
	if opts.Ringer != nil {
		f.tones.ringer = opts.Ringer
		defer opts.Ringer.Silence()
	}
	fyneApp.Lifecycle().SetOnStarted(func() {
		started = true
		f.fillTray()
		if opts.Minimised {
			f.stayBehind()
		}
	})
	fyneApp.Lifecycle().SetOnExitedForeground(f.stopTalking) // the key goes up elsewhere
	fyneApp.Lifecycle().SetOnStopped(f.feed.close)
	if !opts.Minimised {
		f.show()
	}

	stopWatching := a.Watch(f.feed.publish)
	defer stopWatching()
	raises := startRaiser(a.RaiseRequests(), f.raise)
	defer raises.stop()
	fyneApp.Run()
	return nil
}

// newFyneApp makes Fyne's app with the metadata of FyneApp.toml, which a plain
// go build does not read.
func newFyneApp(version string) fyne.App {
	icon := fyne.NewStaticResource("app.png", assets.Icon("app.png"))
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: windowTitle, Version: version, Build: 1, Icon: icon,
		Migrations: map[string]bool{"fyneDo": true},
	})
	fyneApp := fyneapp.NewWithID(appID)
	fyneApp.SetIcon(icon)
	fyneApp.Settings().SetTheme(newLook())
	return fyneApp
}
