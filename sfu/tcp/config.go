package tcp

import (
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Handler takes what connections bring.
type Handler interface {
	// Handle gets the datagrams that one read of a connection brought, in memory
	// that is used again afterwards. It reports whether the client has proved who
	// it is, at any time. It is called by each connection's own goroutine.
	Handle(c *Conn, datagrams [][]byte) (proved bool)
	// Closed hears that a connection has ended, whoever ended it.
	Closed(c *Conn)
}

// Limits bound what strangers and slow clients can take. Zero means the default.
type Limits struct {
	// Connections are how many there may be, Waiting how many of them unproved, and
	// PerAddress from one IPv4 address or one IPv6 network of 64 bits.
	Connections, Waiting, PerAddress int
	// ProofTime is for the first proof, FrameTime for a frame that has begun,
	// IdleTime between datagrams, WriteTime for a queue to be taken.
	ProofTime, FrameTime, IdleTime, WriteTime time.Duration
	// QueueBytes is what may wait to be written to one client.
	QueueBytes int
}

func defaultLimits() Limits {
	return Limits{
		Connections: 512, Waiting: 128, PerAddress: 32,
		ProofTime: 10 * time.Second, FrameTime: 5 * time.Second, IdleTime: 40 * time.Second, WriteTime: 10 * time.Second,
		QueueBytes: 256 << 10,
	}
}

// Config describes a Listener.
type Config struct {
	// Listener is where connections come from; the Listener closes it.
	Listener net.Listener
	Handler  Handler
	Limits   Limits
	Logger   *slog.Logger
}

func (c *Config) validate() error {
	switch {
	case c.Listener == nil:
		return fmt.Errorf("%w: nothing to listen on", ErrBadConfig)
	case c.Handler == nil:
		return fmt.Errorf("%w: no handler", ErrBadConfig)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c.Limits.validate()
}

func (l *Limits) validate() error {
	standard := defaultLimits()
	for _, one := range []struct{ value, standard *int }{
		{&l.Connections, &standard.Connections},
		{&l.Waiting, &standard.Waiting},
		{&l.PerAddress, &standard.PerAddress},
		{&l.QueueBytes, &standard.QueueBytes},
	} {
		if *one.value < 0 {
			return fmt.Errorf("%w: a limit of %d", ErrBadConfig, *one.value)
		}
		if *one.value == 0 {
			*one.value = *one.standard
		}
	}
	for _, one := range []struct{ value, standard *time.Duration }{
		{&l.ProofTime, &standard.ProofTime},
		{&l.FrameTime, &standard.FrameTime},
		{&l.IdleTime, &standard.IdleTime},
		{&l.WriteTime, &standard.WriteTime},
	} {
		if *one.value < 0 {
			return fmt.Errorf("%w: a time of %v", ErrBadConfig, *one.value)
		}
		if *one.value == 0 {
			*one.value = *one.standard
		}
	}
	return nil
}
