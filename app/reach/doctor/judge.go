package doctor

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"takoshome/app/reach/address"
	"takoshome/app/reach/doctor/echo"
)

const (
	// clockWarn and clockFail are how far a clock may be off: invitations live for
	// a minute at least, signed events for five.
	clockWarn = 30 * time.Second
	clockFail = 5 * time.Minute
)

// judges are what makes the findings, in order.
func (f *facts) judges() []func() Finding {
	return []func() Finding{
		f.judgeNetwork, f.judgeName, f.judgeAnnounce, f.judgeWeb, f.judgeMedia, f.judgeRouter, f.judgeNAT,
		func() Finding { return f.judgeOutside(CheckOutside, echo.Web) },
		func() Finding { return f.judgeOutside(CheckOutsideUDP, echo.UDP) },
		func() Finding { return f.judgeOutside(CheckOutsideTCP, echo.TCP) },
		f.judgeRelay, f.judgeCertificate, f.judgeClock, f.judgeUplink,
	}
}

func (f *facts) judgeNetwork() Finding {
	best, known := f.best()
	switch {
	case f.IsLocal:
		return found(CheckNetwork, Warn, "home")
	case !f.Online && len(f.Interfaces) == 0:
		return found(CheckNetwork, Fail, "offline")
	case !f.Online:
		return found(CheckNetwork, Fail, "noInternet")
	case !known && f.AsksStun:
		return found(CheckNetwork, Warn, "noAnswer")
	case !known:
		return found(CheckNetwork, Unknown, "noPublic")
	}
	return found(CheckNetwork, Pass, "ok", "address", best.String())
}

func (f *facts) judgeName() Finding {
	n := f.name
	say := func(state State, what string) Finding {
		return found(CheckName, state, what, "name", n.host, "addresses", list(n.addrs), "own", list(f.ownPublic()))
	}
	isOurs := func(a netip.Addr) bool { return slices.Contains(f.own(), a) }
	isPublic := func(a netip.Addr) bool { return address.IsPublic(a) }
	switch {
	case n.isIP:
		return found(CheckName, Pass, "none")
	case n.unknown:
		return say(Fail, "unresolved")
	case n.failed, len(n.addrs) == 0:
		return say(Unknown, "noAnswer")
	case !slices.ContainsFunc(n.addrs, isPublic) && !f.IsLocal:
		return say(Warn, "home")
	case slices.ContainsFunc(n.addrs, isOurs), f.web.public.isOurs():
		return say(Pass, "ok")
	case len(f.ownPublic()) == 0:
		return say(Unknown, "unsure")
	}
	return say(Fail, "elsewhere")
}

func (f *facts) ownPublic() []netip.Addr { return append(f.public(false), f.public(true)...) }

func (f *facts) judgeAnnounce() Finding {
	if len(f.Announce) == 0 {
		if !f.IsLocal && !slices.ContainsFunc(f.Told, address.IsPublic) {
			return found(CheckAnnounce, Warn, "home", "addresses", list(f.Told))
		}
		return found(CheckAnnounce, Pass, "auto", "addresses", list(f.Told))
	}
	var wrong, unsure []netip.Addr
	for _, addr := range f.Announce {
		switch {
		case slices.Contains(f.own(), addr):
		case address.IsPublic(addr) && len(f.public(addr.Is6())) == 0:
			unsure = append(unsure, addr)
		default:
			wrong = append(wrong, addr)
		}
	}
	all := list(f.Announce)
	switch {
	case len(wrong) > 0:
		return found(CheckAnnounce, Fail, "wrong", "wrong", list(wrong), "own", f.ownWords())
	case len(unsure) > 0:
		return found(CheckAnnounce, Unknown, "unsure", "addresses", list(unsure))
	case !f.IsLocal && !slices.ContainsFunc(f.Announce, address.IsPublic):
		return found(CheckAnnounce, Warn, "home", "addresses", all)
	}
	return found(CheckAnnounce, Pass, "ok", "addresses", all)
}

// ownWords are the addresses that stand against a wrong one.
func (f *facts) ownWords() string {
	if public := f.ownPublic(); len(public) > 0 {
		return list(public)
	}
	return list(f.Interfaces)
}

