package doctor

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"

	"takoshome/app/reach/doctor/echo"
)

// maxTargets is how many addresses of one name are knocked at.
const maxTargets = 4

// probeInside tries what can be tried from this machine, all at once.
func (e *examination) probeInside(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, insideTime)
	defer cancel()
	var probes sync.WaitGroup
	probes.Go(func() { e.probeWeb(ctx) })
	probes.Go(func() { e.probeMedia(ctx) })
	probes.Go(func() { e.facts.relay = tryRelay(ctx, e.facts.Relay, e.facts.Interfaces) })
	probes.Wait()
}

// probeWeb knocks at the port at once: name servers that answer nothing take all the
// time there is.
func (e *examination) probeWeb(ctx context.Context) {
	f := e.facts
	var probes sync.WaitGroup
	probes.Go(func() {
		f.web.local = e.knock(ctx, f.nearAddr(f.Web.Listen), echo.Port{Kind: echo.Web, TLS: f.Web.IsTLS})
	})
	probes.Go(func() {
		f.name = e.resolve(ctx, f.web.url.host)
		f.web.public = e.knockPublic(ctx)
	})
	probes.Wait()
}

// knockPublic tries the way that friends go, by each address of the name until one
// is ours.
func (e *examination) knockPublic(ctx context.Context) (best knock) {
	url := e.facts.web.url
	p := echo.Port{Kind: echo.Web, TLS: url.isTLS, Folder: url.folder}
	if !e.facts.name.isIP {
		p.Name = url.host
	}
	for i, addr := range e.facts.name.addrs {
		if i == maxTargets {
			break
		}
		k := e.knock(ctx, netip.AddrPortFrom(addr, url.port), p)
		if k.isOurs() {
			return k
		}
		if !best.tried || best.err != nil {
			best = k
		}
	}
	return best
}

func (e *examination) knock(ctx context.Context, at netip.AddrPort, p echo.Port) knock {
	p.Port = at.Port()
	k := knock{at: at, tried: true}
	if e.facts.Prover == nil {
		k.err = errNotTried
		return k
	}
	k.seen, k.err = echo.Knock(ctx, at, p, e.token)
	return k
}

func (e *examination) resolve(ctx context.Context, host string) name {
	n := name{host: host}
	if addr, err := netip.ParseAddr(host); err == nil {
		n.isIP, n.addrs = true, []netip.Addr{addr.Unmap()}
		return n
	}
	addrs, err := e.config.Resolve(ctx, host)
	for _, addr := range addrs {
		n.addrs = append(n.addrs, addr.Unmap())
	}
	unknown := (*net.DNSError)(nil)
	n.unknown = errors.As(err, &unknown) && unknown.IsNotFound
	n.failed = err != nil && !n.unknown
	return n
}

func (e *examination) probeMedia(ctx context.Context) {
	f := e.facts
	if f.Media.Open == nil {
		return
	}
	credentials, end, err := f.Media.Open()
	if err != nil {
		f.udp, f.tcp = err, err
		return
	}
	defer end()
	at := f.nearAddr(f.Media.Listen)
	var probes sync.WaitGroup
	probes.Go(func() { f.udp = echo.CheckUDP(ctx, at, credentials) })
	probes.Go(func() {
		if f.Media.TCPPort != 0 {
			f.tcp = echo.CheckTCP(ctx, netip.AddrPortFrom(at.Addr(), f.Media.TCPPort), credentials)
		}
	})
	probes.Wait()
}

// nearAddr is the listener's address, or the machine's own on which it listens with
// all others.
func (f *facts) nearAddr(listen netip.AddrPort) netip.AddrPort {
	addr := listen.Addr().Unmap()
	if !addr.IsUnspecified() {
		return netip.AddrPortFrom(addr, listen.Port())
	}
	near := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	for _, own := range f.Interfaces {
		if own.Is4() {
			near = own
			break
		}
		if near.IsLoopback() && addr.Is6() {
			near = own
		}
	}
	return netip.AddrPortFrom(near, listen.Port())
}
