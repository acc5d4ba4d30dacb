package doctor

import (
	"fmt"
	"strings"

	"takoshome/app/reach/address"
	"takoshome/app/reach/doctor/echo"
)

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
