package app

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"takoshome/app/config"
	"takoshome/app/federation"
	"takoshome/app/reach/address"
	"takoshome/app/reach/doctor"
	"takoshome/app/reach/doctor/echo"
	"takoshome/app/reach/portmap"
)

// findings gives what was found by check, "state what".
func findings(r DoctorReport) map[doctor.Check]Finding {
	found := map[doctor.Check]Finding{}
	for _, f := range r.Findings {
		found[f.Check] = f
	}
	return found
}

func TestExamination(t *testing.T) {
	a := startApp(t, nil)
	if a.Snapshot().Doctor != nil {
		t.Error("there is a report before the first examination")
	}
	var partly []int
	report, err := a.Examine(t.Context(), DoctorWishes{}, func(r DoctorReport) { partly = append(partly, len(r.Findings)) })
	if err != nil {
		t.Fatal(err)
	}
	if report.Verdict != doctor.VerdictLocal || report.Running || len(report.Findings) != report.Total || len(partly) < 3 || partly[0] != 0 {
		t.Errorf("got %+v after %v findings", report, partly)
	}
	for check, key := range map[doctor.Check]string{
		doctor.CheckNetwork:     "doctor.network.home",
		doctor.CheckWeb:         "doctor.web.ok",
		doctor.CheckMedia:       "doctor.media.ok",
		doctor.CheckRelay:       "doctor.relay.ok",
		doctor.CheckCertificate: "doctor.certificate.plain",
		doctor.CheckOutside:     "doctor.outside.local",
	} {
		if got := findings(report)[check].Key; got != key {
			t.Errorf("got %s, want %s", got, key)
		}
	}
	if shown := a.Snapshot().Doctor; shown == nil || shown.Verdict != report.Verdict {
		t.Errorf("the snapshot has %+v", shown)
	}
	if n := a.running().sfu.Transports(); n != 0 {
		t.Errorf("%d transports are left", n)
	}
	do(t, a, StopHosting{})
	if _, err := a.Doctor(t.Context(), DoctorWishes{}); !errors.Is(err, ErrNotHosting) {
		t.Errorf("without a host: %v", err)
	}
	a.Send(RunDoctor{})
	waitFor(t, a, func(s *Snapshot) bool { return s.Notice != nil && s.Notice.Key == "notice.notHosting" })
}

// Those who ask at the same time get one examination.
func TestExaminationsAtOnce(t *testing.T) {
	a := startApp(t, nil)
	done, other := a.examined.begin()
	if done == nil || other != nil {
		t.Fatal("one runs already")
	}
	var asking sync.WaitGroup
	reports := make([]DoctorReport, 4)
	for i := range reports {
		asking.Go(func() {
			var err error
			if reports[i], err = a.Doctor(t.Context(), DoctorWishes{}); err != nil {
				t.Error(err)
			}
		})
	}
	a.examined.show(&DoctorReport{Seen: "the one that ran"})
	eventually(t, "all wait", func() bool {
		a.crew.mu.Lock()
		defer a.crew.mu.Unlock()
		return a.crew.running == len(reports)
	})
	done()
	asking.Wait()
	for _, r := range reports {
		if r.Seen != "the one that ran" {
			t.Errorf("got %+v", r)
		}
	}
}

func TestCloseBreaksAnExaminationOff(t *testing.T) {
	a := startApp(t, nil)
	_, _ = a.examined.begin() // it never ends
	failed := make(chan error, 1)
	go func() {
		_, err := a.Doctor(t.Context(), DoctorWishes{})
		failed <- err
	}()
	eventually(t, "it waits", func() bool {
		a.crew.mu.Lock()
		defer a.crew.mu.Unlock()
		return a.crew.running == 1
	})
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("it gave a report")
	}
}

// Friends' hosts are asked where the owner agrees, and try what they can reach.
func TestFriendsTry(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example")
	a := startNeighbour(t, ca, alice, func(c *Config) { c.Settings.Reach.AnswerEcho = true })
	b := startNeighbour(t, ca, bob, func(c *Config) { c.Settings.Reach.AnswerEcho = true })
	befriended(t, a, b)
	if list := a.partners(DoctorWishes{}); len(list) != 0 {
		t.Errorf("asked without being allowed: %v", list)
	}
	h := a.running()
	s, end := a.subject(h, DoctorWishes{AskFriends: true, Uplink: true})
	defer end()
	if len(s.Partners) != 1 || s.Partners[0].Name != "b.example" || s.Web.URL != "https://a.example" {
		t.Fatalf("got %+v", s.Partners)
	}
	// All of this test's internet is on this machine.
	s.IsLocal, s.Online, s.Interfaces = false, true, []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	s.Ports4 = []echo.Port{
		{Kind: echo.Web, Port: h.webAddr.Port(), TLS: true, Name: "a.example"},
		{Kind: echo.UDP, Port: s.Media.Listen.Port()},
		{Kind: echo.TCP, Port: s.Media.TCPPort},
	}
	report := doctor.Examine(t.Context(), s, doctor.Config{})
	for _, check := range []doctor.Check{doctor.CheckOutside, doctor.CheckOutsideUDP, doctor.CheckOutsideTCP} {
		if f := findings(report)[check]; f.State != doctor.Pass || f.Args["who"] != "b.example" {
			t.Errorf("got %+v", f)
		}
	}
	if f := findings(report)[doctor.CheckClock]; f.State != doctor.Pass || report.Seen != "127.0.0.1" || report.UplinkBps == 0 {
		t.Errorf("got %+v, seen at %s, %d bit/s", f, report.Seen, report.UplinkBps)
	}
	if len(report.Asked) != 1 {
		t.Errorf("asked %v", report.Asked)
	}
}