func (f *facts) judgeWeb() Finding {
	w := f.web
	local := "http://" + w.local.at.String()
	if f.Web.IsTLS {
		local = "https://" + w.local.at.String()
	}
	port := strconv.Itoa(int(w.url.port))
	switch {
	case w.public.isOurs():
		return found(CheckWeb, Pass, "ok", "url", f.Web.URL)
	case !w.local.isOurs():
		return found(CheckWeb, Fail, "closed", "url", local, "port", strconv.Itoa(int(f.Web.Listen.Port())))
	case !w.public.tried: // the name leads nowhere, which is said of the name
		return found(CheckWeb, Pass, "ok", "url", local)
	case w.public.err != nil:
		return found(CheckWeb, Warn, "hairpin", "url", f.Web.URL, "local", local)
	case w.public.seen.Status >= 500:
		return found(CheckWeb, Fail, "proxy", "url", f.Web.URL, "status", strconv.Itoa(w.public.seen.Status), "local", local)
	}
	return found(CheckWeb, Fail, "other", "url", f.Web.URL, "port", port)
}

func (f *facts) judgeMedia() Finding {
	port := strconv.Itoa(int(f.Media.Listen.Port()))
	tcpPort := strconv.Itoa(int(f.Media.TCPPort))
	switch {
	case f.udp != nil && f.tcp != nil:
		return found(CheckMedia, Fail, "closed", "port", port)
	case f.udp != nil:
		return found(CheckMedia, Fail, "noUDP", "port", port)
	case f.tcp != nil:
		return found(CheckMedia, Warn, "noTCP", "port", tcpPort)
	}
	return found(CheckMedia, Pass, "ok")
}

// judgeRouter never takes the router's word for open.
func (f *facts) judgeRouter() Finding {
	r := f.Router
	isOpen, isClosed := f.isOpen(echo.Web) || f.isOpen(echo.UDP), f.isClosed()
	ports := f.portWords()
	say := func(state State, what string) Finding { return found(CheckRouter, state, what, "ports", ports) }
	switch {
	case r.State == RouterMapped && isOpen:
		return say(Pass, "open")
	case r.State == RouterMapped && isClosed:
		return say(Fail, "closed")
	case f.hasOwn4() || f.IsLocal:
		return say(Pass, "notNeeded")
	case r.State == RouterMapped:
		return say(Unknown, "untested")
	case isOpen:
		return say(Pass, "byHand")
	case r.State == RouterOff:
		return say(Unknown, "off")
	case r.State == RouterPartly:
		return found(CheckRouter, Warn, "partly", "ports", strings.Join(r.Missing, ", "))
	case r.State == RouterWaiting:
		return say(Unknown, "waiting")
	case r.State == RouterSearching:
		return say(Unknown, "searching")
	case r.State == RouterFailed && f.routerProblem() != "":
		return say(Warn, f.routerProblem())
	}
	return say(Warn, "none")
}

// routerProblem puts a word of docs/portmap.md into one of ours.
func (f *facts) routerProblem() string {
	switch f.Router.Problem {
	case "no_answer":
		return "noAnswer"
	case "not_kept":
		return "notKept"
	case "refused", "taken", "full", "offline", "invalid":
		return f.Router.Problem
	}
	return ""
}

// portWords are the ports that a router would forward by hand.
func (f *facts) portWords() string {
	tcp, udp := f.Web.Listen.Port(), f.Media.Listen.Port()
	words := []string{fmt.Sprintf("TCP %d", tcp), fmt.Sprintf("UDP %d", udp)}
	if other := f.Media.TCPPort; other != 0 && other != tcp {
		words = append(words, fmt.Sprintf("TCP %d", other))
	}
	return strings.Join(words, ", ")
}

func (f *facts) judgeNAT() Finding {
	external, is6 := f.Router.External, len(f.public(true)) > 0
	var public []address.Public
	for _, addr := range f.public(false) {
		public = append(public, address.Public{Addr: addr, Source: address.FromSTUN})
	}
	cgnat, known := address.IsCGNAT(external, public)
	switch {
	case f.hasOwn4() || f.IsLocal || (known && !cgnat):
		return found(CheckNAT, Pass, "none")
	case !known && f.isOpen(echo.Web):
		return found(CheckNAT, Pass, "open")
	case !known:
		return found(CheckNAT, Unknown, "unknown")
	case external.IsPrivate() && f.isOpen(echo.Web):
		return found(CheckNAT, Pass, "passed")
	case external.IsPrivate():
		return found(CheckNAT, Fail, "double", "external", external.String(), "ports", f.portWords())
	}
	seen := list(f.public(false))
	if is6 {
		return found(CheckNAT, Warn, "providerV6", "external", external.String(), "public", seen)
	}
	return found(CheckNAT, Fail, "provider", "external", external.String(), "public", seen)
}

