package doctor

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"takoshome/app/reach/doctor/echo"
)

var (
	errTest = errors.New("test")
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

	home   = netip.MustParseAddr("192.168.1.5")
	own4   = netip.MustParseAddr("198.41.0.4")
	other4 = netip.MustParseAddr("198.41.0.9")
	own6   = netip.MustParseAddr("2620:fe::fe")
	shared = netip.MustParseAddr("100.64.3.4")
)

// factsAtHome are of a host behind a router that maps its ports.
func factsAtHome() *facts {
	return &facts{
		Subject: Subject{
			Online:     true,
			Interfaces: []netip.Addr{home},
			Public:     []netip.Addr{own4},
			Told:       []netip.Addr{own4, home},
			Web:        Web{URL: "https://home.example", Listen: netip.MustParseAddrPort("[::]:8443"), IsTLS: true},
			Media:      Media{Listen: netip.MustParseAddrPort("[::]:8443"), TCPPort: 8443},
			Router:     Router{State: RouterMapped, External: own4},
		},
		now:  noon,
		name: name{host: "home.example", addrs: []netip.Addr{own4}},
		web: web{
			url:    target{isTLS: true, host: "home.example", port: 443},
			local:  knock{at: netip.MustParseAddrPort("192.168.1.5:8443"), tried: true, seen: echo.Seen{Proven: true}},
			public: knock{tried: true, seen: echo.Seen{Proven: true}},
		},
	}
}

// seen is what a friend saw of web, UDP and TCP.
func seen(addr netip.Addr, states ...echo.State) view {
	v := view{partner: "b.example", answer: echo.Answer{Address: addr, Time: noon}, at: noon}
	for i, kind := range []echo.Kind{echo.Web, echo.UDP, echo.TCP} {
		if i < len(states) {
			v.answer.Results = append(v.answer.Results, echo.Result{Kind: kind, Port: 8443, State: states[i]})
		}
	}
	return v
}

