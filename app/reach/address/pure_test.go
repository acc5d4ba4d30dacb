package address

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

func TestIsCGNAT(t *testing.T) {
	seen := []Public{{Addr: netip.MustParseAddr("2001:db8::7"), Source: FromSTUN}, {Addr: netip.MustParseAddr("203.0.113.7"), Source: FromSTUN}}
	own := []Public{{Addr: netip.MustParseAddr("203.0.113.7"), Source: FromInterface}}
	for _, test := range []struct {
		external     string
		publics      []Public
		cgnat, known bool
	}{
		{"203.0.113.7", seen, false, true},
		{"::ffff:203.0.113.7", seen, false, true},
		{"203.0.113.8", seen, true, true},
		{"100.64.0.1", seen, true, true},
		{"100.127.255.255", nil, true, true},
		{"100.128.0.1", nil, false, false},
		{"192.168.0.5", nil, true, true}, // another router
		{"10.1.2.3", seen, true, true},
		{"169.254.1.1", nil, true, true},
		{"203.0.113.7", nil, false, false},
		{"203.0.113.7", own, false, false},
		{"2001:db8::1", seen, false, false},
		{"0.0.0.0", seen, false, false},
	} {
		cgnat, known := IsCGNAT(netip.MustParseAddr(test.external), test.publics)
		if cgnat != test.cgnat || known != test.known {
			t.Errorf("%s: %v %v, want %v %v", test.external, cgnat, known, test.cgnat, test.known)
		}
	}
	if cgnat, known := IsCGNAT(netip.Addr{}, seen); cgnat || known {
		t.Error("no address is taken for one")
	}
}

