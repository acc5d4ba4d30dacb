package signaling

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"

	"github.com/gorilla/websocket"

	"takoshome/sfu/room"
	"takoshome/sfu/sockets"
)

// Grant is what a token stands for.
type Grant struct {
	Room, User string
	CallType   room.CallType
}

// Authorizer knows the call tokens.
type Authorizer interface {
	// Lookup says what a token is for and leaves it as it is.
	Lookup(token string) (Grant, error)
	// Redeem uses a token up. Of two calls with one token at most one succeeds.
	Redeem(token string) (Grant, error)
}

// Config says what a Handler serves.
type Config struct {
	Rooms      *room.Rooms
	Authorizer Authorizer
	// Origins are pages beside the host's own that may open sockets, as
	// "https://takos.example".
	Origins []string
	// RemoteAddr is the client's address, for the limits; by default the
	// connection's own. Behind a trusted proxy it is what the proxy says.
	RemoteAddr func(*http.Request) netip.Addr
	// Via is the host's "NAME:PORT" by which the client came, where that leads to
	// the host itself; "", as by default: it is not known.
	Via    func(*http.Request) string
	Limits Limits
	Logger *slog.Logger
}

func (c *Config) validate() error {
	if c.Rooms == nil {
		return errNoRooms
	}
	if c.Authorizer == nil {
		return errNoAuthorizer
	}
	if c.RemoteAddr == nil {
		c.RemoteAddr = connectionAddr
	}
	if c.Via == nil {
		c.Via = func(*http.Request) string { return "" }
	}
	c.Limits.fill()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// connectionAddr is zero where the connection has no IP address.
func connectionAddr(r *http.Request) netip.Addr {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Addr()
}

// Handler serves /_takos/v2/call.
type Handler struct {
	config   Config
	origins  origins
	upgrader websocket.Upgrader
	gate     *gate
	open     *sockets.Open[*session]
}

// readBufferBytes hold most messages whole.
const readBufferBytes = 1 << 10

// New makes a Handler; it has no goroutines but its sockets'.
func New(config Config) (*Handler, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("signaling: %w", err)
	}
	allowed, err := newOrigins(config.Origins)
	if err != nil {
		return nil, fmt.Errorf("signaling: %w", err)
	}
	return &Handler{
		config:  config,
		origins: allowed,
		upgrader: websocket.Upgrader{
			HandshakeTimeout: writeTimeout,
			Subprotocols:     []string{subprotocol},
			// Of its own: the request's would be kept, with four times as much memory.
			ReadBufferSize:  readBufferBytes,
			WriteBufferPool: &sync.Pool{},
			// Checked before a token is used up.
			CheckOrigin: func(*http.Request) bool { return true },
		},
		gate: newGate(config.Limits),
		open: sockets.NewOpen[*session](),
	}, nil
}

// Close refuses new sockets, closes all with 1001, and waits for them until
// ctx ends, from when on they are cut off. It is idempotent.
func (h *Handler) Close(ctx context.Context) error {
	if err := h.open.Close(ctx); err != nil {
		return fmt.Errorf("close signaling: %w", err)
	}
	return nil
}
