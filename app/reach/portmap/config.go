package portmap

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"takoshome/app/reach/portmap/gateway"
)

// maxPorts bounds what one host asks its router for.
const maxPorts = 16

// Proto is what a port is of.
type Proto string

// Both kinds.
const (
	UDP Proto = "UDP"
	TCP Proto = "TCP"
)

// Port is a port that friends shall reach.
type Port struct {
	Proto    Proto  `json:"proto"`
	Internal uint16 `json:"internal"` // where this machine listens
	Wanted   uint16 `json:"wanted"`   // what it should be outside; 0: the same
}

// Method is a way to ask a router.
type Method string

// Methods, in the order of preference.
const (
	PCP    Method = "pcp"
	NATPMP Method = "natpmp"
	UPnP   Method = "upnp"
)

// Clock is the time, which tests make pass faster.
type Clock interface {
	Now() time.Time
	// After is like time.After, and stop lets go of it.
	After(d time.Duration) (at <-chan time.Time, stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// Config says what to map. Off is the owner's word: then nothing is sent at all.
type Config struct {
	Off   bool
	Ports []Port
	// Methods are the ways to try; nil: all.
	Methods []Method
	// Secret stays the same from one start to the next, so that mappings left by
	// a crash are known as ours. Nothing of it is sent; nil: a new one each time.
	Secret []byte
	// OnChange hears of every change, and of the end of what Recheck has asked for, in
	// order, one call at a time; it must not block, nor call the Mapper but for Status.
	// It may be nil.
	OnChange func(Status)
	Logger   *slog.Logger
	Clock    Clock
	// Routes are the ways out of this machine; nil: as the system has them.
	Routes func() ([]gateway.Route, error)
}

func (c *Config) validate() error {
	if err := validatePorts(c.Ports); err != nil {
		return err
	}
	if c.Methods == nil {
		c.Methods = []Method{PCP, NATPMP, UPnP}
	}
	if c.Secret == nil {
		c.Secret = []byte(rand.Text())
	}
	if c.OnChange == nil {
		c.OnChange = func(Status) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Routes == nil {
		c.Routes = gateway.Find
	}
	return nil
}

func validatePorts(ports []Port) error {
	if len(ports) > maxPorts {
		return fmt.Errorf("%w: %d ports, at most %d", ErrConfig, len(ports), maxPorts)
	}
	for i, p := range ports {
		if p.Internal == 0 || (p.Proto != UDP && p.Proto != TCP) {
			return fmt.Errorf("%w: port %s %d", ErrConfig, p.Proto, p.Internal)
		}
		same := func(o Port) bool { return o.Proto == p.Proto && o.Internal == p.Internal }
		if slices.ContainsFunc(ports[:i], same) {
			return fmt.Errorf("%w: port %s %d twice", ErrConfig, p.Proto, p.Internal)
		}
	}
	return nil
}

// outside is the port to ask for.
func (p Port) outside() uint16 {
	if p.Wanted != 0 {
		return p.Wanted
	}
	return p.Internal
}
