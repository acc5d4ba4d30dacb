package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"takoshome/app/calls"
	"takoshome/app/config"
	"takoshome/app/reach/doctor/echo"
	"takoshome/app/web"
	"takoshome/sfu"
	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/takoscall"
	"takoshome/turn"
)

const certificateFile = "tls.pem"

// hostConfig is what one run of hosting is made of.
type hostConfig struct {
	settings config.Config
	page     fs.FS
	book     *calls.Book
	log      *slog.Logger
	// attendance hears who comes and goes; nil: nobody.
	attendance attendance
	// domain is what others call this host by now, "" for nothing.
	domain   func() string
	onChange func()
	// moved are ports that could not be had.
	moved []MovedPort
	relay turn.Config // zero, but in tests
	// onBroken is called at most once, if the web server cannot go on.
	onBroken func(*host, error)
}

// host is one run of hosting: two ports and all behind them.
type host struct {
	config       hostConfig
	webAddr      netip.AddrPort
	sfu          *sfu.WebRtcServer
	relay        *turn.Server // nil: off
	relayPort    uint16       // its own, by UDP and TCP; 0: none was free
	rooms        *room.Rooms
	signaling    *signaling.Handler
	web          *web.Server
	tls          *tls.Config       // certificates.tls; nil: plain HTTP
	takosCall    *takoscall.Server // nil: off
	presence     *presence
	tidier       *tidier
	outside      *outside // nil: only this computer is served
	prover       echo.Prover
	certificates certificates
	// foundation and clients are open while the host has a domain.
	foundation, clients door
	stopping            atomic.Bool
}

// startHost opens the ports and serves. After an error nothing is left open.
func startHost(ctx context.Context, c hostConfig) (*host, error) {
	shown, err := newCertificates(c)
	if err != nil {
		return nil, err
	}
	listener, err := listenWeb(ctx, c.settings.HTTP.AddrPort)
	if err != nil {
		return nil, err
	}
	h := &host{config: c, webAddr: addrOf(listener), tls: shown.tls, certificates: shown}
	listener, media, relayed := web.Split(listener, web.Parts{
		Media: c.settings.RTC.Port() == h.webAddr.Port(), // else it has a port of its own
		Relay: c.settings.Relay.Listen.IsValid(),
	})
	if err := h.openMedia(ctx, media, relayed); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := h.openTakosCall(ctx); err != nil {
		return nil, errors.Join(err, listener.Close(), h.closeMedia())
	}
	if err := h.openWeb(listener, shown.tls); err != nil {
		return nil, errors.Join(err, listener.Close(), h.closeTakosCall(ctx), h.closeMedia())
	}
	if err := h.openOutside(); err != nil {
		return nil, errors.Join(err, h.close(ctx))
	}
	h.web.Serve()
	if err := shown.start(ctx, h.awaitRouter); err != nil {
		return nil, errors.Join(err, h.close(ctx))
	}
	return h, nil
}

func listenWeb(ctx context.Context, addr netip.AddrPort) (net.Listener, error) {
	network := "tcp"
	if addr.Addr().Is4() {
		network = "tcp4" // 0.0.0.0 is IPv4 alone, as with the media port
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, network, addr.String())
	if err != nil {
		return nil, &ListenError{Network: "tcp", Addr: addr, Err: err}
	}
	return listener, nil
}

func addrOf(listener net.Listener) netip.AddrPort {
	tcp, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	addr := tcp.AddrPort()
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}

// openMedia opens the media port: UDP, and TCP for networks without. Where that is
// the web server's port, media is the part of it that is not the web's; so is relayed.
func (h *host) openMedia(ctx context.Context, media, relayed net.Listener) error {
	settings := h.config.settings
	server, err := sfu.NewWebRtcServer(sfu.Config{
		ListenAddr:  settings.RTC.AddrPort,
		Announce:    settings.Announce,
		Tcp:         true,
		TcpListener: media,
		Logger:      h.config.log.With("scope", "sfu"),
	})
	if err != nil {
		return &ListenError{Network: "udp", Addr: settings.RTC.AddrPort, Err: err}
	}
	h.sfu = server
	if err := h.openRelay(ctx, relayed); err != nil {
		return errors.Join(err, server.Close())
	}
	rooms, err := room.NewRooms(room.Config{
		Server:   server,
		Relay:    h.relayForRooms(),
		Limits:   room.Limits{Peers: settings.Limits.RoomPeople},
		Logger:   h.config.log.With("scope", "room"),
		OnChange: h.roomsChanged,
	})
	if err != nil {
		return errors.Join(fmt.Errorf("open rooms: %w", err), h.closeRelay(), server.Close())
	}
	h.rooms = rooms
	h.presence = newPresence(rooms, h.config.attendance)
	h.tidier = newTidier(server.Transports)
	return nil
}

