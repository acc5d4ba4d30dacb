package cli

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"takoshome/app"
)

// printOutside tells of the way from the internet to the host.
func (s *session) printOutside(say func(key string, pairs ...string), o *app.Outside) {
	switch {
	case o.Online:
	case len(o.Interfaces) == 0:
		say("status.outside.offline")
	default:
		say("status.outside.noInternet")
	}
	if len(o.Public) > 0 {
		say("status.outside.public", "addresses", s.publicAddresses(o.Public))
	} else if o.Online {
		say("status.outside.noPublic")
	}
	s.printRouter(say, o.Router)
	if o.CGNATKnown && o.CGNAT {
		say("status.outside.cgnat")
	}
	if r := o.Relay; r != nil {
		say("status.relay", "people", strconv.Itoa(r.Peers), "allocations", strconv.Itoa(r.Allocations),
			"addresses", cmp.Or(strings.Join(r.URLs, ", "), nothing))
		say("status.relay.carried", "in", megabytes(r.BytesReceived), "out", megabytes(r.BytesSent),
			"refused", strconv.FormatUint(r.Forged+r.Limited+r.Full+r.Blocked, 10),
			"full", strconv.FormatUint(r.Full, 10), "blocked", strconv.FormatUint(r.Blocked, 10))
	} else {
		say("status.relay.off")
	}
	if n := o.Name; n != nil {
		say("status.name."+n.State, "name", plain(n.Hostname), "addresses", joined(n.Addrs), "problem", s.nameProblem(n.Problem))
	}
	for _, m := range o.Moved {
		say("status.moved", "use", s.words.say("status.use."+m.Use), "port", number(m.Wanted), "instead", number(m.Got))
	}
}

func (s *session) nameProblem(problem string) string {
	key := "dyndns.problem." + problem
	if _, ok := s.words[key]; !ok {
		return plain(problem)
	}
	return s.words.say(key)
}

func (s *session) publicAddresses(list []app.PublicAddress) string {
	texts := make([]string, 0, len(list))
	for _, p := range list {
		texts = append(texts, s.words.say("status.outside.source."+p.Source, "address", p.Addr.String()))
	}
	return strings.Join(texts, ", ")
}

func (s *session) printRouter(say func(key string, pairs ...string), r app.Router) {
	problem := s.words.say("status.router.problem." + cmp.Or(string(r.Problem), "none"))
	say("status.router."+string(r.State),
		"router", plain(cmp.Or(r.Model, addressOf(r.Address))), "method", methodName(string(r.Via)), "problem", problem)
	for _, m := range r.Mappings {
		use := s.words.say("status.use." + m.Use)
		key, until := "status.mapping", s.words.say("status.mapping.lasting")
		if !m.ExpiresAt.IsZero() {
			until = m.ExpiresAt.Local().Format(time.TimeOnly)
		}
		if !m.External.IsValid() {
			key = "status.mapping.none"
		}
		say(key, "proto", string(m.Proto), "use", use, "from", m.External.String(), "to", m.Internal.String(), "until", until,
			"problem", s.words.say("status.router.problem."+cmp.Or(string(m.Problem), "none")))
	}
}

func methodName(method string) string {
	names := map[string]string{"pcp": "PCP", "natpmp": "NAT-PMP", "upnp": "UPnP"}
	return cmp.Or(names[method], nothing)
}

func addressOf(a netip.Addr) string {
	if !a.IsValid() {
		return nothing
	}
	return a.String()
}

func joined(addrs []netip.Addr) string {
	texts := make([]string, 0, len(addrs))
	for _, a := range addrs {
		texts = append(texts, a.String())
	}
	return cmp.Or(strings.Join(texts, ", "), nothing)
}

func megabytes(bytes uint64) string {
	return strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64) + " MB"
}

func number(port uint16) string { return strconv.Itoa(int(port)) }
