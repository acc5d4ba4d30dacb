package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"takoshome/app/config"
	"takoshome/app/relay"
	"takoshome/app/web"
	"takoshome/sfu/room"
	"takoshome/turn"
)

// relayTries is how many ports are tried from the one that is set.
const relayTries = 10

// openRelay starts the relay for clients whose networks let nothing else through.
// part are those of its clients that come to the web server's port. Where no port of
// its own is free, that one has to do.
func (h *host) openRelay(ctx context.Context, part net.Listener) error {
	if part == nil {
		return nil
	}
	log := h.config.log.With("scope", "relay")
	c := h.config.relay
	c.Listeners, c.Media, c.Logger = []net.Listener{part}, relay.Media{Server: h.sfu}, log
	udp, tcp, err := listenRelay(ctx, relayAddr(h.config.settings))
	if err != nil {
		log.Warn("the relay has no port of its own", "error", err)
	} else {
		h.relayPort = addrOf(tcp).Port()
		c.PacketConns, c.Listeners = append(c.PacketConns, udp), append(c.Listeners, tcp)
	}
	if h.relay, err = turn.New(c); err != nil {
		for _, conn := range c.PacketConns {
			err = errors.Join(err, conn.Close())
		}
		for _, listener := range c.Listeners {
			err = errors.Join(err, listener.Close())
		}
		return fmt.Errorf("open relay: %w", err)
	}
	if name := h.relayHost(); !isLoopback(name) || h.config.settings.Relay.Listen.Addr().IsLoopback() {
		udp, tcp, secure := h.relayPorts()
		h.relay.Announce(h.relayAt(name, udp, tcp, secure))
	}
	return nil
}

// relayForRooms is nil where there is no relay.
func (h *host) relayForRooms() room.Relay {
	if h.relay == nil {
		return nil
	}
	return relay.Rooms{Server: h.relay, Near: h.relayNear, Logger: h.config.log.With("scope", "relay")}
}

func (h *host) closeRelay() error {
	if h.relay == nil {
		return nil
	}
	return h.relay.Close()
}

// relayAddr is where the relay has its own port: on every address means on those
// where media is.
func relayAddr(settings config.Config) netip.AddrPort {
	wanted := settings.Relay.Listen.AddrPort
	if wanted.Addr().IsUnspecified() {
		return netip.AddrPortFrom(settings.RTC.Addr(), wanted.Port())
	}
	return wanted
}

// listenRelay takes the first port that is free by both UDP and TCP.
func listenRelay(ctx context.Context, addr netip.AddrPort) (net.PacketConn, net.Listener, error) {
	var failed error
	for try := range relayTries {
		at := addr
		if addr.Port() != 0 {
			at = netip.AddrPortFrom(addr.Addr(), uint16(min(int(addr.Port())+try, math.MaxUint16)))
		}
		tcp, err := listenWeb(ctx, at)
		if err != nil {
			failed = err
			continue
		}
		network := "udp"
		if at.Addr().Is4() {
			network = "udp4"
		}
		at = netip.AddrPortFrom(at.Addr(), addrOf(tcp).Port())
		udp, err := (&net.ListenConfig{}).ListenPacket(ctx, network, at.String())
		if err == nil {
			return udp, tcp, nil
		}
		failed = errors.Join(&ListenError{Network: "udp", Addr: at, Err: err}, tcp.Close())
	}
	return nil, nil, failed
}

// relayPorts are where the relay is on this machine; 0: it is not. Over TCP and TLS
// that is the web server's port, unless that is for a proxy on this machine alone.
func (h *host) relayPorts() (udp, tcp, secure uint16) {
	switch {
	case h.relay == nil:
		return 0, 0, 0
	case h.webAddr.Addr().IsLoopback() && !h.config.settings.RTC.Addr().IsLoopback():
		return h.relayPort, h.relayPort, 0
	case h.tls == nil:
		return h.relayPort, h.webAddr.Port(), 0
	}
	return h.relayPort, h.webAddr.Port(), h.webAddr.Port()
}

// relayAt are the relay's addresses at one name or address of this host, where the
// ports lead to relayPorts; 0: nothing does. Over TLS only where browsers accept the
// certificate.
func (h *host) relayAt(name string, udp, tcp, secure uint16) []turn.Endpoint {
	var list []turn.Endpoint
	if udp != 0 {
		list = append(list, turn.Endpoint{Transport: turn.UDP, Host: name, Port: udp})
	}
	if tcp != 0 {
		list = append(list, turn.Endpoint{Transport: turn.TCP, Host: name, Port: tcp})
	}
	if secure != 0 && h.isVouchedFor(name) {
		list = append(list, turn.Endpoint{Transport: turn.TLS, Host: name, Port: secure})
	}
	return list
}

// relayNear are the relay's addresses for a client who came by via, "NAME:PORT".
// Who comes from this machine needs none, unless the relay is for this machine.
func (h *host) relayNear(via string) (near []turn.Endpoint, needed bool) {
	name, text, err := net.SplitHostPort(via)
	port, portErr := strconv.ParseUint(text, 10, 16)
	if err != nil || portErr != nil || strings.Contains(name, "%") { // a zone has no place in a URL
		return nil, true
	}
	if isLoopback(name) && !h.config.settings.Relay.Listen.Addr().IsLoopback() {
		return nil, false
	}
	udp, tcp, secure := h.relayPorts()
	// What leads the client to the web server may be another port, a router's.
	if tcp == h.webAddr.Port() {
		tcp = uint16(port)
	}
	if secure != 0 {
		secure = uint16(port)
	}
	return h.relayAt(name, udp, tcp, secure), true
}

func isLoopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// relayHost is the best that is known of this host's name before anybody has looked.
func (h *host) relayHost() string {
	if public := h.config.settings.PublicURL.Host(); public != "" {
		return public
	}
	if domain := h.config.domain(); domain != "" {
		return domain
	}
	if addrs := h.announced(); len(addrs) > 0 {
		return addrs[0]
	}
	return ""
}

// isVouchedFor is whether the certificate is for a name, by another than ourselves.
// Browsers ask nobody about a relay's certificate: they take it, or not.
func (h *host) isVouchedFor(name string) bool {
	if h.tls == nil || h.certificates.isOwn(h.config.settings.TLS.Mode) {
		return false
	}
	c, err := h.tls.GetCertificate(&tls.ClientHelloInfo{ServerName: name})
	if err != nil || c == nil || c.Leaf == nil {
		return false
	}
	return c.Leaf.VerifyHostname(name) == nil && !slices.Equal(c.Leaf.RawIssuer, c.Leaf.RawSubject)
}

// relayVia is what a client came by, "" where that leads to a proxy.
func relayVia(r *http.Request) string {
	if web.IsViaProxy(r) {
		return ""
	}
	if _, _, err := net.SplitHostPort(r.Host); err == nil {
		return r.Host
	}
	port := "80"
	if r.TLS != nil {
		port = "443"
	}
	return net.JoinHostPort(strings.Trim(r.Host, "[]"), port)
}
