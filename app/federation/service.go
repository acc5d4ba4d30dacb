package federation

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"takoshome/app/identity"
)

// Keys are this host's, which *identity.Store keeps.
type Keys interface {
	// SigningKey gives the key to sign with now.
	SigningKey(now time.Time) (identity.ServerKey, error)
	// PublicKey gives the key that ends at expire, or identity.ErrNoKey.
	PublicKey(expire time.Time) ([]byte, error)
}

// Events remembers, on the disk, which events were accepted.
type Events interface {
	// AcceptEvent is nil once for each id from an origin, until until; else
	// identity.ErrSeen, identity.ErrStale or identity.ErrFull.
	AcceptEvent(now time.Time, origin string, id uuid.UUID, until time.Time) error
}

// Handler does what events want. Each event comes at most once; its sender's
// server has signed it, and who it is for has this host's domain, but perhaps no
// account here. Handlers run at the same time as each other, and end with ctx.
type Handler interface {
	// FriendCall is a call between friends: who is called is asked, or has answered.
	FriendCall(ctx context.Context, event FriendCall) Result
	// GroupCall starts or joins the call of a group of this host.
	GroupCall(ctx context.Context, event GroupCall) Result
	// Friendship is about becoming friends.
	Friendship(ctx context.Context, event Friendship) Result
}

// Config is whose events go out, and who gets those that come in.
type Config struct {
	// Domain is this host's.
	Domain  string
	Keys    Keys
	Events  Events
	Handler Handler
	// Version is this program's, for whoever asks.
	Version string
	// Hosts are servers that DNS does not know.
	Hosts Hosts
	// CAFile is a PEM file of certificate authorities besides the system's.
	CAFile string
	// MaxKeyAge is how long past its end a key is still accepted: servers of
	// April 2025 never renew theirs. 0: 30 days.
	MaxKeyAge time.Duration
	// Resolver is for tests; nil: the system's.
	Resolver *net.Resolver
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// defaultMaxKeyAge is as long as a key lives.
const defaultMaxKeyAge = 30 * 24 * time.Hour

func (c *Config) validate() error {
	domain, err := identity.ParseDomain(c.Domain)
	if err != nil {
		return err
	}
	c.Domain = domain
	switch {
	case c.Keys == nil:
		return errNoKeys
	case c.Events == nil:
		return errNoEvents
	case c.Handler == nil:
		return errNoHandler
	}
	if c.Hosts, err = c.Hosts.clone(); err != nil {
		return err
	}
	if c.MaxKeyAge <= 0 {
		c.MaxKeyAge = defaultMaxKeyAge
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// patience is how long things may take.
type patience struct {
	key    time.Duration // the fetching of a key
	body   time.Duration // the reading of an event's body
	handle time.Duration // a Handler's work
	send   time.Duration // one try to send an event
	pause  time.Duration // before another
}

func defaultPatience() patience {
	return patience{
		key: 5 * time.Second, body: 5 * time.Second, handle: 6 * time.Second,
		send: 8 * time.Second, pause: 200 * time.Millisecond,
	}
}

// Service is the foundation API of one domain: an http.Handler for what comes
// in, and Send for what goes out.
type Service struct {
	config    Config
	patience  patience
	transport *http.Transport
	client    *http.Client
	cache     *keyCache
	fetcher   *fetcher
	mux       *http.ServeMux

	byAddress *buckets[netip.Addr]
	byOrigin  *buckets[string]
	posts     *inflight[netip.Addr] // events that are being received
	sends     *inflight[string]     // events that are being sent
}

// New checks everything; the caller mounts the Service at /_takos/v1/.
func New(config Config) (*Service, error) { return newService(config, defaultPatience()) }

func newService(config Config, patience patience) (*Service, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	roots, err := rootsWith(config.CAFile)
	if err != nil {
		return nil, err
	}
	s := &Service{
		config:    config,
		patience:  patience,
		transport: newTransport(newDialer(config.Hosts, config.Resolver), roots),
		cache:     newKeyCache(),
		byAddress: newBuckets[netip.Addr](rate{perSecond: 20, burst: 100}),
		byOrigin:  newBuckets[string](rate{perSecond: 5, burst: 100}),
		posts:     newInflight[netip.Addr](maxPosts, maxPostsPerAddress),
		sends:     newInflight[string](maxSends, maxSendsPerDomain),
	}
	s.client = newClient(s.transport)
	s.fetcher = newFetcher(s.client, s.cache, &s.config, patience.key)
	s.routes()
	return s, nil
}

// Close ends the fetching of keys and the connections to other servers. Events
// that are being handled or sent end with the contexts of theirs.
func (s *Service) Close() {
	s.fetcher.close()
	s.transport.CloseIdleConnections()
}
