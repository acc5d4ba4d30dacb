package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/reach/acme"
	"takoshome/app/reach/portmap"
)

// TestSettingsAreAskedFor taps every switch of the page.
func TestSettingsAreAskedFor(t *testing.T) {
	v := english(t)
	s := outside(portmap.Mapped, "")
	v.openSettings(s)
	p := v.shell.settings
	change := func(tap func()) app.Command {
		t.Helper()
		v.app.taken()
		tap()
		all := v.app.taken()
		if len(all) != 1 {
			t.Fatalf("the app was asked for %v", all)
		}
		return all[0]
	}
	if got := change(func() { test.Tap(p.start.autostart.check) }); got != (app.SetAutostart{Minimised: true}) {
		t.Errorf("got %+v", got)
	}
	p.start.minimised.choose(false, time.Now())
	if got := change(func() { test.Tap(p.start.autostart.check) }); got != (app.SetAutostart{On: true, Minimised: true}) {
		t.Errorf("got %+v", got)
	}
	if got := change(func() { test.Tap(p.start.minimised.check) }); got != (app.SetAutostart{On: true}) {
		t.Errorf("got %+v", got)
	}
	if got := change(func() { test.Tap(p.start.hosting.check) }).(app.ChangeSettings); got.Hosting == nil || *got.Hosting {
		t.Errorf("got %+v", got)
	}
	if got := change(func() { test.Tap(p.reach.router.check) }).(app.ChangeSettings); got.MapPorts == nil || *got.MapPorts || got.Relay != nil {
		t.Errorf("got %+v", got)
	}
	if got := change(func() { test.Tap(p.reach.relay.check) }).(app.ChangeSettings); got.Relay == nil || *got.Relay {
		t.Errorf("got %+v", got)
	}
	if got := change(func() { p.window.language.SetSelected("日本語") }).(app.ChangeSettings); got.Language == nil || *got.Language != "ja" {
		t.Errorf("got %+v", got)
	}
	bundle := change(func() { test.Tap(v.button(t, "Save a report for help")) }).(app.SaveBundle)
	if !strings.HasSuffix(bundle.Path, ".zip") {
		t.Errorf("the report goes to %q", bundle.Path)
	}
	test.Tap(v.button(t, "Change"))
	if v.shell.page != pagePeople || !v.shell.people.own.open {
		t.Error("the own name cannot be changed")
	}
}

// TestSettingsByKeyboard goes through the page with Tab: every switch is reached,
// and scrolls into sight.
func TestSettingsByKeyboard(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, fyne.NewSize(480, 600))
	v.openSettings(outside(portmap.Mapped, ""))
	p, canvas := v.shell.settings, v.window.Canvas()
	seen := map[fyne.Focusable]bool{}
	for range 40 {
		canvas.FocusNext()
		focused := canvas.Focused()
		seen[focused] = true
		object, ok := focused.(fyne.CanvasObject)
		if !ok || scrollAround(v.window.Content(), object) == nil {
			continue
		}
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(object).Y
		if top < 0 || top+object.Size().Height > 600 {
			t.Errorf("%T has the focus at %v, out of sight", focused, top)
		}
	}
	for name, want := range map[string]fyne.Focusable{
		"autostart": p.start.autostart.check, "router": p.reach.router.check, "relay": p.reach.relay.check,
		"name": p.window.rename, "language": p.window.language, "report": p.help.path,
	} {
		if !seen[want] {
			t.Errorf("Tab does not reach %s", name)
		}
	}
}

// TestSettingsThatWait offers to start hosting anew, and asks where that ends a
// call.
func TestSettingsThatWait(t *testing.T) {
	v := english(t)
	s := outside(portmap.Mapped, "")
	v.openSettings(s)
	if v.shell.settings.reach.restart.Visible() {
		t.Error("hosting need not start anew")
	}
	next := *s
	next.Settings.HostingDiffers, next.Settings.LanguageDiffers = true, true
	v.publish(&next)
	v.says(t, "From the next start of Takos Home.")
	test.Tap(v.button(t, "Start hosting anew"))
	v.asked(t, app.RestartHosting{})

	busy := next
	busy.Totals.People = 2
	v.publish(&busy)
	test.Tap(v.button(t, "Start hosting anew"))
	v.asked(t)
	v.says(t, "2 people are in a call. Starting anew ends it.")
	test.Tap(v.shell.bar.button)
	v.asked(t, app.RestartHosting{})
}

