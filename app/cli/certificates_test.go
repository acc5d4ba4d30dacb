package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/config"
)

func TestStatusOfCertificates(t *testing.T) {
	until := time.Date(2027, 2, 1, 12, 0, 0, 0, time.Local)
	tests := []struct {
		name         string
		certificates []app.CertificateState
		want         string
	}{
		{"none", nil, "there is no name to ask for"},
		{"good", []app.CertificateState{{Name: "home.test", State: "good", Until: until}}, "home.test: good until 2027-02-01\n"},
		{"asking", []app.CertificateState{{Name: "home.test", State: "asking"}}, "being asked for"},
		{"failed", []app.CertificateState{{
			Name: "home.test", State: "failed", Problem: "unreachable", Detail: "10.0.0.1: \x1bConnection refused", NextTry: until,
		}}, "forward TCP port 443"},
		{"renewal", []app.CertificateState{{Name: "home.test", State: "good", Until: until, Problem: "server", NextTry: until}}, "could not be renewed"},
	}
	for _, test := range tests {
		for _, language := range []config.Language{config.LanguageEnglish, config.LanguageJapanese} {
			var out bytes.Buffer
			s := &session{Config: Config{Stdout: &out}, words: load(t, language)}
			snapshot := &app.Snapshot{Host: app.Host{State: app.HostRunning, TLS: "acme", Certificates: test.certificates}}
			if err := s.printStatus(snapshot); err != nil {
				t.Fatal(err)
			}
			got := out.String()
			if language == config.LanguageEnglish && !strings.Contains(got, test.want) {
				t.Errorf("%s: got %s", test.name, got)
			}
			if strings.Contains(got, "certificate.") || strings.ContainsRune(got, '\x1b') || strings.Contains(got, "{{") {
				t.Errorf("%s: got %s", test.name, got)
			}
		}
	}
}
