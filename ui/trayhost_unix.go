//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	askTimeout  = 2 * time.Second
)

// trayPossible says whether a tray may be asked for at all. Without a session
// bus Fyne's tray would fail when it ends.
func trayPossible() bool {
	_, err := dbus.SessionBus() // shared with Fyne's tray; closed by it
	return err == nil
}

// trayPresent says whether somebody shows tray icons on this desktop (the
// StatusNotifierItem specification, "StatusNotifierWatcher"). GNOME does not.
func trayPresent() bool {
	bus, err := dbus.SessionBus()
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	var owned bool
	ask := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcherName)
	if ask.Store(&owned) != nil || !owned {
		return false
	}
	var host dbus.Variant
	ask = bus.Object(watcherName, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0,
		watcherName, "IsStatusNotifierHostRegistered")
	if ask.Store(&host) != nil {
		return true // a watcher that does not tell
	}
	registered, ok := host.Value().(bool)
	return registered || !ok
}
