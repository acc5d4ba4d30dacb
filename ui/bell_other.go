//go:build !linux && !freebsd && !openbsd && !netbsd

package ui

import (
	"log/slog"

	"fyne.io/fyne/v2"

	"takoshome/app/session"
)

// plainOnly rings with the notifications that Fyne has, without buttons.
type plainOnly struct{ actions bellActions }

func newBell(actions bellActions, _ bool, _ *slog.Logger) bell { return plainOnly{actions} }

func (b plainOnly) ring(call session.Incoming)              { b.actions.plain(plainBell(call)) }
func (b plainOnly) tell(note *fyne.Notification, _ subject) { b.actions.plain(note) }
func (plainOnly) stop(string)                               {}
func (plainOnly) close()                                    {}
