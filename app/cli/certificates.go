package cli

import (
	"time"

	"takoshome/app"
	"takoshome/app/config"
)

// printCertificates tells how the names stand with the authority.
func (s *session) printCertificates(say func(key string, pairs ...string), host app.Host) {
	if host.TLS != string(config.TLSAcme) || host.State != app.HostRunning {
		return
	}
	if len(host.Certificates) == 0 {
		say("certificate.noName")
	}
	for _, c := range host.Certificates {
		key := "certificate." + string(c.State)
		if c.State == "good" && c.Problem != "" {
			key = "certificate.renewal"
		}
		say(key, "name", plain(c.Name), "until", c.Until.Local().Format(time.DateOnly),
			"problem", s.certificateProblem(string(c.Problem)), "next", c.NextTry.Local().Format(time.DateTime))
		if c.Detail != "" {
			say("certificate.detail", "detail", plain(c.Detail))
		}
	}
}

func (s *session) certificateProblem(problem string) string {
	key := "certificate.problem." + problem
	if _, ok := s.words[key]; !ok {
		return ""
	}
	return s.words.say(key)
}
