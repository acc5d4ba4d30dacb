package doctor

import (
	"fmt"
	"slices"
	"strconv"
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
	case f.IsLocal:
		return say(Pass, "local")
	case f.hasOwn4():
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

// portWords are the ports that a router would forward by hand, such as "TCP 443 → 8443"
// where it is another one here.
func (f *facts) portWords() string {
	ports := f.Ports4
	if len(ports) == 0 {
		ports = []echo.Port{
			{Kind: echo.Web, Port: f.Web.Listen.Port()}, {Kind: echo.UDP, Port: f.Media.Listen.Port()}, {Kind: echo.TCP, Port: f.Media.TCPPort},
		}
	}
	var words []string
	for _, p := range ports {
		proto := "TCP "
		if p.Kind == echo.UDP {
			proto = "UDP "
		}
		if word := proto + f.portWord(p.Kind, p.Port); p.Port != 0 && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// portWord is a port outside, and the one that it has to lead to. What a proxy on this
// machine serves leads to the proxy.
func (f *facts) portWord(kind echo.Kind, outside uint16) string {
	inside := f.Media.Listen.Port()
	switch kind {
	case echo.Web:
		if inside = f.Web.Listen.Port(); f.Web.Listen.Addr().IsLoopback() {
			inside = outside
		}
	case echo.TCP:
		inside = f.Media.TCPPort
	}
	if inside == outside {
		return strconv.Itoa(int(outside))
	}
	return fmt.Sprintf("%d → %d", outside, inside)
}

func (f *facts) judgeNAT() Finding {
	external, is6 := f.Router.External, len(f.public(true)) > 0
	var public []address.Public
	for _, addr := range f.public(false) {
		public = append(public, address.Public{Addr: addr, Source: address.FromSTUN})
	}
	cgnat, known := address.IsCGNAT(external, public)
	switch {
	case f.IsLocal:
		return found(CheckNAT, Pass, "local")
	case f.hasOwn4() || (known && !cgnat):
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
