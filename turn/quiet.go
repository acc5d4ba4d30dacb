package turn

import "github.com/pion/logging"

// quiet has pion/turn say nothing: it names users and addresses, once a packet.
// What is worth knowing is in Stats.
type quiet struct{}

// NewLogger is pion's.
func (quiet) NewLogger(string) logging.LeveledLogger { return silence{} }

type silence struct{}

func (silence) Trace(string)          {}
func (silence) Tracef(string, ...any) {}
func (silence) Debug(string)          {}
func (silence) Debugf(string, ...any) {}
func (silence) Info(string)           {}
func (silence) Infof(string, ...any)  {}
func (silence) Warn(string)           {}
func (silence) Warnf(string, ...any)  {}
func (silence) Error(string)          {}
func (silence) Errorf(string, ...any) {}
