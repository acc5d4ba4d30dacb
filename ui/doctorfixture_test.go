package ui

import (
	"net/netip"
	"time"

	"takoshome/app"
	"takoshome/app/reach/doctor"
	"takoshome/app/reach/portmap"
)

const settingsFile = "/home/alice/.config/takoshome/config.toml"

// outside is a host behind a router at home that was asked to let friends in.
func outside(state portmap.State, problem portmap.Problem) *app.Snapshot {
	s := settled(hosting())
	s.Host.HTTP, s.Host.Announced = "https://home.example:8443", []string{"203.0.113.7", "192.168.1.20"}
	o := &app.Outside{Online: true, NAT: "cone", CGNATKnown: true, ChangedAt: time.Now().Add(-time.Hour), Relay: &app.RelayState{}}
	o.Public = []app.PublicAddress{{Addr: netip.MustParseAddr("203.0.113.7"), Source: "stun"}}
	o.Router = app.Router{State: state, Problem: problem}
	if state == portmap.Mapped || state == portmap.Partly {
		o.Router.Via, o.Router.External = portmap.UPnP, netip.MustParseAddr("203.0.113.7")
		for _, proto := range []portmap.Proto{portmap.UDP, portmap.TCP} {
			o.Router.Mappings = append(o.Router.Mappings, app.RouterMapping{Proto: proto, Use: "web", External: netip.MustParseAddrPort("203.0.113.7:8443")})
		}
	}
	s.Host.Outside = o
	return s
}

// settled gives a snapshot settings that can be changed.
func settled(s *app.Snapshot) *app.Snapshot {
	s.Settings = app.Settings{
		File: settingsFile, Hosting: true, MapPorts: true, Relay: true, Language: "auto",
		Autostart: app.Autostart{Possible: true, On: true, Minimised: true},
	}
	s.Identity = app.Identity{State: app.IdentityReady, Name: "alice", Domain: "home.example", ID: "alice@home.example"}
	return s
}

// finding is a check with a key and pairs of arguments.
func finding(check doctor.Check, state doctor.State, what string, pairs ...string) app.Finding {
	return app.Finding{Check: check, State: state, Key: "doctor." + string(check) + "." + what, Args: fill(pairs)}
}

// examination is a report with a verdict that was just made.
func examination(verdict doctor.Verdict, findings ...app.Finding) *app.DoctorReport {
	return &app.DoctorReport{At: time.Now().Add(-time.Minute), Total: 14, Verdict: verdict, Findings: findings}
}

// healthy is what a doctor finds where a friend got in.
func healthy() *app.DoctorReport {
	r := examination(doctor.VerdictOpen,
		finding(doctor.CheckNetwork, doctor.Pass, "ok", "address", "203.0.113.7"),
		finding(doctor.CheckName, doctor.Pass, "ok", "name", "home.example", "addresses", "203.0.113.7"),
		finding(doctor.CheckAnnounce, doctor.Pass, "auto", "addresses", "203.0.113.7, 192.168.1.20"),
		finding(doctor.CheckWeb, doctor.Pass, "ok", "url", "https://home.example:8443"),
		finding(doctor.CheckMedia, doctor.Pass, "ok"),
		finding(doctor.CheckRouter, doctor.Pass, "open"),
		finding(doctor.CheckNAT, doctor.Pass, "none"),
		finding(doctor.CheckOutside, doctor.Pass, "open", "who", "hanako.example", "address", "203.0.113.7:8443"),
		finding(doctor.CheckOutsideUDP, doctor.Pass, "open", "who", "hanako.example", "address", "203.0.113.7:8443"),
		finding(doctor.CheckOutsideTCP, doctor.Pass, "open", "who", "hanako.example", "address", "203.0.113.7:8443"),
		finding(doctor.CheckRelay, doctor.Pass, "ok", "transports", "UDP, TCP, TLS"),
		finding(doctor.CheckCertificate, doctor.Warn, "selfSigned", "days", "364"),
		finding(doctor.CheckClock, doctor.Pass, "ok"),
		finding(doctor.CheckUplink, doctor.Pass, "ok", "mbit", "18.4", "people", "5"))
	r.Asked, r.Seen, r.UplinkBps, r.UplinkPeople = []string{"hanako.example"}, "203.0.113.7", 18_400_000, 5
	return r
}

// ailing is what a doctor finds behind a provider's router.
func ailing() *app.DoctorReport {
	r := healthy()
	r.Verdict, r.Asked, r.UplinkBps = doctor.VerdictHome, nil, 0
	for i, f := range []app.Finding{
		finding(doctor.CheckRouter, doctor.Fail, "refused", "ports", "UDP 8443, TCP 8443"),
		finding(doctor.CheckNAT, doctor.Fail, "provider", "external", "100.64.12.7", "public", "203.0.113.7"),
		finding(doctor.CheckOutside, doctor.Unknown, "untested"),
		finding(doctor.CheckOutsideUDP, doctor.Unknown, "untested"),
		finding(doctor.CheckOutsideTCP, doctor.Unknown, "untested"),
	} {
		r.Findings[5+i] = f
	}
	r.Findings[13] = finding(doctor.CheckUplink, doctor.Unknown, "unmeasured")
	return r
}

