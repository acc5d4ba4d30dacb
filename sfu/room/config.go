package room

import (
	"fmt"
	"log/slog"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

// Limits bound what strangers can make the host keep. A zero field means its
// default.
type Limits struct {
	Rooms     int
	Peers     int // of a room
	Producers int // of a peer
	Consumers int // of a peer
	// ResumeTTL is how long a peer without its socket may come back.
	ResumeTTL time.Duration
	// ConnectTTL is how long a peer may wait with its first connect while there
	// is something to consume.
	ConnectTTL time.Duration
}

// defaultLimits are those of docs/protocol.md.
var defaultLimits = Limits{
	Rooms:      64,
	Peers:      64,
	Producers:  8,
	Consumers:  256,
	ResumeTTL:  30 * time.Second,
	ConnectTTL: 30 * time.Second,
}

// Config says what rooms are made of.
type Config struct {
	Server *sfu.WebRtcServer
	// Relay is for clients whose networks let nothing else through; nil: there is none.
	Relay Relay
	// MediaCodecs are the codecs of every room; empty: all that are known.
	MediaCodecs []ortc.RtpCodecCapability
	Limits      Limits
	Logger      *slog.Logger
	// OnChange is called, on a room's goroutine, when somebody came or left or
	// a producer or consumer did. It must return at once, without calling Rooms.
	OnChange func()
}

func (c *Config) validate() error {
	if c.Server == nil {
		return errNoServer
	}
	if len(c.MediaCodecs) > 0 {
		if _, err := ortc.GenerateRouterRtpCapabilities(c.MediaCodecs); err != nil {
			return fmt.Errorf("media codecs: %w", err)
		}
	}
	c.Limits.fill()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Relay == nil {
		c.Relay = noRelay{}
	}
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
	return nil
}

func (l *Limits) fill() {
	setDefault(&l.Rooms, defaultLimits.Rooms)
	setDefault(&l.Peers, defaultLimits.Peers)
	setDefault(&l.Producers, defaultLimits.Producers)
	setDefault(&l.Consumers, defaultLimits.Consumers)
	setDefault(&l.ResumeTTL, defaultLimits.ResumeTTL)
	setDefault(&l.ConnectTTL, defaultLimits.ConnectTTL)
}

func setDefault[T int | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
