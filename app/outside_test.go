package app

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"takoshome/app/config"
	"takoshome/app/reach/address"
	"takoshome/app/reach/portmap"
	"takoshome/app/reach/portmap/gateway"
	"takoshome/sfu"
)

var (
	lanAddr    = netip.MustParseAddr("192.168.1.20")
	publicAddr = netip.MustParseAddr("203.0.113.7")
	otherAddr  = netip.MustParseAddr("198.51.100.9")
	global6    = netip.MustParseAddr("2001:db8::20")
)

// knows is what a host at home knows whose router and servers say so.
func knows(change func(*knowledge)) knowledge {
	k := knowledge{
		settings: config.Default("/data"),
		open: openPorts{
			web: netip.MustParseAddrPort("[::]:8443"), media: netip.MustParseAddrPort("[::]:8443"), mediaTCP: 8443,
			relay: netip.IPv6Unspecified(), relayUDP: 3478, relayTCP: 8443,
		},
		address: address.State{Interfaces: []netip.Addr{lanAddr}, Online: true, NAT: address.NATCone},
	}
	if change != nil {
		change(&k)
	}
	return k
}

func seenAt(addr netip.Addr) func(*knowledge) {
	return func(k *knowledge) {
		k.address.Public = append(k.address.Public, address.Public{Addr: addr, Source: address.FromSTUN})
	}
}

// mappedAt has the router say so, with the page at a port of its own choice.
func mappedAt(addr, local netip.Addr) func(*knowledge) {
	return func(k *knowledge) {
		if !k.router.External.IsValid() {
			k.router.External = addr
		}
		k.router.State = portmap.Mapped
		for _, p := range []struct {
			proto        portmap.Proto
			inside, from port
		}{{portmap.UDP, 8443, 8443}, {portmap.TCP, 8443, 20443}, {portmap.UDP, 3478, 3478}} {
			if local.Is6() {
				p.from = p.inside
			}
			k.router.Mappings = append(k.router.Mappings, portmap.Mapping{
				Port: portmap.Port{Proto: p.proto, Internal: p.inside}, Local: netip.AddrPortFrom(local, p.inside),
				External: netip.AddrPortFrom(addr, p.from), Method: portmap.PCP,
			})
		}
	}
}

type port = uint16

func all(changes ...func(*knowledge)) func(*knowledge) {
	return func(k *knowledge) {
		for _, change := range changes {
			change(k)
		}
	}
}

