//go:build !linux && !freebsd && !openbsd && !netbsd

package ui

import (
	"log/slog"

	"takoshome/app/session"
)

// plainOnly rings with the notifications that Fyne has, without buttons.
type plainOnly struct{ actions bellActions }

func newBell(actions bellActions, _ *slog.Logger) bell { return plainOnly{actions} }

func (b plainOnly) ring(call session.Incoming) { b.actions.plain(plainBell(call)) }
func (plainOnly) stop(string)                  {}
func (plainOnly) close()                       {}
