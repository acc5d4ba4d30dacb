package takoscall

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
	sfuroom "takoshome/sfu/room"
)

// minRemoteKey is how long a key must be where others than this machine can
// try one. On the machine itself any will do: the deployed takos server has a
// short one written into its code.
const minRemoteKey = 16

// maxKey is what still fits a request line.
const maxKey = 512

// Limits bound what a controller can make the host keep. A zero field means its
// default.
type Limits struct {
	Connections int // of controllers
	Rooms       int
	Peers       int // of a room
	Transports  int // of a peer
	Producers   int // of a peer
	Consumers   int // of a peer
	// IdleTTL is how long a peer without media, or a room without peers, is kept
	// that no command names.
	IdleTTL time.Duration
	// OrphanTTL is the same while no controller is connected.
	OrphanTTL time.Duration
}

// defaultLimits are those of docs/takos-call.md.
var defaultLimits = Limits{
	Connections: 8,
	Rooms:       64,
	Peers:       64,
	Transports:  8,
	Producers:   8,
	Consumers:   256,
	IdleTTL:     6 * time.Hour,
	OrphanTTL:   2 * time.Minute,
}

// Config says whom a Server serves and with what.
type Config struct {
	// Server carries the media.
	Server *sfu.WebRtcServer
	// Relay is for clients whose networks let nothing else through; nil: there is none.
	Relay sfuroom.Relay
	// Listener is where controllers connect. It belongs to the Server once New
	// has succeeded.
	Listener net.Listener
	// APIKey is what a controller must show.
	APIKey string
	// MediaCodecs are the codecs of rooms whose controller names none; empty: all
	// that are known.
	MediaCodecs []ortc.RtpCodecCapability
	Limits      Limits
	Logger      *slog.Logger
	// OnChange is called when somebody came or left or a producer or consumer
	// did. It must return at once, without calling the Server.
	OnChange func()
	// OnFailure is called once if the listener breaks while serving.
	OnFailure func(error)
}

func (c *Config) validate() error {
	switch {
	case c.Server == nil:
		return errNoServer
	case c.Listener == nil:
		return errNoListener
	}
	if err := CheckKey(c.APIKey, isLocal(c.Listener.Addr())); err != nil {
		return err
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
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
	if c.OnFailure == nil {
		c.OnFailure = func(error) {}
	}
	return nil
}

// CheckKey says whether a key may guard an address that only this machine
// reaches (local), or one that others reach too.
func CheckKey(key string, local bool) error {
	switch {
	case key == "":
		return ErrNoKey
	case len(key) > maxKey:
		return ErrLongKey
	case !local && len(key) < minRemoteKey:
		return ErrShortKey
	default:
		return nil
	}
}

// isLocal reports whether only this machine reaches the address.
func isLocal(addr net.Addr) bool {
	ip, err := netip.ParseAddrPort(addr.String())
	return err == nil && ip.Addr().IsLoopback()
}

func (l *Limits) fill() {
	setDefault(&l.Connections, defaultLimits.Connections)
	setDefault(&l.Rooms, defaultLimits.Rooms)
	setDefault(&l.Peers, defaultLimits.Peers)
	setDefault(&l.Transports, defaultLimits.Transports)
	setDefault(&l.Producers, defaultLimits.Producers)
	setDefault(&l.Consumers, defaultLimits.Consumers)
	setDefault(&l.IdleTTL, defaultLimits.IdleTTL)
	setDefault(&l.OrphanTTL, defaultLimits.OrphanTTL)
}

func setDefault[T int | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