func answersOf(texts ...string) (list []answer) {
	for _, text := range texts {
		server, mapped, _ := strings.Cut(text, " ")
		list = append(list, answer{netip.MustParseAddrPort(server), netip.MustParseAddrPort(mapped)})
	}
	return list
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		name    string
		asked   int
		answers []answer
		want    verdict
	}{
		{"nobody to ask", 0, nil, verdict{nat: NATUnknown, problem: ProblemNames}},
		{"silence", 2, nil, verdict{nat: NATUnknown, problem: ProblemNoAnswer}},
		{"cone", 2, answersOf("1.1.1.1:1 203.0.113.7:9", "2.2.2.2:1 203.0.113.7:9"), verdict{mapped: netip.MustParseAddrPort("203.0.113.7:9"), nat: NATCone}},
		{"symmetric", 2, answersOf("1.1.1.1:1 203.0.113.7:9", "2.2.2.2:1 203.0.113.7:10"), verdict{mapped: netip.MustParseAddrPort("203.0.113.7:9"), nat: NATSymmetric}},
		{"two ports of one server", 2, answersOf("1.1.1.1:1 203.0.113.7:9", "1.1.1.1:2 203.0.113.7:9"), verdict{mapped: netip.MustParseAddrPort("203.0.113.7:9"), nat: NATUnknown}},
		{"none", 2, answersOf("1.1.1.1:1 198.51.100.2:5000", "2.2.2.2:1 198.51.100.2:5000"), verdict{mapped: netip.MustParseAddrPort("198.51.100.2:5000"), nat: NATNone}},
		{"one of two", 2, answersOf("1.1.1.1:1 203.0.113.7:9"), verdict{nat: NATUnknown, problem: ProblemNoAnswer}},
		{"a liar among three", 3, answersOf("6.6.6.6:1 203.0.113.66:9", "1.1.1.1:1 203.0.113.7:9", "2.2.2.2:1 203.0.113.7:9"), verdict{mapped: netip.MustParseAddrPort("203.0.113.7:9"), nat: NATCone}},
		{"all differ", 3, answersOf("1.1.1.1:1 203.0.113.1:9", "2.2.2.2:1 203.0.113.2:9", "3.3.3.3:1 203.0.113.3:9"), verdict{nat: NATSymmetric, problem: ProblemDisagree}},
	} {
		own := []netip.Addr{netip.MustParseAddr("198.51.100.2")}
		if got := judge(test.asked, test.answers, own, 5000); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestServers(t *testing.T) {
	for text, want := range map[string]server{
		"stun.example":           {"stun.example", 3478},
		"stun.example:19302":     {"stun.example", 19302},
		"stun:stun.example:3479": {"stun.example", 3479},
		"192.0.2.1":              {"192.0.2.1", 3478},
		"2001:db8::1":            {"2001:db8::1", 3478},
		"[2001:db8::1]":          {"2001:db8::1", 3478},
		"stun:[2001:db8::1]:99":  {"2001:db8::1", 99},
	} {
		if got, err := parseServer(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "stun:", ":3478", "a:0", "a:65536", "a:b", "a:1:2", "https://a/", "a b", "u@a", "stuns://a", strings.Repeat("a", 300)} {
		if got, err := parseServer(text); !errors.Is(err, ErrConfig) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if _, err := New(Config{Servers: make([]string, maxServers+1)}); !errors.Is(err, ErrConfig) {
		t.Errorf("too many servers: %v", err)
	}
	if _, err := New(Config{Interval: -1}); !errors.Is(err, ErrConfig) {
		t.Errorf("interval: %v", err)
	}
}

func TestOneAddressOfEachFamilyIsAsked(t *testing.T) {
	c := Config{resolve: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{
			netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:192.0.2.1"),
			netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::2"),
		}, nil
	}}
	got := c.addrsOf(t.Context(), server{"stun.example", 7})
	want := []netip.AddrPort{netip.MustParseAddrPort("[2001:db8::1]:7"), netip.MustParseAddrPort("192.0.2.1:7")}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestPauseGrowsWithFailure(t *testing.T) {
	var c Config
	if err := c.validate(); err != nil {
		t.Fatal(err)
	}
	for failing, want := range map[time.Duration]time.Duration{
		0: 15 * time.Second, 4 * time.Minute: 15 * time.Second, 6 * time.Minute: 3 * time.Minute, 24 * time.Hour: 5 * time.Minute,
	} {
		if got := c.pause(failing); got != want {
			t.Errorf("failing for %v: %v, want %v", failing, got, want)
		}
	}
}

func TestOrder(t *testing.T) {
	ip := func(text string) *net.IPNet { return &net.IPNet{IP: net.ParseIP(text)} }
	addrs := usable([]net.Addr{
		ip("127.0.0.1"), ip("192.168.1.2"), ip("172.17.0.1"), ip("fe80::1"), ip("2001:db8::9"), ip("::1"),
		ip("2001:db8::5"), ip("169.254.3.3"), ip("192.168.1.2"), ip("224.0.0.1"), &net.UnixAddr{Name: "x"},
	})
	s := order(addrs, []netip.Addr{netip.MustParseAddr("192.168.1.2"), netip.MustParseAddr("2001:db8::9")})
	want := sightOf("192.168.1.2", "2001:db8::9", "172.17.0.1", "2001:db8::5")
	if !s.same(want) {
		t.Errorf("got %+v", s)
	}
	if s := order([]netip.Addr{netip.MustParseAddr("192.168.1.2")}, []netip.Addr{{}, {}}); s.online || len(s.addrs) != 1 {
		t.Errorf("without a way out: %+v", s)
	}
}

func TestLookSendsNothingAndFindsSomething(t *testing.T) {
	s, err := look()
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range s.addrs {
		if addr.IsLoopback() || addr.IsLinkLocalUnicast() || !addr.IsValid() {
			t.Errorf("%v is of no use", addr)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	id := [12]byte{1, 2, 3}
	f.Add(goodAnswer(id, netip.MustParseAddrPort("203.0.113.7:9")))
	f.Add(goodAnswer(id, netip.MustParseAddrPort("[2001:db8::7]:9")))
	f.Add(goodAnswer([12]byte{}, netip.MustParseAddrPort("203.0.113.7:9")))
	f.Add(request(id))
	f.Fuzz(func(t *testing.T, packet []byte) {
		mapped, ok := readAnswer(packet, id)
		if !ok {
			return
		}
		if !IsPublic(mapped.Addr()) || mapped.Port() == 0 || mapped.Addr().Is4In6() {
			t.Errorf("believed %v", mapped)
		}
		m := &stun.Message{Raw: packet}
		if m.Decode() != nil || m.TransactionID != id {
			t.Error("an answer to somebody else was taken")
		}
	})
}

func FuzzServer(f *testing.F) {
	for _, text := range []string{"stun:stun.example:3478", "[2001:db8::1]:1", "a", ":", "stun:"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := parseServer(text); err == nil && (s.host == "" || s.port == 0) {
			t.Errorf("%q gives %+v", text, s)
		}
	})
}
