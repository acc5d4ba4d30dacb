package ui

import "errors"

// ErrNoDisplay is returned by Run where no graphical display can be reached.
// Its sentence names the way that works without one.
var ErrNoDisplay = errors.New("no graphical display found: use `takoshome serve` to host without a window")
