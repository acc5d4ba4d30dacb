package app

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"takoshome/app/config"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/app/reach/address"
	"takoshome/app/reach/doctor"
	"takoshome/app/reach/doctor/echo"
	"takoshome/app/reach/portmap"
	"takoshome/sfu"
)

// doctorPeer is who the doctor is for the relay.
const doctorPeer = "doctor"

// subject describes a host to the doctor; end gives back what was made for that.
func (a *App) subject(h *host, wishes DoctorWishes) (s doctor.Subject, end func()) {
	settings := h.config.settings
	s = doctor.Subject{
		IsLocal:  h.outside == nil,
		Announce: settings.Announce,
		Told:     h.addrs(),
		Web:      doctor.Web{URL: a.mainURL(h), Listen: h.webAddr, IsTLS: h.tls != nil, Authority: h.authorityState(), Roots: a.roots},
		Media:    doctor.Media{Listen: unmapped(h.sfu.LocalAddr()), TCPPort: h.openPorts().mediaTCP, Open: h.openForChecks},
		Relay:    h.relayForDoctor(),
		Prover:   &h.prover,
		Partners: a.partners(wishes),
		Measure:  wishes.Uplink,
	}
	if o := h.outside.snapshot(); o != nil {
		s.Online, s.Interfaces, s.Router = o.Online, o.Interfaces, routerFor(o.Router)
		s.AsksStun = !o.StunOff
		for _, p := range o.Public {
			if p.Source != "settings" { // those are examined
				s.Public = append(s.Public, p.Addr)
			}
		}
		s.Ports4, s.Ports6 = h.portsOutside(s.Web.URL, o, false), h.portsOutside(s.Web.URL, o, true)
	}
	return s, func() {
		if h.relay != nil {
			h.relay.Revoke(doctorPeer)
		}
	}
}

// mainURL is what friends open: the name, where there is one.
func (a *App) mainURL(h *host) string {
	if domain := a.domain(); domain != "" && h.config.settings.PublicURL == "" {
		return "https://" + domain
	}
	return h.base()
}

// authorityState is how asking an authority for certificates goes, in one word: the
// first name is the one of links.
func (h *host) authorityState() string {
	if h.config.settings.TLS.Mode != config.TLSAcme {
		return ""
	}
	if states := h.certificateStates(); len(states) > 0 {
		return string(states[0].State)
	}
	return "noName"
}

// openForChecks makes a transport that answers ICE checks, of no call.
func (h *host) openForChecks() (credentials echo.ICE, end func(), err error) {
	router, err := h.sfu.NewRouter(sfu.RouterConfig{})
	if err != nil {
		return credentials, nil, err
	}
	transport, err := router.NewWebRtcTransport(sfu.WebRtcTransportConfig{Direction: sfu.DirectionSend})
	if err != nil {
		router.Close()
		return credentials, nil, err
	}
	p := transport.IceParameters()
	return echo.ICE{Ufrag: p.UsernameFragment, Pwd: p.Password}, router.Close, nil
}

// relayForDoctor are the relay's addresses as clients are told them.
func (h *host) relayForDoctor() (r doctor.Relay) {
	if h.relay == nil {
		return r
	}
	r.IsOn = true
	servers, err := h.relay.ICEServers(doctorPeer)
	if err != nil {
		h.config.log.Warn("the relay gives the doctor no credentials", "error", err)
	}
	for _, s := range servers {
		r.URLs = append(r.URLs, s.URLs...)
		r.Username, r.Password = s.Username, s.Credential
	}
	return r
}

func routerFor(r Router) doctor.Router {
	states := map[portmap.State]doctor.RouterState{
		portmap.Off:       doctor.RouterOff,
		portmap.Waiting:   doctor.RouterWaiting,
		portmap.Searching: doctor.RouterSearching,
		portmap.NoRouter:  doctor.RouterNone,
		portmap.Failed:    doctor.RouterFailed,
		portmap.Partly:    doctor.RouterPartly,
		portmap.Mapped:    doctor.RouterMapped,
	}
	out := doctor.Router{State: states[r.State], External: r.External, Problem: string(r.Problem)}
	for _, m := range r.Mappings {
		if word := fmt.Sprintf("%s %d", m.Proto, m.Internal.Port()); !m.External.IsValid() && !slices.Contains(out.Missing, word) {
			out.Missing = append(out.Missing, word)
		}
	}
	return out
}

// portsOutside are those that somebody outside is to try over one family.
func (h *host) portsOutside(page string, o *Outside, v6 bool) []echo.Port {
	isFamily := func(p PublicAddress) bool { return p.Addr.Is6() && address.IsPublic(p.Addr) }
	if v6 && !slices.ContainsFunc(o.Public, isFamily) {
		return nil
	}
	open := h.openPorts()
	mapped := func(proto portmap.Proto, internal uint16) uint16 {
		for _, m := range o.Router.Mappings {
			if m.Proto == proto && m.Internal.Port() == internal && m.Internal.Addr().Is6() == v6 && m.External.IsValid() {
				return m.External.Port()
			}
		}
		return internal
	}
	ports := []echo.Port{webPort(page, mapped(portmap.TCP, h.webAddr.Port()))}
	ports = append(ports, echo.Port{Kind: echo.UDP, Port: mapped(portmap.UDP, open.media.Port())})
	if open.mediaTCP != 0 {
		ports = append(ports, echo.Port{Kind: echo.TCP, Port: mapped(portmap.TCP, open.mediaTCP)})
	}
	return ports
}

// webPort is the page's port outside: the URL's, where that has a name.
func webPort(page string, port uint16) echo.Port {
	p := echo.Port{Kind: echo.Web, Port: port}
	u, err := url.Parse(page)
	if err != nil {
		return p
	}
	p.TLS, p.Folder = u.Scheme == "https", strings.TrimRight(u.Path, "/")
	if !isName(u.Hostname()) {
		return p
	}
	p.Name, p.Port = u.Hostname(), 80
	if p.TLS {
		p.Port = 443
	}
	if named, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		p.Port = uint16(named)
	}
	return p
}

// partners are those who may be asked to try from outside: whom the settings name,
// and friends' hosts where the owner agrees, in no order that burdens one.
func (a *App) partners(wishes DoctorWishes) []doctor.Partner {
	var list []doctor.Partner
	settings := a.config.Settings
	if base := settings.Reach.Echo; base != "" {
		p := doctor.Partner{Name: base.Host(), IsNamed: true, Partner: echo.Partner{Base: string(base), Roots: a.roots}}
		if _, named := settings.Federation.Hosts[base.Host()]; named {
			p.Dial = a.dial
		}
		list = append(list, p)
	}
	if !wishes.AskFriends || a.store == nil {
		return list
	}
	var domains []string
	for _, f := range a.record.get(a.store).friends {
		domain := f.ID.Domain()
		if f.State == identity.StateFriends && domain != a.domain() && !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	rand.Shuffle(len(domains), func(i, j int) { domains[i], domains[j] = domains[j], domains[i] })
	for _, domain := range domains {
		list = append(list, doctor.Partner{
			Name:    domain,
			Partner: echo.Partner{Base: "https://" + domain, Dial: a.dial, Roots: a.roots},
		})
	}
	return list
}

// mayTry says whose ports this host tries for them: those at public addresses, and
// at the ones that the settings name.
func (h *host) mayTry(addr netip.Addr) bool {
	for _, named := range h.config.settings.Federation.Hosts {
		if named.Addr().Unmap() == addr {
			return true
		}
	}
	return federation.IsPublic(addr)
}
