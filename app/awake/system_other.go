//go:build !linux && !darwin && !windows

package awake

import "log/slog"

// system has no way to be kept awake.
type system struct{}

// event is what the system sends: nothing, the clock tells.
type event = struct{}

func newSystem(*slog.Logger) *system   { return &system{} }
func (s *system) open()                {}
func (s *system) close()               {}
func (s *system) events() <-chan event { return nil }
func meaning(event) sign               { return meansNothing }

func (s *system) inhibit(string) (release func() error, err error) { return nil, errNoWay }
