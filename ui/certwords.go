package ui

import (
	"strings"
	"time"

	"takoshome/app"
)

// States of a certificate and of a name that follows the address, as packages
// acme and dyndns have them.
const (
	certificateGood = "good"
	nameFailed      = "failed"
	nameStopped     = "stopped"
)

// certificateWords say what the kind of certificate means for friends, and how
// each name stands where an authority gives them.
func certificateWords(h *app.Host, now time.Time) string {
	switch h.TLS {
	case "off":
		return tr("settings.certificate.off")
	case "files":
		return tr("settings.certificate.files")
	case "acme":
	default:
		return tr("settings.certificate.selfSigned")
	}
	switch {
	case h.State != app.HostRunning:
		return tr("settings.certificate.acme")
	case len(h.Certificates) == 0:
		return tr("certificate.noName")
	}
	parts := make([]string, len(h.Certificates))
	for i, c := range h.Certificates {
		parts[i] = certificateState(c, now)
		if c.Problem != "" {
			parts[i] = inOne(parts[i], sentence("certificate.problem."+string(c.Problem), nil))
		}
	}
	return inOne(parts...)
}

// inOne sets sentences behind each other; Japanese has no space between them.
func inOne(sentences ...string) string {
	return strings.ReplaceAll(strings.Join(sentences, " "), "。 ", "。")
}

// certificateState says how one name stands with the authority.
func certificateState(c app.CertificateState, now time.Time) string {
	args := map[string]string{"name": c.Name, "until": none, "next": none}
	if !c.Until.IsZero() {
		args["until"] = moment(c.Until, now)
	}
	if !c.NextTry.IsZero() {
		args["next"] = moment(c.NextTry, now)
	}
	state := string(c.State)
	if state == certificateGood && c.Problem != "" {
		state = "renewal"
	}
	return sentence("certificate.state."+state, args)
}

// certificateDetail says which certificate of an authority is missing or cannot be
// renewed; nothing while all is well. What to do about it stands under settings.
func certificateDetail(h *app.Host, now time.Time) (detail, bool) {
	if len(h.Certificates) == 0 {
		return detail{"warn", tr("certificate.noName"), colorWarn}, true
	}
	for _, c := range h.Certificates {
		switch {
		case c.Problem != "":
			return detail{"warn", certificateState(c, now), colorWarn}, true
		case string(c.State) != certificateGood:
			return detail{"lock", certificateState(c, now), colorMuted}, true
		}
	}
	return detail{}, false
}

// followingName says how the name that follows the address fares, "" for none.
func followingName(s *app.Snapshot, now time.Time) string {
	if s.Host.Outside == nil || s.Host.Outside.Name == nil {
		return ""
	}
	n := s.Host.Outside.Name
	words := nameState(n, now)
	if n.Problem != "" && (n.State == nameFailed || n.State == nameStopped) {
		words = inOne(words, sentence("dyndns.problem."+n.Problem, nil))
	}
	return words
}

func nameState(n *app.NameState, now time.Time) string {
	args := map[string]string{"name": n.Hostname, "at": none, "next": none}
	if !n.UpdatedAt.IsZero() {
		args["at"] = moment(n.UpdatedAt, now)
	}
	if !n.NextTry.IsZero() {
		args["next"] = moment(n.NextTry, now)
	}
	return sentence("dyndns.state."+n.State, args)
}

// nameDetail says that the name which follows the address does not; nothing while
// all is well.
func nameDetail(s *app.Snapshot, now time.Time) (detail, bool) {
	if s.Host.Outside == nil || s.Host.Outside.Name == nil || s.Host.Outside.Name.Problem == "" {
		return detail{}, false
	}
	return detail{"warn", nameState(s.Host.Outside.Name, now), colorWarn}, true
}
