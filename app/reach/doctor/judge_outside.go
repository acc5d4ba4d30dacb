package doctor

import (
	"net/netip"
	"slices"
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

// isDistrusting says that somebody could have tried, with a certificate that is trusted.
func (f *facts) isDistrusting() bool { return len(f.views) == 0 && len(f.untrusted) > 0 }

func (f *facts) judgeOutside(check Check, kind echo.Kind) Finding {
	switch {
	case f.IsLocal:
		return found(check, Unknown, "local")
	case len(f.views) == 0 && len(f.failures) == 0:
		return found(check, Unknown, "untested")
	case len(f.views) == 0 && f.isInside:
		return found(check, Unknown, "inside", "who", strings.Join(f.failures, ", "))
	case f.isDistrusting():
		return found(check, Unknown, "untrusted", "who", strings.Join(f.untrusted, ", "))
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
	closed := f.sayOutside(check, Fail, "closed", kind, shut[slices.IndexFunc(shut, f.isWay)])
	closed.IsSure = f.isSurelyShut(shut)
	return closed
}

// isSurelyShut says that no family of addresses is shut by one friend's word alone.
func (f *facts) isSurelyShut(shut []view) bool {
	for _, v := range shut {
		isEnough := func(o view) bool {
			isSame := o.answer.Address.Is6() == v.answer.Address.Is6()
			return isSame && f.isWay(o) && (o.isNamed || o.partner != v.partner)
		}
		if f.isWay(v) && !slices.ContainsFunc(shut, isEnough) {
			return false
		}
	}
	return true
}

func (f *facts) sayOutside(check Check, state State, what string, kind echo.Kind, v view) Finding {
	_, port, _ := v.stateOf(kind)
	said := found(check, state, what,
		"who", v.partner,
		"seen", v.answer.Address.String(),
		"address", netip.AddrPortFrom(v.answer.Address, port).String(),
		"port", f.portWord(kind, port))
	said.IsSure = v.isNamed
	return said
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
	case len(f.relay) == 0 && f.IsLocal:
		return found(CheckRelay, Pass, "local")
	case len(f.relay) == 0 && f.Relay.IsOn:
		return found(CheckRelay, Unknown, "nowhere")
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