func TestOutsidePlan(t *testing.T) {
	own6 := func(k *knowledge) {
		k.address.Interfaces = append(k.address.Interfaces, global6)
		k.address.Public = append(k.address.Public, address.Public{Addr: global6, Source: address.FromInterface})
	}
	tests := []struct {
		name      string
		change    func(*knowledge)
		announced []sfu.Announced
		web       string // "" for nowhere
		named     string
	}{
		{"nothing is known", nil, nil, "", ""},
		{"seen from outside", seenAt(publicAddr), []sfu.Announced{{Addr: publicAddr}}, "", "203.0.113.7"},
		{
			"mapped, and seen", all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr)),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"203.0.113.7:20443", "203.0.113.7",
		},
		{
			"mapped, nobody asked", mappedAt(publicAddr, lanAddr),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"203.0.113.7:20443", "203.0.113.7",
		},
		{
			"two routers", all(seenAt(publicAddr), mappedAt(netip.MustParseAddr("192.168.0.7"), lanAddr)),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"", "",
		},
		{
			"the provider's router", all(seenAt(publicAddr), mappedAt(netip.MustParseAddr("100.64.3.7"), lanAddr)),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"", "",
		},
		{
			"seen elsewhere than mapped", all(seenAt(otherAddr), mappedAt(publicAddr, lanAddr)),
			[]sfu.Announced{{Addr: otherAddr, UDPPort: 8443, TCPPort: 20443}, {Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"", "",
		},
		{
			"seen before servers stopped to answer", all(seenAt(otherAddr), mappedAt(publicAddr, lanAddr), func(k *knowledge) {
				k.address.Problem = address.ProblemNoAnswer
			}),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"203.0.113.7:20443", "203.0.113.7",
		},
		{
			"no router", func(k *knowledge) { k.address.Interfaces = []netip.Addr{publicAddr} },
			[]sfu.Announced{{Addr: publicAddr}},
			"203.0.113.7:8443", "203.0.113.7",
		},
		{"IPv6, perhaps behind a firewall", own6, []sfu.Announced{{Addr: global6}}, "", "2001:db8::20"},
		{
			"IPv6 with an open firewall", all(own6, mappedAt(global6, global6), func(k *knowledge) { k.router.External = netip.Addr{} }),
			[]sfu.Announced{{Addr: global6, UDPPort: 8443, TCPPort: 8443}},
			"[2001:db8::20]:8443", "2001:db8::20",
		},
		{
			"IPv4 alone", all(own6, func(k *knowledge) {
				k.open.web, k.open.media = netip.MustParseAddrPort("0.0.0.0:8443"), netip.MustParseAddrPort("0.0.0.0:8443")
			}), nil, "", "",
		},
		{
			"without encryption", all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr), func(k *knowledge) { k.settings.TLS.Mode = config.TLSOff }),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"", "203.0.113.7",
		},
		{
			"the settings know", all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr), func(k *knowledge) { k.settings.Announce = []netip.Addr{lanAddr, otherAddr} }),
			nil, "", otherAddr.String(),
		},
		{
			"behind a proxy on this machine", all(seenAt(publicAddr), func(k *knowledge) {
				k.open.web = netip.MustParseAddrPort("127.0.0.1:8080")
			}), []sfu.Announced{{Addr: publicAddr}}, "", "203.0.113.7",
		},
		{
			"nobody comes in", all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr), func(k *knowledge) {
				k.proof = proof{isKnown: true, of: publicAddr}
			}),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"", "203.0.113.7",
		},
		{
			"nobody came in by the address of before", all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr), func(k *knowledge) {
				k.proof = proof{isKnown: true, of: otherAddr}
			}),
			[]sfu.Announced{{Addr: publicAddr, UDPPort: 8443, TCPPort: 20443}},
			"203.0.113.7:20443", "203.0.113.7",
		},
		{
			"somebody has come in", all(seenAt(publicAddr), func(k *knowledge) {
				k.proof = proof{isKnown: true, at: netip.AddrPortFrom(publicAddr, 443), of: publicAddr}
			}),
			[]sfu.Announced{{Addr: publicAddr}},
			"203.0.113.7:443", "203.0.113.7",
		},
		{
			"somebody has come in elsewhere", all(seenAt(publicAddr), func(k *knowledge) {
				k.proof = proof{isKnown: true, at: netip.AddrPortFrom(otherAddr, 443), of: publicAddr}
			}),
			[]sfu.Announced{{Addr: publicAddr}},
			"", "203.0.113.7",
		},
		{
			"a friend alone tells where", func(k *knowledge) {
				k.proof = proof{isKnown: true, at: netip.AddrPortFrom(otherAddr, 443)}
			},
			nil, "", "",
		},
		{
			"whom the settings name alone tells where", func(k *knowledge) {
				k.proof = proof{isKnown: true, isSure: true, at: netip.AddrPortFrom(otherAddr, 443)}
			},
			nil, "198.51.100.9:443", "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := planOf(knows(test.change))
			if !slices.Equal(p.announced, test.announced) {
				t.Errorf("announced %v, want %v", p.announced, test.announced)
			}
			if got := textOf(p.web.IsValid(), p.web); got != test.web {
				t.Errorf("page at %q, want %q", got, test.web)
			}
			if got := textOf(p.named4.IsValid(), p.named4) + textOf(p.named6.IsValid(), p.named6); got != test.named {
				t.Errorf("a name leads to %q, want %q", got, test.named)
			}
		})
	}
}

