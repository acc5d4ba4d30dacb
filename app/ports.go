package app

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"takoshome/app/config"
)

// portTries is how many ports are tried from the one that nobody has chosen.
const portTries = 10

// startAnywhere starts a host; where the port that comes with the program is
// another program's, on the next that is free. A port that somebody has chosen, or
// that a public URL leads to, stays what it is.
func startAnywhere(ctx context.Context, c hostConfig) (*host, error) {
	c.settings = withoutIPv6(c.settings, hasIPv6)
	wanted := c.settings
	for {
		h, err := startHost(ctx, c)
		if err == nil {
			return h, nil
		}
		next, ok := nextPorts(c.settings, err)
		if !ok {
			return nil, err
		}
		c.settings, c.moved = next, movedFrom(wanted, next)
	}
}

// nextPorts is the settings with the port after one that is taken.
func nextPorts(settings config.Config, err error) (config.Config, bool) {
	listen := (*ListenError)(nil)
	if !errors.As(err, &listen) || !listen.IsTaken() || listen.Setting != "" || settings.PublicURL != "" {
		return settings, false
	}
	taken := listen.Addr.Port()
	if taken < config.DefaultPort || taken >= config.DefaultPort+portTries-1 {
		return settings, false
	}
	// Both stay one port where they are: that is all a router needs to be told.
	for _, at := range []*config.Listen{&settings.HTTP, &settings.RTC} {
		if at.Port() == taken {
			at.AddrPort = netip.AddrPortFrom(at.Addr(), taken+1)
		}
	}
	return settings, true
}

func movedFrom(wanted, got config.Config) []MovedPort {
	var moved []MovedPort
	for _, use := range []struct {
		name        string
		wanted, got netip.AddrPort
	}{{useWeb, wanted.HTTP.AddrPort, got.HTTP.AddrPort}, {useMedia, wanted.RTC.AddrPort, got.RTC.AddrPort}} {
		if use.wanted.Port() != use.got.Port() {
			moved = append(moved, MovedPort{use.name, use.wanted.Port(), use.got.Port()})
		}
	}
	return moved
}

// tellMoved says so where the page is not where it was meant to be.
func (a *App) tellMoved(moved []MovedPort) {
	for _, m := range moved {
		a.log.Warn("a port is another program's", "use", m.Use, "port", m.Wanted, "instead", m.Got)
		if m.Use == useWeb {
			a.tell(&Notice{Key: "notice.portMoved", At: time.Now(), Args: map[string]string{
				"port": strconv.Itoa(int(m.Wanted)), "instead": strconv.Itoa(int(m.Got)),
			}})
		}
	}
}

// withoutIPv6 listens on all addresses of IPv4 where the system has no other.
func withoutIPv6(settings config.Config, has func() bool) config.Config {
	all := []*netip.AddrPort{&settings.HTTP.AddrPort, &settings.RTC.AddrPort, &settings.Relay.Listen.AddrPort, &settings.TakosCall.Listen.AddrPort}
	for _, at := range all {
		if at.Addr() == netip.IPv6Unspecified() && !has() {
			*at = netip.AddrPortFrom(netip.IPv4Unspecified(), at.Port())
		}
	}
	return settings
}

// hasIPv6 is whether sockets of IPv6 can be opened at all: a kernel may be without.
// One that only has no address takes those that come by IPv4.
func hasIPv6() bool {
	conn, err := net.ListenPacket("udp6", "[::]:0")
	if err == nil {
		return conn.Close() == nil
	}
	return !errors.Is(err, syscall.EAFNOSUPPORT) && !errors.Is(err, syscall.EADDRNOTAVAIL)
}
