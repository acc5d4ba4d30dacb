package config

import (
	"net/netip"
	"time"
)

// DefaultPort is where friends reach a host that chose nothing else: by TCP for
// the page and signaling and by UDP for media, so that one number is all that
// a router needs to be told. It lies below the ports that systems lend to
// outgoing connections.
const DefaultPort = 8443

// DefaultRelayPort is TURN's own (RFC 8656 section 18.6).
const DefaultRelayPort = 3478

// Config is every setting.
type Config struct {
	// DataDir is the folder of keys, the lock and the control socket.
	DataDir string
	// HTTP is the TCP address of the web server, RTC the UDP address of media.
	HTTP Listen
	RTC  Listen
	// Announce are the addresses told to friends for media; empty: the
	// machine's own.
	Announce []netip.Addr
	TLS      TLS
	// PublicURL is what friends open when that is not the machine's own
	// address, such as behind a reverse proxy. It may have a path, below which
	// the proxy has this host.
	PublicURL URL
	// Origins are web sites, besides the host's own, whose pages may call.
	Origins []Origin
	// TrustedProxies may tell the client's address in X-Forwarded-For.
	TrustedProxies []Prefix
	Language       Language
	// Hosting says whether the window's app hosts from its start.
	Hosting    bool
	Limits     Limits
	Federation Federation
	TakosCall  TakosCall
	Acme       Acme
	Dyndns     Dyndns
	Reach      Reach
	Relay      Relay
	Log        Log
	// KeepAwake keeps the computer from sleeping while somebody is in a call here.
	KeepAwake bool
}

// Reach is how this host gets to be reached from outside.
type Reach struct {
	// MapPorts has the router forward the ports.
	MapPorts bool
	// STUN are servers that tell this host's public address; empty: nobody is asked.
	STUN []StunServer
	// Echo is who tries from outside whether this host can be reached; empty: nobody.
	Echo URL
	// AnswerEcho says whether this host tries that for others who ask.
	AnswerEcho bool
}

// Relay is the TURN server for friends whose networks let nothing else through.
type Relay struct {
	// Listen is its UDP and TCP address; without a valid one it is off, on the web
	// server's port as well. On every address means on those where media listens.
	Listen RelayListen
}

// Federation is who this host is for others, and how it reaches them. What is
// set here wins over what was chosen in the window.
type Federation struct {
	Domain Domain // empty: the stored one
	Name   Name   // the owner's; empty: the stored one
	// CAFile is a PEM file of certificate authorities besides the system's.
	CAFile string
	// Hosts are servers that DNS does not know, by domain. They alone may be at
	// addresses that are not public.
	Hosts map[string]netip.AddrPort
}

// TakosCall is the control API for a takos server that delegates its media.
type TakosCall struct {
	Listen Listen // without a port: off
	APIKey string // secret
}

// Limits are the settable ones; the protocol's own are fixed.
type Limits struct {
	TokenTTL       time.Duration // an unused token's life
	InvitationTTL  time.Duration // a room link's life
	InvitationUses int           // how many guests one room link lets in
	RoomPeople     int           // in one room
	Sockets        int           // calls' WebSockets in all
	AddressSockets int           // and from one address
}

// Default is the configuration of somebody who has set nothing, for data in dataDir.
func Default(dataDir string) Config {
	everywhere := Listen{netip.AddrPortFrom(netip.IPv6Unspecified(), DefaultPort)}
	return Config{
		DataDir:  dataDir,
		HTTP:     everywhere,
		RTC:      everywhere,
		TLS:      TLS{Mode: TLSSelfSigned},
		Language: LanguageAuto,
		Hosting:  true,
		Limits: Limits{
			TokenTTL:       time.Minute,
			InvitationTTL:  24 * time.Hour,
			InvitationUses: 10,
			RoomPeople:     64,
			Sockets:        512,
			AddressSockets: 32,
		},
		Reach: Reach{
			MapPorts: true,
			// Of different companies, so that each is checked by another.
			STUN:       []StunServer{"stun.cloudflare.com:3478", "stun.l.google.com:19302", "stun.nextcloud.com:3478"},
			AnswerEcho: true,
		},
		Acme:      Acme{Directory: "https://acme-v02.api.letsencrypt.org/directory"},
		Log:       Log{File: auto, Level: LogInfo, MaxMegabytes: 5, MaxFiles: 4},
		KeepAwake: true,
		Relay:     Relay{Listen: RelayListen{netip.AddrPortFrom(netip.IPv6Unspecified(), DefaultRelayPort)}},
	}
}