// TestSettingsThatCannotChange holds that nothing can be switched where there is
// no file, and no autostart where the system knows none.
func TestSettingsThatCannotChange(t *testing.T) {
	v := english(t)
	v.openSettings(hosting())
	p := v.shell.settings
	v.says(t, "no place for a settings file")
	for name, s := range map[string]*setting{
		"autostart": p.start.autostart, "minimised": p.start.minimised, "hosting": p.start.hosting, "router": p.reach.router, "relay": p.reach.relay,
	} {
		if !s.check.Disabled() {
			t.Errorf("%s can be switched", name)
		}
	}
	if !p.window.language.Disabled() {
		t.Error("the language can be chosen")
	}
}

// TestCertificateKinds says what each kind means.
func TestCertificateKinds(t *testing.T) {
	speak(t, "en")
	now := time.Now()
	for kind, want := range map[string]string{"off": "Off.", "files": "of your own", "acme": "renews itself", "self-signed": "ask once"} {
		if got := certificateWords(&app.Host{TLS: kind}, now); !strings.Contains(got, want) {
			t.Errorf("%s: %q", kind, got)
		}
	}
	for _, tt := range []struct {
		name  string
		state []app.CertificateState
		want  []string
		home  bool // home tells of it too
	}{
		{"no name", nil, []string{"no name"}, true},
		{"asking", []app.CertificateState{{Name: "home.example", State: acme.StateAsking}}, []string{"home.example", "asked for"}, true},
		{"good", []app.CertificateState{{Name: "home.example", State: acme.StateGood, Until: now}}, []string{"good until today"}, false},
		{"not renewed", []app.CertificateState{{Name: "home.example", State: acme.StateGood, Until: now, Problem: acme.ProblemCAA}}, []string{"not be renewed", "CAA"}, true},
		{"failed", []app.CertificateState{{Name: "home.example", State: acme.StateFailed, Problem: acme.ProblemDNS}}, []string{"There is no certificate", "leads nowhere"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			s := outside(portmap.Mapped, "")
			s.Host.TLS, s.Host.Certificates = "acme", tt.state
			v.openSettings(s)
			for _, want := range tt.want {
				if got := v.shell.settings.reach.certificate.text; !strings.Contains(got, want) {
					t.Errorf("%q does not say %q", got, want)
				}
			}
			if _, got := tlsDetail(&s.Host, now); got != tt.home {
				t.Errorf("home tells of it: %v", got)
			}
		})
	}
}

// TestFollowingName says how the name that follows the address fares.
func TestFollowingName(t *testing.T) {
	v := english(t)
	s := outside(portmap.Mapped, "")
	v.openSettings(s)
	if v.shell.settings.reach.nameBox.Visible() {
		t.Error("there is no such name")
	}
	for _, tt := range []struct {
		name app.NameState
		want []string
	}{
		{app.NameState{State: "waiting"}, []string{"home.example", "not told"}},
		{app.NameState{State: "current", UpdatedAt: time.Now()}, []string{"leads here", "today"}},
		{app.NameState{State: "failed", Problem: "unreachable", NextTry: time.Now()}, []string{"was not told", "cannot be reached"}},
		{app.NameState{State: "stopped", Problem: "denied"}, []string{"section dyndns", "password"}},
	} {
		next, o := *s, *s.Host.Outside
		tt.name.Hostname = "home.example"
		o.Name, next.Host.Outside = &tt.name, &o
		v.publish(&next)
		for _, want := range tt.want {
			v.says(t, want)
		}
		if _, got := nameDetail(&next, time.Now()); got != (tt.name.Problem != "") {
			t.Errorf("%s: home tells of it: %v", tt.name.State, got)
		}
	}
}