func (v *view) openDoctor(s *app.Snapshot) { v.publish(s); v.shell.open(pageDoctor); v.redraw() }

func (v *view) openSettings(s *app.Snapshot) { v.publish(s); v.shell.open(pageSettings); v.redraw() }

// reachScenes are the pages Doctor and Settings, and what home says of the way
// outside.
func reachScenes() map[string]func(*view) {
	examinedBy := func(r *app.DoctorReport) *app.Snapshot {
		s := outside(portmap.Mapped, "")
		s.Doctor = r
		return s
	}
	return map[string]func(*view){
		"doctor":         func(v *view) { v.openDoctor(examinedBy(healthy())) }, // of the documentation
		"doctor-new":     func(v *view) { v.openDoctor(outside(portmap.Mapped, "")) },
		"doctor-stopped": func(v *view) { v.openDoctor(settled(stopped())) },
		"doctor-running": func(v *view) {
			r := healthy()
			r.Running, r.Verdict, r.Findings = true, "", r.Findings[:4]
			v.openDoctor(examinedBy(r))
		},
		"doctor-home": func(v *view) {
			s := outside(portmap.Failed, portmap.ProblemRefused)
			s.Doctor = ailing()
			v.openDoctor(s)
			v.unfold(0)
			v.unfold(0)
		},
		"doctor-untested": func(v *view) {
			r := healthy()
			r.Verdict, r.Asked = doctor.VerdictUntested, nil
			v.openDoctor(examinedBy(r))
		},
		"home-certificate": func(v *view) {
			s := outside(portmap.Mapped, "")
			s.Host.TLS, s.Host.Certificates = "acme", []app.CertificateState{{Name: "home.example", State: "failed", Problem: "unreachable", NextTry: time.Now().Add(time.Hour)}}
			s.Host.Outside.Name = &app.NameState{Hostname: "home.example", State: "failed", Problem: "unreachable", NextTry: time.Now().Add(time.Hour)}
			v.publish(s)
		},
		"settings-certificate": func(v *view) {
			s := outside(portmap.Mapped, "")
			s.Host.TLS, s.Host.Certificates = "acme", []app.CertificateState{{Name: "home.example", State: "good", Until: time.Now().Add(1000 * time.Hour)}}
			s.Host.Outside.Name = &app.NameState{Hostname: "home.example", State: "current", UpdatedAt: time.Now()}
			v.openSettings(s)
		},
		"doctor-focus": func(v *view) {
			v.openDoctor(examinedBy(healthy()))
			v.window.Canvas().Focus(v.shell.doctor.list.rows[string(doctor.CheckCertificate)].fold.button)
		},
		"settings": func(v *view) { v.openSettings(outside(portmap.Mapped, "")) }, // of the documentation
		"settings-differs": func(v *view) {
			s := outside(portmap.Off, "")
			s.Settings.MapPorts, s.Settings.HostingDiffers, s.Settings.Language, s.Settings.LanguageDiffers = false, true, "ja", true
			v.openSettings(s)
		},
		"settings-fixed": func(v *view) { v.openSettings(hosting()) },
		"settings-ask": func(v *view) {
			s := call(4)
			settled(s).Settings.HostingDiffers = true
			v.openSettings(s)
			v.askRestart()
		},
		"home-call": func(v *view) { // of the documentation
			s := call(4)
			s.Invitations, s.Host.Outside, s.Doctor = invitations(3), outside(portmap.Mapped, "").Host.Outside, healthy()
			v.publish(s)
		},
		"settings-below": func(v *view) { v.openSettings(outside(portmap.Mapped, "")); v.shell.settings.object.ScrollToBottom() },
		"home-tested":    func(v *view) { v.publish(examinedBy(healthy())) },
		"home-mapped":    func(v *view) { v.publish(outside(portmap.Mapped, "")) },
		"home-refused":   func(v *view) { v.publish(outside(portmap.Failed, portmap.ProblemRefused)) },
		"home-cgnat": func(v *view) {
			s := outside(portmap.Mapped, "")
			s.Host.Outside.CGNAT = true
			v.publish(s)
		},
		"home-offline": func(v *view) {
			s := outside(portmap.Waiting, "")
			s.Host.Outside.Online = false
			v.publish(s)
		},
		"panel-way": func(v *view) {
			s := call(4)
			s.Host.Outside, s.Doctor = outside(portmap.Mapped, "").Host.Outside, healthy()
			s.Rooms[0].Peers[1].Transports[0].Protocol = "relay"
			s.Rooms[0].Peers[3].Unstable = true
			v.openPanel(s)
		},
	}
}
