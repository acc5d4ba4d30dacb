package participant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"takoshome/sfu/room"
)

// home is a network namespace with the host in it, and two cables to the guests,
// who are outside.
type home struct {
	t    *testing.T
	name string
	work chan func()
	net  int // the number of its networks, see addr
}

// homes numbers them, so that several may be there at once.
var homes atomic.Int64

// newHome needs root, as namespaces do.
func newHome(t *testing.T) *home {
	t.Helper()
	n := int(homes.Add(1))
	// Other tests may have homes at the same time.
	h := &home{t: t, name: fmt.Sprintf("home%d-%d", os.Getpid(), n), work: make(chan func()), net: (os.Getpid()*8 + n) % (100 * 126)}
	h.ip("netns", "add", h.name)
	t.Cleanup(func() { h.ip("netns", "delete", h.name) })
	h.in("ip", "link", "set", "lo", "up")
	for cable := range 2 {
		outside := h.outside(cable)
		h.ip("link", "add", outside, "type", "veth", "peer", "name", inside(cable), "netns", h.name)
		t.Cleanup(func() { _ = exec.Command("ip", "link", "delete", outside).Run() }) // gone with the namespace, mostly
		h.ip("address", "add", h.addr(cable, 1)+"/24", "dev", outside)
		h.ip("link", "set", outside, "up")
		h.in("ip", "link", "set", inside(cable), "up")
		h.in("ip", "address", "add", h.addr(cable, 2)+"/24", "dev", inside(cable))
	}
	ready := make(chan error)
	go h.stayInside(ready)
	must(t, <-ready)
	t.Cleanup(func() { close(h.work) })
	return h
}

func (h *home) outside(cable int) string { return fmt.Sprintf("vh%d-%d", h.net, cable) }
func inside(cable int) string            { return fmt.Sprint("eth", cable) }

// addr is one of 10.N.M.0/24, each cable's own.
func (h *home) addr(cable, host int) string {
	return fmt.Sprintf("10.%d.%d.%d", 100+h.net/126, h.net%126*2+cable, host)
}

func (h *home) in(command ...string) {
	h.t.Helper()
	h.ip(append([]string{"netns", "exec", h.name}, command...)...)
}

func (h *home) plug(cable int, state string) { h.in("ip", "link", "set", inside(cable), state) }

func (h *home) ip(args ...string) {
	h.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		h.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// stayInside is a goroutine whose thread is in the namespace, and ends with it.
func (h *home) stayInside(ready chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread is of no use to others
	file, err := os.Open("/run/netns/" + h.name)
	if err == nil {
		err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
		_ = file.Close()
	}
	ready <- err
	if err != nil {
		return
	}
	for f := range h.work {
		f()
	}
}

// do runs f in the namespace: sockets that it opens are there for good.
func (h *home) do(f func()) {
	done := make(chan struct{})
	h.work <- func() {
		defer close(done)
		f()
	}
	<-done
}

// host starts one at home, whose guests find its name by at.
func (h *home) host(at func() string, options ...hostOption) *homeHost {
	h.t.Helper()
	hh := &homeHost{home: h, at: at}
	h.do(func() {
		listener, err := net.Listen("tcp4", "0.0.0.0:0")
		if err != nil {
			return
		}
		hh.port = netip.MustParseAddrPort(listener.Addr().String()).Port()
		all := append([]hostOption{func(c *hostConfig) {
			c.media.ListenAddr = netip.MustParseAddrPort("0.0.0.0:0")
			c.unstarted = func(s *httptest.Server) {
				_ = s.Listener.Close()
				s.Listener = listener
				s.Start()
			}
		}}, options...)
		hh.host = newHost(h.t, all...)
	})
	if hh.host == nil {
		h.t.Fatal("the host did not start")
	}
	return hh
}

// homeHost is a host that is found by a name.
type homeHost struct {
	*host
	home *home
	port uint16
	at   func() string
}

// look makes the host look at its addresses, as the app does when they change.
func (hh *homeHost) look() { hh.home.do(func() { hh.server.SetAnnounced(nil) }) }

func (hh *homeHost) join(name string, options ...configOption) *guest {
	hh.t.Helper()
	l, err := ParseLink(fmt.Sprintf("http://%s:%d/j#t=%s", hh.at(), hh.port, hh.token(name)))
	must(hh.t, err)
	l.Way = &Way{Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, netip.AddrPortFrom(netip.MustParseAddr(hh.at()), hh.port).String())
	}}
	return join(hh.t, name, l, options...)
}

// hearOnwards hears more of a stream than can have been on its way before, though
// it may end and come anew meanwhile.
func hearOnwards(g *guest, track TrackAdded) TrackAdded {
	g.t.Helper()
	began := time.Now()
	first := time.Duration(0)
	for heard := 0; heard < 150; { // three seconds
		must(g.t, track.Track.(interface{ SetReadDeadline(time.Time) error }).SetReadDeadline(time.Now().Add(patience)))
		_, err := track.Track.ReadRTP()
		switch {
		case err == nil:
			heard++
		case errors.Is(err, io.EOF):
			track, heard = g.awaitTrack(track.PeerID, track.Kind), 0
			first = time.Since(began)
		default:
			g.t.Fatalf("%s hears nothing of %s: %v", g.name, track.PeerID, err)
		}
	}
	g.t.Logf("%s heard three seconds of %s within %v, anew after %v", g.name, track.PeerID, time.Since(began).Round(time.Millisecond), first.Round(time.Millisecond))
	return track
}

// peer is what the host knows of a guest.
func (hh *homeHost) peer(name string) room.PeerSnapshot {
	hh.t.Helper()
	for _, r := range hh.rooms.Snapshot() {
		for _, p := range r.Peers {
			if p.ID == name {
				return p
			}
		}
	}
	hh.t.Fatalf("%s is not there", name)
	return room.PeerSnapshot{}
}