func (h *host) openWeb(listener net.Listener, certificate *tls.Config) (err error) {
	settings := h.config.settings
	h.signaling, err = signaling.New(signaling.Config{
		Rooms:      h.rooms,
		Authorizer: h,
		Via:        relayVia,
		Origins:    originsOf(settings),
		Limits: signaling.Limits{
			Sockets:    settings.Limits.Sockets,
			PerAddress: settings.Limits.AddressSockets,
		},
		Logger: h.config.log.With("scope", "signaling"),
	})
	if err != nil {
		return fmt.Errorf("open signaling: %w", err)
	}
	proxies := make([]netip.Prefix, 0, len(settings.TrustedProxies))
	for _, p := range settings.TrustedProxies {
		proxies = append(proxies, p.Prefix)
	}
	echoes, err := h.openEcho(proxies)
	if err != nil {
		return fmt.Errorf("open echo: %w", err)
	}
	h.web, err = web.New(web.Config{
		Listener:       listener,
		TLS:            certificate,
		Signaling:      h.signaling,
		Page:           h.config.page,
		Guests:         guests{h},
		Foundation:     &h.foundation,
		ClientAPI:      &h.clients,
		Echo:           echoes,
		Domain:         h.config.domain,
		Hosts:          hostNames(settings, certificate),
		PublicURL:      string(settings.PublicURL),
		Origins:        originsOf(settings),
		TrustedProxies: proxies,
		Logger:         h.config.log.With("scope", "web"),
		OnFailure:      func(err error) { h.config.onBroken(h, fmt.Errorf("web server broke: %w", err)) },
	})
	if err != nil {
		return fmt.Errorf("open web server: %w", err)
	}
	return nil
}

// close ends all calls and closes the ports. Sockets are told first, so that
// everybody knows who hung up; what is still open when ctx ends is cut off. The
// router and a DNS provider may be slow, and are told at the same time.
func (h *host) close(ctx context.Context) error {
	h.stopping.Store(true)
	var release sync.WaitGroup
	release.Go(func() { h.outside.close(ctx) })
	release.Go(func() {
		if err := h.certificates.close(); err != nil {
			h.config.log.Warn("closing", "error", err)
		}
	})
	defer release.Wait()
	return errors.Join(
		h.signaling.Close(ctx),
		h.web.Close(ctx),
		h.closeTakosCall(ctx),
		h.closeMedia(),
	)
}

func (h *host) closeMedia() error {
	h.rooms.Close()
	h.presence.close()
	h.tidier.close()
	return errors.Join(h.closeRelay(), h.sfu.Close())
}

// roomsChanged is called on a room's goroutine.
func (h *host) roomsChanged() {
	h.config.onChange()
	h.presence.look() // there is no room before openMedia is done
	h.tidier.look()
}

// addrs are the addresses told to friends for media, each once.
func (h *host) addrs() []netip.Addr {
	var addrs []netip.Addr
	seen := map[netip.Addr]bool{}
	for _, candidate := range h.sfu.Candidates() {
		addr, err := netip.ParseAddr(candidate.Address)
		if err == nil && !seen[addr] {
			seen[addr] = true
			addrs = append(addrs, addr)
		}
	}
	return addrs
}

func (h *host) announced() []string {
	addrs := h.addrs()
	words := make([]string, 0, len(addrs))
	for _, a := range addrs {
		words = append(words, a.String())
	}
	return words
}

// ownNames are the names of this machine, and the one it was given in public.
func ownNames(settings config.Config) []string {
	names := []string{"localhost"}
	if name, err := os.Hostname(); err == nil && isName(name) {
		names = append(names, name, name+".local")
	}
	for _, public := range []string{settings.PublicURL.Host(), string(settings.Dyndns.Hostname)} {
		if isName(public) && !slices.Contains(names, public) {
			names = append(names, public)
		}
	}
	return names
}

func isName(s string) bool {
	_, err := netip.ParseAddr(s)
	return s != "" && err != nil
}

// hostNames are the names that friends may open: ours, and whatever somebody
// trusted has put into the certificate.
func hostNames(settings config.Config, certificate *tls.Config) []string {
	names := append(ownNames(settings), authorityNames(settings, "")...)
	if certificate == nil {
		return names
	}
	if c, err := certificate.GetCertificate(nil); err == nil && c.Leaf != nil {
		names = append(names, c.Leaf.DNSNames...)
	}
	return names
}

// originsOf are the sites whose pages may take part: configured ones, and our
// own page where a proxy hides that it is ours.
func originsOf(settings config.Config) []string {
	var origins []string
	for _, o := range settings.Origins {
		origins = append(origins, string(o))
	}
	if settings.PublicURL != "" {
		origins = append(origins, settings.PublicURL.Site())
	}
	return origins
}