func TestFindings(t *testing.T) {
	const open, silent = echo.Open, echo.Silent
	noPublic := func(f *facts) { f.Public, f.Router.External = nil, netip.Addr{} }
	router := func(state RouterState, problem string) func(*facts) {
		return func(f *facts) { f.Router = Router{State: state, Problem: problem, Missing: []string{"UDP 8443"}} }
	}
	views := func(v ...view) func(*facts) { return func(f *facts) { f.views = v } }
	both := func(changes ...func(*facts)) func(*facts) {
		return func(f *facts) {
			for _, change := range changes {
				change(f)
			}
		}
	}
	tests := []struct {
		name   string
		change func(*facts)
		check  Check
		state  State
		what   string
	}{
		{"online", nil, CheckNetwork, Pass, "ok"},
		{"on this computer", func(f *facts) { f.IsLocal = true }, CheckNetwork, Warn, "home"},
		{"no network", func(f *facts) { f.Online, f.Interfaces = false, nil }, CheckNetwork, Fail, "offline"},
		{"no internet", func(f *facts) { f.Online = false }, CheckNetwork, Fail, "noInternet"},
		{"address not known", noPublic, CheckNetwork, Unknown, "noPublic"},

		{"nobody tells the address", both(noPublic, func(f *facts) { f.AsksStun = true }), CheckNetwork, Warn, "noAnswer"},

		{"name", nil, CheckName, Pass, "ok"},
		{"no name", func(f *facts) { f.name = name{host: "198.41.0.4", isIP: true} }, CheckName, Pass, "none"},
		{"no such name", func(f *facts) { f.name = name{host: "x", unknown: true} }, CheckName, Fail, "unresolved"},
		{"no DNS", func(f *facts) { f.name = name{host: "x", failed: true} }, CheckName, Unknown, "noAnswer"},
		{"name of another", func(f *facts) { f.name.addrs, f.web.public = []netip.Addr{other4}, knock{} }, CheckName, Fail, "elsewhere"},
		{"name by a tunnel", func(f *facts) { f.name.addrs = []netip.Addr{other4} }, CheckName, Pass, "ok"},
		{"name at home", func(f *facts) { f.name.addrs = []netip.Addr{home} }, CheckName, Warn, "home"},
		{"name unsure", both(noPublic, func(f *facts) { f.web.public = knock{} }), CheckName, Unknown, "unsure"},
		{"name as a friend sees", both(noPublic, func(f *facts) { f.web.public = knock{} }, views(seen(own4, silent))), CheckName, Pass, "ok"},

		{"found by itself", nil, CheckAnnounce, Pass, "auto"},
		{"found at home only", func(f *facts) { f.Told = []netip.Addr{home} }, CheckAnnounce, Warn, "home"},
		{"found in no network", func(f *facts) { f.Told = []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()} }, CheckAnnounce, Warn, "computer"},
		{"settings", func(f *facts) { f.Announce = []netip.Addr{own4, home} }, CheckAnnounce, Pass, "ok"},
		{"settings of before", func(f *facts) { f.Announce = []netip.Addr{other4} }, CheckAnnounce, Fail, "wrong"},
		{"settings of another home", func(f *facts) { f.Announce = []netip.Addr{own4, netip.MustParseAddr("192.168.9.9")} }, CheckAnnounce, Fail, "wrong"},
		{"settings unsure", both(noPublic, func(f *facts) { f.Announce = []netip.Addr{other4} }), CheckAnnounce, Unknown, "unsure"},
		{"settings as a friend sees", both(noPublic, func(f *facts) { f.Announce = []netip.Addr{other4} }, views(seen(other4, silent))), CheckAnnounce, Pass, "ok"},
		{"settings as a friend alone sees", both(func(f *facts) { f.Announce = []netip.Addr{other4} }, views(seen(other4, silent))), CheckAnnounce, Fail, "wrong"},
		{"settings of a family that a friend alone sees", both(func(f *facts) { f.Announce = []netip.Addr{own6} }, views(seen(own6, silent))), CheckAnnounce, Pass, "ok"},
		{"settings at home", func(f *facts) { f.Announce = []netip.Addr{home} }, CheckAnnounce, Warn, "home"},

		{"web", nil, CheckWeb, Pass, "ok"},
		{"web shut", func(f *facts) { f.web.local, f.web.public = knock{tried: true, err: errTest}, knock{} }, CheckWeb, Fail, "closed"},
		{"no way back in", func(f *facts) { f.web.public = knock{tried: true, err: errTest} }, CheckWeb, Warn, "hairpin"},
		{"router's page", func(f *facts) { f.web.public = knock{tried: true, seen: echo.Seen{Status: 200}} }, CheckWeb, Fail, "other"},
		{"proxy alone", func(f *facts) { f.web.public = knock{tried: true, seen: echo.Seen{Status: 502}} }, CheckWeb, Fail, "proxy"},
		{"name to nowhere", func(f *facts) { f.web.public = knock{} }, CheckWeb, Pass, "ok"},

		{"media", nil, CheckMedia, Pass, "ok"},
		{"no UDP", func(f *facts) { f.udp = errTest }, CheckMedia, Fail, "noUDP"},
		{"no TCP", func(f *facts) { f.tcp = errTest }, CheckMedia, Warn, "noTCP"},
		{"another's TCP port", func(f *facts) { f.tcp, f.Media.TCPPort = errNotTried, 0 }, CheckMedia, Warn, "takenTCP"},
		{"no media", func(f *facts) { f.udp, f.tcp = errTest, errTest }, CheckMedia, Fail, "closed"},

		{"mapped", nil, CheckRouter, Unknown, "untested"},
		{"mapped, nobody answers", func(f *facts) { f.failures = []string{"b.example"} }, CheckRouter, Unknown, "untested"},
		{"mapped and open", views(seen(own4, open, open, open)), CheckRouter, Pass, "open"},
		{"mapped and shut", views(seen(own4, silent, silent, silent)), CheckRouter, Fail, "closed"},
		{"mapped, asked by a VPN", views(seen(other4, silent, silent, silent)), CheckRouter, Unknown, "untested"},
		{"no router", router(RouterNone, ""), CheckRouter, Warn, "none"},
		{"by hand", both(router(RouterNone, ""), views(seen(own4, open))), CheckRouter, Pass, "byHand"},
		{"off", router(RouterOff, ""), CheckRouter, Unknown, "off"},
		{"off and shut", both(router(RouterOff, ""), views(seen(own4, silent))), CheckRouter, Unknown, "off"},
		{"searching", router(RouterSearching, ""), CheckRouter, Unknown, "searching"},
		{"waiting", router(RouterWaiting, ""), CheckRouter, Unknown, "waiting"},
		{"partly", router(RouterPartly, "taken"), CheckRouter, Warn, "partly"},
		{"no answer", router(RouterFailed, "no_answer"), CheckRouter, Warn, "noAnswer"},
		{"refused", router(RouterFailed, "refused"), CheckRouter, Warn, "refused"},
		{"taken", router(RouterFailed, "taken"), CheckRouter, Warn, "taken"},
		{"full", router(RouterFailed, "full"), CheckRouter, Warn, "full"},
		{"not kept", router(RouterFailed, "not_kept"), CheckRouter, Warn, "notKept"},
		{"router offline", router(RouterFailed, "offline"), CheckRouter, Warn, "offline"},
		{"nonsense", router(RouterFailed, "invalid"), CheckRouter, Warn, "invalid"},
		{"new problem", router(RouterFailed, "tired"), CheckRouter, Warn, "none"},
		{"on a server", both(router(RouterNone, ""), func(f *facts) { f.Interfaces = []netip.Addr{own4} }), CheckRouter, Pass, "notNeeded"},

		{"router for nobody", func(f *facts) { f.IsLocal, f.Router = true, Router{} }, CheckRouter, Pass, "local"},

		{"routers for nobody", func(f *facts) { f.IsLocal = true }, CheckNAT, Pass, "local"},
		{"one router", nil, CheckNAT, Pass, "none"},
		{"shared address", func(f *facts) { f.Router.External = shared }, CheckNAT, Fail, "provider"},
		{"address of another", func(f *facts) { f.Router.External = other4 }, CheckNAT, Fail, "provider"},
		{"shared, and IPv6", func(f *facts) { f.Router.External, f.Interfaces = shared, []netip.Addr{home, own6} }, CheckNAT, Warn, "providerV6"},
		{"second router", func(f *facts) { f.Router.External = netip.MustParseAddr("192.168.0.2") }, CheckNAT, Fail, "double"},
		{"second router lets in", both(func(f *facts) { f.Router.External = netip.MustParseAddr("192.168.0.2") }, views(seen(own4, open))), CheckNAT, Pass, "passed"},
		{"router says nothing, and lets in", both(func(f *facts) { f.Router.External = netip.Addr{} }, views(seen(own4, open))), CheckNAT, Pass, "open"},
		{"router says nothing", func(f *facts) { f.Router.External = netip.Addr{} }, CheckNAT, Unknown, "unknown"},

		{"not tested", nil, CheckOutside, Unknown, "untested"},
		{"nobody could", func(f *facts) { f.failures = []string{"b.example"} }, CheckOutside, Unknown, "noView"},
		{"asked next door", func(f *facts) { f.failures, f.isInside = []string{"b.example"}, true }, CheckOutside, Unknown, "inside"},
		{"UDP next door", func(f *facts) { f.failures, f.isInside = []string{"b.example"}, true }, CheckOutsideUDP, Unknown, "inside"},
		{"TCP next door", func(f *facts) { f.failures, f.isInside = []string{"b.example"}, true }, CheckOutsideTCP, Unknown, "inside"},
		{"for nobody", func(f *facts) { f.IsLocal = true }, CheckOutside, Unknown, "local"},
		{"web open", views(seen(own4, open, silent)), CheckOutside, Pass, "open"},
		{"UDP shut", views(seen(own4, open, silent)), CheckOutsideUDP, Fail, "closed"},
		{"TCP not asked", views(seen(own4, open, silent)), CheckOutsideTCP, Unknown, "untested"},
		{"TCP open", views(seen(own4, silent, silent, open)), CheckOutsideTCP, Pass, "open"},
		{"VPN", views(seen(other4, silent)), CheckOutside, Unknown, "otherAddress"},
		{"VPN lets in", views(seen(other4, open)), CheckOutside, Pass, "open"},
		{"address not known, shut", both(noPublic, views(seen(other4, silent))), CheckOutside, Fail, "closed"},
		{"IPv6 alone", views(seen(own4, silent), seen(own6, open)), CheckOutside, Warn, "onlyIPv6"},
		{"IPv4 alone", views(seen(own4, open), seen(own6, silent)), CheckOutside, Pass, "open"},
		{"neither", views(seen(own4, silent), seen(own6, silent)), CheckOutside, Fail, "closed"},

		{"no relay", nil, CheckRelay, Unknown, "off"},
		{"relay for nobody", func(f *facts) { f.IsLocal = true }, CheckRelay, Pass, "local"},
		{"relay nowhere", func(f *facts) { f.Relay.IsOn = true }, CheckRelay, Unknown, "nowhere"},
		{"relay", func(f *facts) { f.relay = []relayTry{{"UDP", "a:1", nil}, {"TCP", "a:1", nil}} }, CheckRelay, Pass, "ok"},
		{"no UDP of it", func(f *facts) { f.relay = []relayTry{{"UDP", "a:1", errTest}, {"TCP", "a:1", nil}} }, CheckRelay, Warn, "partly"},
		{"one address of it", func(f *facts) { f.relay = []relayTry{{"UDP", "a:1", errTest}, {"UDP", "b:1", nil}} }, CheckRelay, Pass, "ok"},
		{"broken", func(f *facts) { f.relay = []relayTry{{"UDP", "a:1", errTest}} }, CheckRelay, Fail, "broken"},

		{"no clock", nil, CheckClock, Unknown, "uncompared"},
		{"clock", views(seen(own4, open)), CheckClock, Pass, "ok"},
		{"clock ahead", func(f *facts) { f.views = []view{seen(own4)}; f.views[0].at = noon.Add(time.Minute) }, CheckClock, Warn, "ahead"},
		{"clock far behind", func(f *facts) { f.views = []view{seen(own4)}; f.views[0].at = noon.Add(-time.Hour) }, CheckClock, Fail, "behind"},

		{"not measured", nil, CheckUplink, Unknown, "unmeasured"},
		{"measured", func(f *facts) { f.Measure, f.uplink = true, uplink{tried: true, bps: 20e6} }, CheckUplink, Pass, "ok"},
		{"little", func(f *facts) { f.Measure, f.uplink = true, uplink{tried: true, bps: 2e6} }, CheckUplink, Warn, "small"},
		{"too little", func(f *facts) { f.Measure, f.uplink = true, uplink{tried: true, bps: 3e5} }, CheckUplink, Warn, "voice"},
		{"not measurable", func(f *facts) { f.Measure, f.uplink = true, uplink{tried: true, err: errTest} }, CheckUplink, Unknown, "failed"},
		{"nobody to send to", func(f *facts) { f.Measure = true }, CheckUplink, Unknown, "failed"},
	}
	for _, test := range tests {
		t.Run(string(test.check)+"/"+test.name, func(t *testing.T) {
			f := factsAtHome()
			if test.change != nil {
				test.change(f)
			}
			got := findingOf(t, f, test.check)
			if got.State != test.state || got.Key != "doctor."+string(test.check)+"."+test.what {
				t.Errorf("got %s %s %v, want %s %s", got.State, got.Key, got.Args, test.state, test.what)
			}
			wantSentences(t, got)
		})
	}
}

