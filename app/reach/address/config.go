package address

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	// maxServers bounds how many servers are asked.
	maxServers  = 8
	defaultPort = 3478 // RFC 8489 section 8.1
	// defaultInterval lets a new address be known, and told, within 30 s.
	defaultInterval = 15 * time.Second
)

// Config says whom to ask and whom to tell.
type Config struct {
	// Servers are STUN servers: "host:port", "host", or either after "stun:". None
	// means that nothing is sent.
	Servers []string
	// Interval is how often the interfaces are looked at, and a server is asked
	// whether the address is still the same; 0 means 15 s.
	Interval time.Duration
	// OnChange hears of every change, in order, one call at a time; it must not
	// block, nor call Close. It may be nil.
	OnChange func(State)
	Logger   *slog.Logger
	Now      func() time.Time

	// What tests put in the system's place.
	look    func() (sight, error)
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	watch   func(changed func()) (stop func())
	timing  timing
}

func (c *Config) validate() error {
	if len(c.Servers) > maxServers {
		return fmt.Errorf("%w: %d servers, at most %d", ErrConfig, len(c.Servers), maxServers)
	}
	if c.Interval < 0 {
		return fmt.Errorf("%w: interval %v", ErrConfig, c.Interval)
	}
	setDefault(&c.Interval, defaultInterval)
	if c.OnChange == nil {
		c.OnChange = func(State) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.look == nil {
		c.look = look
	}
	if c.resolve == nil {
		c.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if c.watch == nil {
		c.watch = watch
	}
	c.timing.fill()
	return nil
}

// server is one to ask.
type server struct {
	host string
	port uint16
}

// parseServer reads "stun:host:port", of which scheme and port may be missing
// (RFC 7064).
func parseServer(text string) (server, error) {
	name := strings.TrimPrefix(text, "stun:")
	if addr, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return server{host: addr.String(), port: defaultPort}, nil
	}
	s := server{host: name, port: defaultPort}
	if strings.Contains(name, ":") {
		host, digits, err := net.SplitHostPort(name)
		if err != nil {
			return server{}, fmt.Errorf("%w: STUN server %.80q", ErrConfig, text)
		}
		port, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || port == 0 {
			return server{}, fmt.Errorf("%w: port of STUN server %.80q", ErrConfig, text)
		}
		s = server{host: host, port: uint16(port)}
	}
	const longestName = 253
	if s.host == "" || len(s.host) > longestName || strings.ContainsAny(s.host, "/@ \t\r\n?#") {
		return server{}, fmt.Errorf("%w: STUN server %.80q", ErrConfig, text)
	}
	return s, nil
}

func parseServers(texts []string) ([]server, error) {
	list := make([]server, 0, len(texts))
	for _, text := range texts {
		s, err := parseServer(text)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// timing is how long things take; tests have less of it.
type timing struct {
	// settle is how long interfaces may go on changing before they are looked at.
	settle time.Duration
	// sends are when a request is sent again, after the first time, and the last is
	// when its answer is not waited for any more (RFC 8489 section 6.2.1).
	sends []time.Duration
	// resolve bounds the looking up of names, lasting is for how long they hold.
	resolve, lasting time.Duration
	// keep is how long an address is believed that no server confirms.
	keep time.Duration
	// patience is how long failures are met at the usual pace, and slowest the
	// longest pause after that.
	patience, slowest time.Duration
	// full is how often all servers are asked although nothing seems to change.
	full time.Duration
}

func (t *timing) fill() {
	setDefault(&t.settle, 300*time.Millisecond)
	if t.sends == nil {
		t.sends = []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 3500 * time.Millisecond}
	}
	setDefault(&t.resolve, 5*time.Second)
	setDefault(&t.lasting, 10*time.Minute)
	setDefault(&t.keep, 10*time.Minute)
	setDefault(&t.patience, 5*time.Minute)
	setDefault(&t.slowest, 5*time.Minute)
	setDefault(&t.full, 10*time.Minute)
}

func setDefault(field *time.Duration, value time.Duration) {
	if *field == 0 {
		*field = value
	}
}

// pause is the time until the next look, where servers have not answered for
// that long.
func (c *Config) pause(failing time.Duration) time.Duration {
	if failing < c.timing.patience {
		return c.Interval
	}
	// Half as long again as it has been failing: the pauses grow with it.
	return max(c.Interval, min(failing/2, c.timing.slowest))
}
