package address

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// maxServers bounds how many servers are asked.
const maxServers = 8

// Config says whom to ask and whom to tell.
type Config struct {
	// Servers are STUN servers: "host:port", "host", or either after "stun:". None
	// means that nothing is sent.
	Servers []string
	// Interval is how often a server is asked whether the address is still the
	// same; 0 means 15 s.
	Interval time.Duration
	// OnChange hears of every change, in order, one call at a time; it must not
	// block, nor call Close. It may be nil.
	OnChange func(State)
	Logger   *slog.Logger
	Now      func() time.Time
}

func (c *Config) validate() error {
	if len(c.Servers) > maxServers {
		return fmt.Errorf("%w: %d servers, at most %d", ErrConfig, len(c.Servers), maxServers)
	}
	if c.OnChange == nil {
		c.OnChange = func(State) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// Finder knows the machine's addresses from Start to Close.
type Finder struct {
	config Config

	mu    sync.Mutex // protects all below
	state State
}

// New does nothing yet but look through the configuration.
func New(config Config) (*Finder, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	return &Finder{config: config, state: State{NAT: NATUnknown}}, nil
}

// Start begins to look, once. The first State comes soon after.
func (f *Finder) Start() {}

// Recheck looks at everything anew: after a sleep, or when somebody has noticed
// that something has changed. It does not wait.
func (f *Finder) Recheck() {}

// State is what is known now.
func (f *Finder) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.clone()
}

// Close ends all of it and waits. It is idempotent.
func (f *Finder) Close() {}