// isClosed says that somebody outside tried where friends are sent, and got in nowhere.
func (f *facts) isClosed() bool {
	tried := false
	for _, v := range f.views {
		tried = tried || f.isWay(v)
	}
	return tried && !f.isOpen(echo.Web) && !f.isOpen(echo.UDP) && !f.isOpen(echo.TCP)
}

// isWay says whether a view came by an address that friends are sent to, as far as
// any is known.
func (f *facts) isWay(v view) bool {
	known := append(slices.Clone(f.Public), f.Interfaces...)
	isFamily := func(a netip.Addr) bool { return a.Is6() == v.answer.Address.Is6() && address.IsPublic(a) }
	return !slices.ContainsFunc(known, isFamily) || slices.Contains(known, v.answer.Address)
}

func (f *facts) judgeOutside(check Check, kind echo.Kind) Finding {
	switch {
	case f.IsLocal:
		return found(check, Unknown, "local")
	case len(f.views) == 0 && len(f.failures) == 0:
		return found(check, Unknown, "untested")
	case len(f.views) == 0:
		return found(check, Unknown, "noView", "who", strings.Join(f.failures, ", "))
	}
	var open, shut []view
	for _, v := range f.views {
		switch state, _, asked := v.stateOf(kind); {
		case asked && state == echo.Open:
			open = append(open, v)
		case asked:
			shut = append(shut, v)
		}
	}
	isIPv4 := func(v view) bool { return v.answer.Address.Is4() }
	switch {
	case len(open) > 0 && !slices.ContainsFunc(open, isIPv4) && slices.ContainsFunc(shut, isIPv4):
		return f.sayOutside(check, Warn, "onlyIPv6", kind, open[0])
	case len(open) > 0:
		return f.sayOutside(check, Pass, "open", kind, open[0])
	case len(shut) == 0:
		return found(check, Unknown, "untested")
	case !slices.ContainsFunc(shut, f.isWay):
		return f.sayOutside(check, Unknown, "otherAddress", kind, shut[0])
	}
	return f.sayOutside(check, Fail, "closed", kind, shut[slices.IndexFunc(shut, f.isWay)])
}

func (f *facts) sayOutside(check Check, state State, what string, kind echo.Kind, v view) Finding {
	_, port, _ := v.stateOf(kind)
	return found(check, state, what,
		"who", v.partner,
		"seen", v.answer.Address.String(),
		"address", netip.AddrPortFrom(v.answer.Address, port).String(),
		"port", strconv.Itoa(int(port)))
}

func (f *facts) judgeRelay() Finding {
	var good, bad, addresses []string
	add := func(words []string, word string) []string {
		if slices.Contains(words, word) {
			return words
		}
		return append(words, word)
	}
	for _, t := range f.relay {
		if t.err == nil {
			good = add(good, t.transport)
		}
	}
	for _, t := range f.relay {
		if t.err != nil && !slices.Contains(good, t.transport) {
			bad, addresses = add(bad, t.transport), add(addresses, t.address+" ("+t.transport+")")
		}
	}
	transports, where := strings.Join(good, ", "), strings.Join(addresses, ", ")
	switch {
	case len(f.relay) == 0:
		return found(CheckRelay, Unknown, "off")
	case len(good) == 0:
		return found(CheckRelay, Fail, "broken", "addresses", where)
	case len(bad) > 0:
		return found(CheckRelay, Warn, "partly", "transports", transports, "missing", strings.Join(bad, ", "), "addresses", where)
	}
	return found(CheckRelay, Pass, "ok", "transports", transports)
}

func (f *facts) judgeClock() Finding {
	if len(f.views) == 0 {
		return found(CheckClock, Unknown, "uncompared")
	}
	// The best of several is the one that was the shortest on its way.
	v := f.views[0]
	off := v.at.Sub(v.answer.Time)
	state, what := Pass, "ok"
	switch {
	case off.Abs() >= clockFail:
		state = Fail
	case off.Abs() >= clockWarn:
		state = Warn
	}
	if state == Pass {
		return found(CheckClock, Pass, what)
	}
	if what = "ahead"; off < 0 {
		what = "behind"
	}
	return found(CheckClock, state, what, "time", off.Abs().Round(time.Second).String())
}
