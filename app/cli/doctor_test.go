package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"takoshome/app"
	"takoshome/app/config"
)

func badReport() *app.DoctorReport {
	outside := map[string]string{"who": "b.exam\x1bple", "address": "198.41.0.4:8443", "port": "8443", "seen": "198.41.0.4"}
	return &app.DoctorReport{
		Verdict: "closed", Worst: "fail", Total: 5,
		Findings: []app.Finding{
			{Check: "network", State: "pass", Key: "doctor.network.ok", Args: map[string]string{"address": "198.41.0.4"}},
			{Check: "router", State: "fail", Key: "doctor.router.closed", Args: map[string]string{"ports": "TCP 8443, UDP 8443"}},
			{Check: "outside", State: "fail", Key: "doctor.outside.closed", Args: outside},
			{Check: "outsideUDP", State: "unknown", Key: "doctor.outsideUDP.untested"},
			{Check: "outsideTCP", State: "unknown", Key: "doctor.outsideTCP.untested"},
			{Check: "certificate", State: "warn", Key: "doctor.certificate.selfSigned", Args: map[string]string{"days": "300"}},
		},
	}
}

func TestReportForPeople(t *testing.T) {
	for _, language := range []config.Language{config.LanguageEnglish, config.LanguageJapanese} {
		golden := filepath.Join("testdata", "doctor."+string(language)+".txt")
		t.Run(golden, func(t *testing.T) {
			var out bytes.Buffer
			s := &session{Config: Config{Stdout: &out}, words: load(t, language)}
			if err := s.printReport(badReport()); err != nil {
				t.Fatal(err)
			}
			wantGolden(t, golden, out.Bytes())
		})
	}
}

// Colours are of marks alone, and of all of them.
func TestColours(t *testing.T) {
	got := coloured("✓  a ✗ b\n   more\n✗  c\n?  d\n!  e ! f\n")
	want := "\x1b[32m✓\x1b[m  a ✗ b\n   more\n\x1b[31m✗\x1b[m  c\n\x1b[36m?\x1b[m  d\n\x1b[33m!\x1b[m  e ! f\n"
	if got != want {
		t.Errorf("got %q", got)
	}
}

// Every verdict and every kind of finding can be said.
func TestVerdictsCanBeSaid(t *testing.T) {
	for _, language := range []config.Language{config.LanguageEnglish, config.LanguageJapanese} {
		for _, verdict := range []string{"open", "partly", "closed", "untested", "home", "local", "offline", "broken"} {
			if key := "doctor.verdict." + verdict; load(t, language)[key] == "" {
				t.Errorf("%s lacks %s", language, key)
			}
		}
	}
}

func TestDoctorFlags(t *testing.T) {
	freshHome(t)
	if got := call(t, nil, "doctor", "--friend"); got.status != exitUsage || !strings.Contains(got.stderr, "--friend") {
		t.Errorf("got %+v", got)
	}
}
