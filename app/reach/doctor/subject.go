package doctor

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"

	"takoshome/app/reach/doctor/echo"
)

// Subject is the host that is examined, as it stands when that begins. What is not
// known is left empty.
type Subject struct {
	// IsLocal says that it listens on this computer alone.
	IsLocal bool
	// Online says that there is a way out.
	Online bool
	// Interfaces are the machine's own addresses, Public those that others in the
	// internet see, or that it has there itself.
	Interfaces []netip.Addr
	Public     []netip.Addr
	// AsksStun says that servers outside are asked for the address.
	AsksStun bool
	// Announce are the addresses of the settings, Told those that friends are told.
	Announce, Told []netip.Addr

	Web    Web
	Media  Media
	Relay  Relay
	Router Router
	// Ports4 and Ports6 are what somebody outside is to try over IPv4 and IPv6.
	Ports4, Ports6 []echo.Port
	// Prover shows that the web port is ours.
	Prover *echo.Prover
	// Partners try from outside, in this order; Measure sends an upload to one.
	Partners []Partner
	Measure  bool
}

// Web is the web server.
type Web struct {
	// URL is what friends open: scheme, host, and a port unless it is the usual one.
	URL string
	// Listen is where the server itself listens, and IsTLS whether it encrypts.
	Listen netip.AddrPort
	IsTLS  bool
	// Authority is how an authority was asked for a certificate: "" where none is,
	// "noName", "waiting", "asking", "good" or "failed".
	Authority string
	// Roots vouch for certificates; nil: the system's.
	Roots *x509.CertPool
}

// Media is the media server.
type Media struct {
	Listen netip.AddrPort // UDP, and TCP unless TCPPort is another
	// TCPPort is 0 where there is none.
	TCPPort uint16
	// Open makes a transport that answers checks until end.
	Open func() (credentials echo.ICE, end func(), err error)
}

// Relay is the relay.
type Relay struct {
	IsOn bool
	// URLs are what clients are told (RFC 7065).
	URLs               []string
	Username, Password string
}

// RouterState is how far port mapping is, in one word.
type RouterState string

// What a router may say.
const (
	RouterOff       RouterState = "off"
	RouterWaiting   RouterState = "waiting" // no network
	RouterSearching RouterState = "searching"
	RouterNone      RouterState = "none"
	RouterFailed    RouterState = "failed"
	RouterPartly    RouterState = "partly"
	RouterMapped    RouterState = "mapped"
)

// Router is what the router says.
type Router struct {
	State RouterState
	// External is its address outside.
	External netip.Addr
	// Problem is why a port is not mapped, a word of docs/portmap.md.
	Problem string
	// Missing are the ports that are not mapped, such as "TCP 8443".
	Missing []string
}

// Partner is somebody who tries from outside.
type Partner struct {
	// Name is what it is called by, such as a domain.
	Name string
	// IsNamed says that the settings name it: its word counts for itself, a friend's
	// wants a second one (Finding.IsSure).
	IsNamed bool
	echo.Partner
}

// Config is what an examination is made with. All may be left empty.
type Config struct {
	// Resolve asks DNS; nil: as the system does.
	Resolve func(ctx context.Context, name string) ([]netip.Addr, error)
	Now     func() time.Time
	// OnFinding hears of the report as it grows, on one goroutine; it may be nil.
	OnFinding func(Report)
}

func (c *Config) validate() {
	if c.Resolve == nil {
		c.Resolve = func(ctx context.Context, name string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.OnFinding == nil {
		c.OnFinding = func(Report) {}
	}
}