func textOf(valid bool, a interface{ String() string }) string {
	if !valid {
		return ""
	}
	return a.String()
}

func TestRelayWays(t *testing.T) {
	tests := []struct {
		name   string
		change func(*knowledge)
		want   []relayWay
	}{
		{"nothing is known", nil, nil},
		{"mapped", all(seenAt(publicAddr), mappedAt(publicAddr, lanAddr)), []relayWay{{"203.0.113.7", 3478, 20443, 0}}},
		{"with a name", all(seenAt(publicAddr), func(k *knowledge) {
			k.settings.PublicURL, k.open.relayTLS = "https://home.example", 8443
		}), []relayWay{{"home.example", 3478, 8443, 8443}, {"203.0.113.7", 3478, 8443, 8443}}},
		{"by IPv4 alone", all(seenAt(publicAddr), func(k *knowledge) {
			k.address.Interfaces, k.open.relay = append(k.address.Interfaces, global6), netip.IPv4Unspecified()
		}), []relayWay{{"203.0.113.7", 3478, 8443, 0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := knows(test.change).relayWays(); !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// Security check 45: nothing is mapped but what friends need.
func TestSec45MappedPorts(t *testing.T) {
	at := func(text string) config.Listen { return config.Listen{AddrPort: netip.MustParseAddrPort(text)} }
	tests := []struct {
		name   string
		change func(*config.Config, *openPorts)
		domain string
		want   []portmap.Port
	}{
		{"default", nil, "", []portmap.Port{{Proto: "UDP", Internal: 3478}, {Proto: "UDP", Internal: 8443}, {Proto: "TCP", Internal: 8443}}},
		{"with a domain", nil, "a.example", []portmap.Port{
			{Proto: "UDP", Internal: 3478}, {Proto: "UDP", Internal: 8443}, {Proto: "TCP", Internal: 8443, Wanted: 443},
		}},
		{"with a port of its own in the public URL", func(c *config.Config, o *openPorts) {
			c.PublicURL, o.relayUDP, o.relayTCP = "https://home.example:9443", 0, 0
		}, "", []portmap.Port{{Proto: "UDP", Internal: 8443}, {Proto: "TCP", Internal: 8443, Wanted: 9443}}},
		{"behind a proxy on this computer", func(c *config.Config, o *openPorts) {
			c.PublicURL, c.TLS.Mode, o.web, o.relayTCP = "https://home.example", config.TLSOff, at("127.0.0.1:8443").AddrPort, 3478
			o.mediaTCP = 0
		}, "", []portmap.Port{{Proto: "TCP", Internal: 3478}, {Proto: "UDP", Internal: 3478}, {Proto: "UDP", Internal: 8443}}},
		{"without encryption", func(c *config.Config, o *openPorts) { c.TLS.Mode = config.TLSOff }, "", []portmap.Port{
			{Proto: "UDP", Internal: 3478}, {Proto: "UDP", Internal: 8443},
		}},
		{"media elsewhere", func(_ *config.Config, o *openPorts) {
			o.media, o.mediaTCP, o.relayUDP = netip.MustParseAddrPort("0.0.0.0:40000"), 40000, 0
		}, "", []portmap.Port{{Proto: "TCP", Internal: 8443}, {Proto: "UDP", Internal: 40000}, {Proto: "TCP", Internal: 40000}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settings, open := config.Default("/data"), knows(nil).open
			if test.change != nil {
				test.change(&settings, &open)
			}
			if got := open.wanted(settings, test.domain); !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestOnlyWaysWhereSomebodyListens(t *testing.T) {
	ways := []gateway.Route{
		{Interface: "eth0", Locals: []netip.Addr{lanAddr}}, {Interface: "eth0", Locals: []netip.Addr{global6}},
	}
	for bound, want := range map[string]int{"[::]:1": 2, "0.0.0.0:1": 1, "192.168.1.20:1": 1, "192.168.1.21:1": 0, "[2001:db8::20]:1": 1, "127.0.0.1:1": 0} {
		open := openPorts{web: netip.MustParseAddrPort("127.0.0.1:1"), media: netip.MustParseAddrPort(bound)}
		got, err := open.routes(func() ([]gateway.Route, error) { return ways, nil })()
		if err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", bound, got, err)
		}
	}
}

// Security check 40: what mappings are known by is the owner's alone, and stays.
func TestSec40RouterSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), routerSecretFile)
	log := slog.New(slog.DiscardHandler)
	first := routerSecret(path, log)
	if len(first) != routerSecretSize || !bytes.Equal(routerSecret(path, log), first) {
		t.Error("the secret is another")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh := routerSecret(path, log); len(fresh) != routerSecretSize || !bytes.Equal(routerSecret(path, log), fresh) {
		t.Error("a damaged secret was not replaced")
	}
	if lost := routerSecret(filepath.Join(path, "below a file"), log); len(lost) != routerSecretSize {
		t.Errorf("got %d bytes where nothing can be kept", len(lost))
	}
}

func TestNextPorts(t *testing.T) {
	taken := func(port uint16, setting string) error {
		return errors.Join(&ListenError{Network: "tcp", Addr: netip.AddrPortFrom(netip.IPv6Unspecified(), port), Setting: setting, Err: syscall.EADDRINUSE})
	}
	tests := []struct {
		name        string
		change      func(*config.Config)
		err         error
		http, media uint16 // 0: stays
	}{
		{"both", nil, taken(8443, ""), 8444, 8444},
		{"again", func(c *config.Config) { c.HTTP, c.RTC = listenOn("[::]:8444"), listenOn("[::]:8444") }, taken(8444, ""), 8445, 8445},
		{"not for ever", func(c *config.Config) { c.HTTP = listenOn("[::]:8452") }, taken(8452, ""), 0, 0},
		{"media alone", func(c *config.Config) { c.HTTP = listenOn("[::]:443") }, taken(8443, ""), 443, 8444},
		{"a chosen one", func(c *config.Config) { c.HTTP = listenOn("[::]:443") }, taken(443, ""), 0, 0},
		{"known by a public URL", func(c *config.Config) { c.PublicURL = "https://home.example" }, taken(8443, ""), 0, 0},
		{"another setting's", nil, taken(8443, "[takos_call] listen"), 0, 0},
		{"no right", nil, &ListenError{Addr: netip.MustParseAddrPort("[::]:8443"), Err: syscall.EACCES}, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settings := config.Default("/data")
			if test.change != nil {
				test.change(&settings)
			}
			got, ok := nextPorts(settings, test.err)
			if ok != (test.http != 0) || (ok && (got.HTTP.Port() != test.http || got.RTC.Port() != test.media)) {
				t.Errorf("got %v: %v, %v", ok, got.HTTP, got.RTC)
			}
		})
	}
}

// Fault 14: a kernel without IPv6.
func TestWithoutIPv6(t *testing.T) {
	settings := withoutIPv6(config.Default("/data"), func() bool { return false })
	if got := settings.HTTP.String() + settings.RTC.String() + settings.Relay.Listen.String(); got != "0.0.0.0:84430.0.0.0:84430.0.0.0:3478" {
		t.Errorf("listens on %s", got)
	}
	settings = withoutIPv6(config.Default("/data"), func() bool { return true })
	if got := settings.HTTP.String(); got != "[::]:8443" {
		t.Errorf("listens on %s", got)
	}
}

// A host for this computer alone has nobody outside to look for.
func TestNoOutsideOfLoopback(t *testing.T) {
	a := startApp(t, nil)
	if s := a.Snapshot(); s.Host.Outside != nil || s.Host.Reach != ReachComputer {
		t.Errorf("got %+v, reach %s", s.Host.Outside, s.Host.Reach)
	}
	a.recheckOutside()
}