// With answer_echo = false nobody is tried, and one's own ports are proven all the same.
func TestEchoIsOff(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example")
	a := startNeighbour(t, ca, alice, nil) // tests have it off
	b := startNeighbour(t, ca, bob, func(c *Config) { c.Settings.Reach.AnswerEcho = true })
	ask := func(asker, answerer *App, base string) error {
		h := asker.running()
		token, end := h.prover.Begin()
		defer end()
		way := echo.NewAsker(echo.Partner{Base: base, Dial: asker.dial, Roots: asker.roots}, "tcp4")
		defer way.Close()
		answer, err := way.Ask(t.Context(), echo.Question{Token: token, Ports: []echo.Port{{Kind: echo.Web, Port: h.webAddr.Port(), TLS: true}}})
		if err == nil && answer.Results[0].State != echo.Open {
			t.Errorf("got %+v", answer)
		}
		return err
	}
	if err := ask(b.App, a.App, "https://a.example"); !errors.Is(err, echo.ErrNoEcho) {
		t.Errorf("got %v", err)
	}
	if err := ask(a.App, b.App, "https://b.example"); err != nil {
		t.Error(err)
	}
}

// What is found of a certificate is what the host shows, by real TLS.
func TestCertificatesThatAreShown(t *testing.T) {
	ca := neighbours(t, "a.example")
	for _, test := range []struct {
		name  string
		files func() (cert, key string)
		key   string
	}{
		{"good", func() (string, string) { return ca.files(t, "a.example") }, "doctor.certificate.ok"},
		{"wrong name", func() (string, string) { return ca.files(t, "b.example") }, "doctor.certificate.wrongName"},
		{"expired", func() (string, string) { return ca.filesUntil(t, "a.example", time.Now().Add(-time.Minute)) }, "doctor.certificate.expired"},
		{"of a stranger", func() (string, string) { return newAuthority(t).files(t, "a.example") }, "doctor.certificate.untrusted"},
		{"self-made", nil, "doctor.certificate.selfSigned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := startApp(t, func(c *Config) {
				c.Settings.PublicURL, c.Settings.TLS = "https://a.example", config.TLS{Mode: config.TLSSelfSigned}
				c.Settings.Federation.CAFile = ca.file
				if test.files != nil {
					c.Settings.TLS.Mode = config.TLSFiles
					c.Settings.TLS.Cert, c.Settings.TLS.Key = test.files()
				}
			})
			s, end := a.subject(a.running(), DoctorWishes{})
			defer end()
			// The name leads to nobody, so that what the host itself shows is judged.
			report := doctor.Examine(t.Context(), s, doctor.Config{Resolve: func(context.Context, string) ([]netip.Addr, error) { return nil, nil }})
			if got := findings(report)[doctor.CheckCertificate]; got.Key != test.key {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Name servers that answer nothing say nothing of the port.
func TestSilentNameServers(t *testing.T) {
	ca := neighbours(t, "a.example")
	a := startApp(t, func(c *Config) {
		c.Settings.PublicURL, c.Settings.TLS = "https://a.example", config.TLS{Mode: config.TLSFiles}
		c.Settings.TLS.Cert, c.Settings.TLS.Key = ca.files(t, "a.example")
	})
	s, end := a.subject(a.running(), DoctorWishes{})
	defer end()
	report := doctor.Examine(t.Context(), s, doctor.Config{Resolve: func(ctx context.Context, _ string) ([]netip.Addr, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	if got := findings(report)[doctor.CheckWeb]; got.State != doctor.Pass || report.Verdict == doctor.VerdictBroken {
		t.Errorf("got %+v, %s", got, report.Verdict)
	}
}

func TestPartnerOfTheSettings(t *testing.T) {
	a := startApp(t, func(c *Config) {
		c.Settings.Reach.Echo = "https://b.example"
		c.Settings.Federation.Hosts = map[string]netip.AddrPort{"b.example": netip.MustParseAddrPort("127.0.0.1:1")}
	})
	list := a.partners(DoctorWishes{AskFriends: true})
	if len(list) != 1 || !list[0].IsNamed || list[0].Name != "b.example" || list[0].Base != "https://b.example" || list[0].Dial == nil {
		t.Errorf("got %+v", list)
	}
}

func TestWhomAHostTries(t *testing.T) {
	h := &host{config: hostConfig{settings: config.Config{Federation: config.Federation{
		Hosts: map[string]netip.AddrPort{"b.example": netip.MustParseAddrPort("192.168.1.5:8443")},
	}}}}
	for addr, want := range map[string]bool{
		"198.41.0.4": true, "2620:fe::fe": true, "192.168.1.5": true, "192.168.1.6": false, "127.0.0.1": false,
		"100.64.0.1": false, "10.0.0.1": false, "::1": false, "fe80::1": false, "fd00::1": false, "169.254.169.254": false,
		"224.0.0.1": false, "0.0.0.0": false, "255.255.255.255": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"64:ff9b::c0a8:101": false, "::7f00:1": false, "240.0.0.1": false, "0.0.0.1": false,
	} {
		if got := h.mayTry(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

// The two lists differ in networks of documentation, and in nothing else.
func TestWhatIsPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"198.41.0.4": true, "::ffff:198.41.0.4": true, "2620:fe::fe": true, "64:ff9b::c629:4": true, "2002:c629:4::1": true,
		"0.0.0.1": false, "10.0.0.1": false, "100.64.0.1": false, "127.0.0.1": false, "169.254.1.1": false, "172.16.0.1": false,
		"192.0.0.2": false, "192.88.99.1": false, "192.168.1.5": false, "198.18.0.1": false, "198.19.255.255": false,
		"224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false, "::": false, "::1": false, "::7f00:1": false,
		"fe80::1": false, "fd00::1": false, "ff02::1": false, "2001::1": false, "64:ff9b::c0a8:101": false, "2002:7f00:1::": false,
		"64:ff9b:1::1": false, "4000::1": false,
	} {
		at := netip.MustParseAddr(addr)
		if address.IsPublic(at) != want || federation.IsPublic(at) != want {
			t.Errorf("%s: %v, %v", addr, address.IsPublic(at), federation.IsPublic(at))
		}
	}
	for _, addr := range []string{"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"} {
		at := netip.MustParseAddr(addr)
		if !address.IsPublic(at) || federation.IsPublic(at) {
			t.Errorf("%s: %v, %v", addr, address.IsPublic(at), federation.IsPublic(at))
		}
	}
	if address.IsPublic(netip.Addr{}) || !address.IsPublic(netip.MustParseAddr("2620:fe::fe%eth0")) {
		t.Error("no address is public, or one with a zone is not")
	}
}

// notLooking is an outside that knows no address.
func notLooking(t *testing.T) *outside {
	t.Helper()
	mapper, err := portmap.New(portmap.Config{Off: true})
	if err != nil {
		t.Fatal(err)
	}
	finder, err := address.New(address.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &outside{
		config: outsideConfig{settings: config.Default("/data"), open: knows(nil).open, domain: func() string { return "" }},
		mapper: mapper, finder: finder, changed: make(chan struct{}, 1),
	}
}

// Where friends are sent is nothing that one friend decides.
func TestHeed(t *testing.T) {
	open := func(address string, isSure bool) Finding {
		return Finding{Check: doctor.CheckOutside, State: doctor.Pass, IsSure: isSure, Args: map[string]string{"address": address}}
	}
	closed := func(isSure bool) Finding {
		return Finding{Check: doctor.CheckOutside, State: doctor.Fail, IsSure: isSure}
	}
	for _, test := range []struct {
		name  string
		found []Finding // one after the other
		known bool
		web   string
	}{
		{"a friend tells an address", []Finding{open("198.41.0.4:443", false)}, false, ""},
		{"whom the settings name does", []Finding{open("198.41.0.4:443", true)}, true, "198.41.0.4:443"},
		{"a friend tells another one then", []Finding{open("198.41.0.4:443", true), open("198.41.0.9:443", false)}, true, "198.41.0.4:443"},
		{"one friend did not get in", []Finding{closed(false)}, false, ""},
		{"one friend did not get in then", []Finding{open("198.41.0.4:443", true), closed(false)}, true, "198.41.0.4:443"},
		{"two did not", []Finding{open("198.41.0.4:443", true), closed(true)}, true, ""},
	} {
		h := &host{outside: notLooking(t)}
		for _, f := range test.found {
			(&App{}).heed(h, DoctorReport{Findings: []Finding{f}})
		}
		k := h.outside.knowledge()
		web := k.web()
		if k.proof.isKnown != test.known || textOf(web.IsValid(), web) != test.web {
			t.Errorf("%s: %+v, page at %v", test.name, k.proof, web)
		}
	}
}

func TestWebPortOutside(t *testing.T) {
	for page, want := range map[string]echo.Port{
		"https://home.example":       {Kind: echo.Web, Port: 443, TLS: true, Name: "home.example"},
		"http://home.example:81":     {Kind: echo.Web, Port: 81, Name: "home.example"},
		"https://home.example/calls": {Kind: echo.Web, Port: 443, TLS: true, Name: "home.example", Folder: "/calls"},
		"https://192.168.1.5:8443":   {Kind: echo.Web, Port: 9000, TLS: true},
		"https://[2620:fe::fe]:8443": {Kind: echo.Web, Port: 9000, TLS: true},
	} {
		if got := webPort(page, 9000); got != want {
			t.Errorf("%s: got %+v", page, got)
		}
	}
}