func findingOf(t *testing.T, f *facts, check Check) Finding {
	t.Helper()
	for i, judge := range f.judges() {
		if checks()[i] == check {
			got := judge()
			if got.Check != check {
				t.Errorf("%s stands where %s should", got.Check, check)
			}
			return got
		}
	}
	t.Fatalf("nobody judges %s", check)
	return Finding{}
}

// Nothing but a try from outside is ever called open.
func TestNothingIsOpenUntried(t *testing.T) {
	for _, state := range []RouterState{RouterOff, RouterWaiting, RouterSearching, RouterNone, RouterFailed, RouterPartly, RouterMapped} {
		for _, interfaces := range [][]netip.Addr{{home}, {own4}, {own4, own6}} {
			f := factsAtHome()
			f.Router.State, f.Interfaces = state, interfaces
			var all []Finding
			for _, judge := range f.judges() {
				all = append(all, judge())
			}
			if v := f.verdict(all); v == VerdictOpen || v == VerdictPartly {
				t.Errorf("router %s, interfaces %v: the verdict is %s", state, interfaces, v)
			}
			for _, one := range all {
				isOutside := one.Check == CheckOutside || one.Check == CheckOutsideUDP || one.Check == CheckOutsideTCP
				if (isOutside && one.State == Pass) || one.Key == "doctor.router.open" {
					t.Errorf("router %s, interfaces %v: %s", state, interfaces, one.Key)
				}
			}
		}
	}
}

