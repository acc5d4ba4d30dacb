package clientapi

import (
	"log/slog"
	"time"

	"takoshome/app/calls"
	"takoshome/app/friends"
	"takoshome/app/identity"
)

// Config says whose devices ask, and of whom.
type Config struct {
	Store    *identity.Store
	Exchange *calls.Exchange
	Friends  *friends.Friends
	// Origins are sites whose pages may ask besides this host's, as
	// scheme://host.
	Origins []string
	Limits  Limits
	Logger  *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// Limits bound what devices may take up. What is 0 is as in DefaultLimits.
type Limits struct {
	Sockets           int // in all
	SocketsPerAccount int // the oldest gives way
	// PingInterval is also how often it is looked whether a session is over.
	PingInterval time.Duration
	PongTimeout  time.Duration
	WriteTimeout time.Duration
}

// DefaultLimits suit a household.
func DefaultLimits() Limits {
	return Limits{
		Sockets:           256,
		SocketsPerAccount: 16,
		PingInterval:      15 * time.Second,
		PongTimeout:       40 * time.Second,
		WriteTimeout:      10 * time.Second,
	}
}

func (c *Config) validate() error {
	if c.Store == nil || c.Exchange == nil || c.Friends == nil || c.Logger == nil {
		return errConfig
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c.Limits.fill(DefaultLimits())
}

func (l *Limits) fill(from Limits) error {
	if l.Sockets < 0 || l.SocketsPerAccount < 0 || l.PingInterval < 0 || l.PongTimeout < 0 || l.WriteTimeout < 0 {
		return errBadLimit
	}
	if l.Sockets == 0 {
		l.Sockets = from.Sockets
	}
	if l.SocketsPerAccount == 0 {
		l.SocketsPerAccount = from.SocketsPerAccount
	}
	if l.PingInterval == 0 {
		l.PingInterval = from.PingInterval
	}
	if l.PongTimeout == 0 {
		l.PongTimeout = from.PongTimeout
	}
	if l.WriteTimeout == 0 {
		l.WriteTimeout = from.WriteTimeout
	}
	return nil
}
