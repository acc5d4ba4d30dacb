package doctor

import (
	"net/netip"
	"slices"
	"strconv"

	"takoshome/app/reach/address"
	"takoshome/app/reach/doctor/echo"
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
		return f.judgeFound()
	}
	var wrong, unsure []netip.Addr
	for _, addr := range f.Announce {
		switch {
		case f.isOwn(addr):
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

// judgeFound is for addresses that were found and not named. Those of this computer
// alone are in no network.
func (f *facts) judgeFound() Finding {
	told := list(slices.DeleteFunc(slices.Clone(f.Told), func(a netip.Addr) bool { return !f.IsLocal && a.IsLoopback() }))
	switch {
	case told == "":
		return found(CheckAnnounce, Warn, "computer")
	case !f.IsLocal && !slices.ContainsFunc(f.Told, address.IsPublic):
		return found(CheckAnnounce, Warn, "home", "addresses", told)
	}
	return found(CheckAnnounce, Pass, "auto", "addresses", told)
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
	case f.tcp != nil && f.Media.TCPPort == 0: // it could not be listened on
		return found(CheckMedia, Warn, "takenTCP")
	case f.tcp != nil:
		return found(CheckMedia, Warn, "noTCP", "port", tcpPort)
	}
	return found(CheckMedia, Pass, "ok")
}
