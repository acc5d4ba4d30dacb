package sfu

import (
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"takoshome/sfu/tcp"
)

// told lists candidates as "udp 127.0.0.1:7", the ports that are listened on as 0.
func told(s *WebRtcServer) (list []string) {
	for _, c := range s.Candidates() {
		port := c.Port
		if port == s.LocalAddr().Port() {
			port = 0
		}
		list = append(list, c.Protocol+" "+netip.AddrPortFrom(netip.MustParseAddr(c.Address), port).String())
	}
	return list
}

func mustTell(t *testing.T, s *WebRtcServer, want ...string) {
	t.Helper()
	if got := told(s); !slices.Equal(got, want) {
		t.Errorf("clients are told %q, want %q", got, want)
	}
}

func TestAnnouncedAddresses(t *testing.T) {
	s := newTcpServer(t, netip.MustParseAddrPort("127.0.0.1:0"), tcp.Limits{})
	var changes atomic.Int64
	stop := s.OnCandidates(func() { changes.Add(1) })
	mustTell(t, s, "udp 127.0.0.1:0", "tcp 127.0.0.1:0")

	outside := netip.MustParseAddr("203.0.113.7")
	s.SetAnnounced([]Announced{
		{Addr: outside, UDPPort: 7},
		{Addr: netip.MustParseAddr("2001:db8::1")},
		{Addr: outside, TCPPort: 8},
		{Addr: netip.MustParseAddr("::ffff:127.0.0.1")},
		{},
		{Addr: netip.IPv6Unspecified()},
	})
	mustTell(t, s,
		"udp 127.0.0.1:0", "udp 203.0.113.7:7", "udp [2001:db8::1]:0", "udp 203.0.113.7:0",
		"tcp 127.0.0.1:0", "tcp 203.0.113.7:0", "tcp [2001:db8::1]:0", "tcp 203.0.113.7:8")
	list := s.Candidates()
	foundations, priorities := map[string]string{}, map[uint32]bool{}
	for i, c := range list {
		key := c.Protocol + c.Address
		if other, known := foundations[c.Foundation]; known && other != key {
			t.Errorf("%s and %s share a foundation", key, other)
		}
		foundations[c.Foundation] = key
		if priorities[c.Priority] || i > 0 && c.Priority > list[i-1].Priority {
			t.Errorf("the priorities are not in order: %+v", list)
		}
		priorities[c.Priority] = true
	}
	if changes.Load() != 1 {
		t.Errorf("%d changes were told", changes.Load())
	}

	s.SetAnnounced([]Announced{{Addr: outside}})
	s.SetAnnounced([]Announced{{Addr: outside}}) // nothing new
	if changes.Load() != 2 {
		t.Errorf("%d changes were told", changes.Load())
	}
	stop()
	s.SetAnnounced(nil)
	mustTell(t, s, "udp 127.0.0.1:0", "tcp 127.0.0.1:0")
	if changes.Load() != 2 {
		t.Errorf("%d changes were told", changes.Load())
	}
}

// What the configuration announces stands for the machine's own addresses.
func TestAnnouncedBesideConfigured(t *testing.T) {
	s, err := NewWebRtcServer(Config{
		ListenAddr: netip.MustParseAddrPort("0.0.0.0:0"), Announce: []netip.Addr{netip.MustParseAddr("192.0.2.5")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.SetAnnounced([]Announced{{Addr: netip.MustParseAddr("203.0.113.7"), UDPPort: 9}})
	mustTell(t, s, "udp 192.0.2.5:0", "udp 203.0.113.7:9")
}

func TestAnnouncedIsBounded(t *testing.T) {
	s := newTestServer(t)
	many := make([]Announced, 1000)
	for i := range many {
		many[i].Addr = netip.MustParseAddr("203.0.113." + strconv.Itoa(i%250+1))
		many[i].UDPPort = uint16(i + 1)
	}
	s.SetAnnounced(many)
	if got := len(s.Candidates()); got != 1+maxAddresses {
		t.Errorf("%d candidates", got)
	}
}

// Candidates may change while they are read and transports are made.
func TestCandidatesAtOnce(t *testing.T) {
	s := newTestServer(t)
	router, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 50 {
				s.SetAnnounced([]Announced{{Addr: netip.MustParseAddr("203.0.113.7"), UDPPort: uint16(i)}})
			}
		})
		all.Go(func() {
			for range 50 {
				stop := s.OnCandidates(func() { s.Candidates() })
				if transport := newTestTransport(t, router, DirectionSend); len(transport.IceCandidates()) == 0 {
					t.Error("no candidates")
				}
				stop()
			}
		})
	}
	all.Wait()
}