func TestPortWords(t *testing.T) {
	web := func(port uint16) []echo.Port {
		return []echo.Port{{Kind: echo.Web, Port: port}, {Kind: echo.UDP, Port: 8443}, {Kind: echo.TCP, Port: 8443}}
	}
	for _, test := range []struct {
		ports  []echo.Port
		listen string
		want   string
	}{
		{nil, "[::]:8443", "TCP 8443, UDP 8443"},
		{web(8443), "[::]:8443", "TCP 8443, UDP 8443"},
		{web(443), "[::]:8443", "TCP 443 → 8443, UDP 8443, TCP 8443"},
		{web(443), "127.0.0.1:8000", "TCP 443, UDP 8443, TCP 8443"},
	} {
		f := factsAtHome()
		f.Ports4, f.Web.Listen = test.ports, netip.MustParseAddrPort(test.listen)
		if got := f.portWords(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestVerdict(t *testing.T) {
	const open, silent = echo.Open, echo.Silent
	for _, test := range []struct {
		name   string
		change func(*facts)
		want   Verdict
	}{
		{"mapped", func(*facts) {}, VerdictUntested},
		{"open", func(f *facts) { f.views = []view{seen(own4, open, open, open)} }, VerdictOpen},
		{"no UDP", func(f *facts) { f.views = []view{seen(own4, open, silent, open)} }, VerdictPartly},
		{"open, and told wrong", func(f *facts) {
			f.Announce, f.views = []netip.Addr{other4}, []view{seen(own4, open, open, open)}
		}, VerdictPartly},
		{"shut", func(f *facts) { f.views = []view{seen(own4, silent, silent, silent)} }, VerdictClosed},
		{"VPN", func(f *facts) { f.views = []view{seen(other4, silent, silent, silent)} }, VerdictUntested},
		{"no router", func(f *facts) { f.Router = Router{State: RouterNone} }, VerdictHome},
		{"off", func(f *facts) { f.Router = Router{State: RouterOff} }, VerdictUntested},
		{"server", func(f *facts) { f.Router, f.Interfaces = Router{}, []netip.Addr{own4} }, VerdictUntested},
		{"CGNAT", func(f *facts) { f.Router.External = shared }, VerdictHome},
		{"CGNAT with IPv6", func(f *facts) { f.Router.External, f.Public = shared, []netip.Addr{own4, own6} }, VerdictUntested},
		{"no internet", func(f *facts) { f.Online = false }, VerdictHome},
		{"no network", func(f *facts) { f.Online, f.Interfaces = false, nil }, VerdictOffline},
		{"alone", func(f *facts) { f.IsLocal, f.Online, f.Interfaces = true, false, nil }, VerdictLocal},
		{"firewall", func(f *facts) { f.web.local, f.web.public = knock{tried: true, err: errTest}, knock{} }, VerdictBroken},
	} {
		f := factsAtHome()
		test.change(f)
		var all []Finding
		for _, judge := range f.judges() {
			all = append(all, judge())
		}
		if got := f.verdict(all); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestWorst(t *testing.T) {
	for _, test := range []struct {
		states []State
		want   State
	}{
		{nil, Pass}, {[]State{Pass, Unknown}, Unknown}, {[]State{Warn, Unknown, Pass}, Warn}, {[]State{Warn, Fail}, Fail},
	} {
		var all []Finding
		for _, state := range test.states {
			all = append(all, Finding{State: state})
		}
		if got := worst(all); got != test.want {
			t.Errorf("%v: got %s", test.states, got)
		}
	}
}

func TestPeopleFor(t *testing.T) {
	for mbit, want := range map[float64]int{0: 1, 0.5: 1, 1: 2, 3: 3, 7: 4, 12: 5, 20: 6, 100: 12, 1e6: mostPeople} {
		if got := peopleFor(uint64(mbit * 1e6)); got != want {
			t.Errorf("%v Mbit/s: %d people, want %d", mbit, got, want)
		}
	}
}

func TestTargetOf(t *testing.T) {
	for text, want := range map[string]target{
		"https://home.example":       {true, "home.example", 443, ""},
		"http://home.example/":       {false, "home.example", 80, ""},
		"https://home.example/calls": {true, "home.example", 443, "/calls"},
		"https://[2001:db8::1]:8443": {true, "2001:db8::1", 8443, ""},
		"https://192.0.2.1:70000":    {true, "192.0.2.1", 443, ""},
		"::":                         {},
	} {
		if got := targetOf(text); got != want {
			t.Errorf("%s: got %+v", text, got)
		}
	}
}
