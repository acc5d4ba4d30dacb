package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 15 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 60 * time.Second
	maxHeaderBytes = 16 << 10

	// A browser opens six connections for a page; a room of one household may
	// have 32 WebSockets besides (docs/protocol.md section 5).
	maxConns        = 1024
	maxConnsPerAddr = 128
)

// EchoPath is where hosts try for each other whether they are reached from outside.
const EchoPath = "/_takos/home/echo"

// Config is what the server serves and to whom.
type Config struct {
	Listener net.Listener
	TLS      *tls.Config // nil: plain HTTP
	// Signaling answers /_takos/v2/call.
	Signaling http.Handler
	// Page has index.html of the join page and its files.
	Page   fs.FS
	Guests Guests
	// Foundation answers below /_takos/v1/, where other servers ask, and
	// ClientAPI below /api/v2/; nil: nobody does.
	Foundation, ClientAPI http.Handler
	// Echo answers at and below EchoPath; nil: nobody does.
	Echo http.Handler
	// Hosts are the names by which friends may call this host, besides every
	// IP address and localhost.
	Hosts []string
	// Domain is another such name, which may change; nil, and "": none.
	Domain func() string
	// PublicURL is what friends open where a proxy stands before this host, such as
	// "https://home.example/calls"; its path may be left in requests. "": none.
	PublicURL string
	// Origins are other sites whose pages may use the join requests.
	Origins []string
	// TrustedProxies may tell the client's address in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	Logger         *slog.Logger
	Now            func() time.Time // nil: time.Now
	// OnFailure is called once if the listener breaks while serving.
	OnFailure func(error)

	public url.URL // PublicURL
}

// Guests lets people in by a room link's code.
type Guests interface {
	// Join gives a guest a token and the name they get, or ErrBadName,
	// ErrBadCode or ErrFull.
	Join(code, name string) (token, user string, err error)
	// Info tells what a code leads to, or ErrBadCode.
	Info(code string) (Info, error)
}

// Info is what a guest is told before choosing a name.
type Info struct {
	Room     string `json:"room"`
	CallType string `json:"callType"`
	People   int    `json:"people"`
}

func (c *Config) validate() error {
	switch {
	case c.Listener == nil:
		return errNoListener
	case c.Signaling == nil:
		return errNoSignaling
	case c.Guests == nil:
		return errNoGuests
	}
	public, err := url.Parse(c.PublicURL)
	if err != nil {
		return fmt.Errorf("public URL: %w", err)
	}
	c.public = *public
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.OnFailure == nil {
		c.OnFailure = func(error) {}
	}
	if c.Domain == nil {
		c.Domain = func() string { return "" }
	}
	return nil
}

// Server is the web server of one run of hosting.
type Server struct {
	config  Config
	http    *http.Server
	end     context.CancelFunc // of what requests wait for
	unused  unusedConns
	serving sync.WaitGroup
}

// New checks everything and reads the page's files; Serve starts it. The
// listener belongs to the Server from then on.
func New(config Config) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	handler, err := newHandler(&config)
	if err != nil {
		return nil, err
	}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true) // a WebSocket needs a connection of its own
	base, end := context.WithCancel(context.Background())
	s := &Server{
		config: config,
		end:    end,
		http: &http.Server{
			Handler:           handler,
			BaseContext:       func(net.Listener) context.Context { return base },
			Protocols:         protocols,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       readTimeout,
			WriteTimeout:      writeTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			// What strangers can provoke at will stays out of the usual log.
			ErrorLog: slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug),
		},
	}
	s.http.ConnState = s.unused.note
	s.http.ConnContext = rememberTLS
	return s, nil
}

// Serve starts answering and returns at once.
func (s *Server) Serve() {
	s.serving.Go(s.serve)
}

func (s *Server) serve() {
	var listener net.Listener = &limitedListener{
		Listener: s.config.Listener,
		limit:    newConnLimit(maxConns, maxConnsPerAddr, s.config.TrustedProxies),
	}
	if s.config.TLS != nil {
		listener = s.secure(listener)
	}
	if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		s.config.OnFailure(err)
	}
}

// Close stops listening, lets requests end until ctx does, and cuts off the
// rest. What waits for another server waits no longer. Closing again does nothing.
func (s *Server) Close(ctx context.Context) error {
	s.end()
	s.unused.close()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	// A Server that never served does not know its listener.
	if closeErr := s.config.Listener.Close(); closeErr != nil && !errors.Is(closeErr, net.ErrClosed) {
		err = errors.Join(err, closeErr)
	}
	s.serving.Wait()
	if err != nil {
		return fmt.Errorf("stop web server: %w", err)
	}
	return nil
}
