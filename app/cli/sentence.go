package cli

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/app/loadtest"
	"takoshome/app/reach"
)

// sentence is what a person is told about an error: what is wrong, and what to
// do about it.
func (s *session) sentence(err error) string {
	usage, settings, refusal := (usageError{}), (*config.FileError)(nil), (*control.Refusal)(nil)
	listen, folder := (*app.ListenError)(nil), (*app.DataDirError)(nil)
	who, nobody, authority := (*whoError)(nil), (*nobodyCameError)(nil), (*app.AuthorityError)(nil)
	authorities := (*app.AcmeError)(nil)
	switch {
	case errors.As(err, &usage):
		return s.words.say("error.usage", "reason", s.usageReason(usage), "command", commandOf(usage))
	case errors.As(err, &settings):
		return s.words.say("error.settings", "place", placeOf(settings), "reason", s.words.causeWithPath(settings.Err))
	case errors.As(err, &listen):
		return s.listenSentence(listen)
	case errors.As(err, &folder):
		return s.words.say("error.dataDir", "path", folder.Path, "reason", s.words.cause(folder.Err))
	case errors.As(err, &authority):
		return s.words.say("error.authority", "path", plain(authority.Path), "reason", s.words.cause(authority.Err))
	case errors.As(err, &authorities):
		return s.words.say("error.acme", "reason", strings.TrimPrefix(authorities.Error(), "certificates cannot be asked for: "))
	case errors.Is(err, reach.ErrCertificate):
		return s.words.say("error.certificate", "reason", s.words.causeWithPath(err))
	case errors.Is(err, control.ErrNoWindow):
		return s.words.say("error.runningWithoutWindow", "path", s.dataDir)
	case errors.Is(err, control.ErrRunning):
		return s.words.say("error.running", "path", s.dataDir)
	case errors.Is(err, control.ErrNotRunning):
		return s.words.say("error.notRunning", "path", s.dataDir)
	case s.NoDisplay != nil && errors.Is(err, s.NoDisplay):
		return s.words.say("error.noDisplay")
	case errors.As(err, &refusal):
		return s.refusalSentence(refusal)
	case errors.As(err, &who):
		return s.whoSentence(who)
	case errors.As(err, &nobody):
		return s.words.say("over."+nobody.call.State, "who", plain(nobody.who))
	}
	report, start := (*app.BundleError)(nil), (*app.AutostartError)(nil)
	switch {
	case errors.As(err, &report) && errors.Is(err, app.ErrBundleExists):
		return s.words.say("error.bundleExists", "path", plain(report.Path))
	case errors.As(err, &report):
		return s.words.say("error.bundle", "path", plain(report.Path), "reason", s.words.cause(report.Err))
	case errors.Is(err, app.ErrNoAutostart):
		return s.words.say("error.noAutostart")
	case errors.As(err, &start):
		return s.words.say("error.autostart", "reason", s.words.cause(start.Err))
	}
	if broken := (*brokenError)(nil); errors.As(err, &broken) {
		return s.brokenSentence(broken)
	}
	return s.ownSentence(err)
}

func (s *session) brokenSentence(e *brokenError) string {
	key := "identity.problem." + strings.TrimPrefix(e.problem, "notice.")
	if _, ok := s.words[key]; !ok {
		key = "error.identityBroken"
	}
	return s.words.say(key, "path", plain(e.args["path"]), "reason", plain(e.args["reason"]))
}

// ownSentence is about what only the command itself can find wrong.
func (s *session) ownSentence(err error) string {
	for _, known := range []struct {
		err error
		key string
	}{
		{errNoWindow, "error.noWindowBuild"},
		{errNobodyRings, "error.nobodyRings"},
		{loadtest.ErrLink, "error.loadtestLink"},
		{loadtest.ErrUnreachable, "error.loadtestUnreachable"},
		{loadtest.ErrRefused, "error.loadtestRefused"},
		{loadtest.ErrNoMedia, "error.loadtestNoMedia"},
		{loadtest.ErrHost, "error.loadtestHost"},
		{errNotConfirmed, "error.notConfirmed"},
		{errDifferent, "error.differentPasswords"},
		{errNoPassword, "error.noPassword"},
		{errNoWayIntoCall, "error.noWay"},
	} {
		if errors.Is(err, known.err) {
			return s.words.say(known.key)
		}
	}
	return s.words.say("error.other", "reason", err.Error())
}

func (s *session) whoSentence(e *whoError) string {
	found := plain(strings.Join(e.found, ", "))
	switch {
	case len(e.found) == 0:
		return s.words.say("error.nobody."+e.kind, "name", plain(e.name))
	case e.kind == "caller":
		return s.words.say("error.severalCalls", "list", found)
	}
	return s.words.say("error.several", "name", plain(e.name), "list", found)
}

func placeOf(e *config.FileError) string {
	place := e.Path
	if e.Line > 0 {
		place += ":" + strconv.Itoa(e.Line)
	}
	if e.Key != "" {
		place += ": " + e.Key
	}
	return place
}

// commandOf is what to ask for help: the command, as far as it was understood.
func commandOf(err usageError) string {
	wrong := (*kong.ParseError)(nil)
	if errors.As(err, &wrong) && wrong.Context != nil {
		if command := wrong.Context.Selected(); command != nil && command.Name != "window" {
			return command.FullPath()
		}
	}
	return "takoshome"
}

// usageReason puts a value's reason into the person's language; the rest is
// Kong's own English.
func (s *session) usageReason(err usageError) string {
	for _, known := range []error{
		config.ErrListen, config.ErrIP, config.ErrTLS, config.ErrDuration, config.ErrUses,
		config.ErrDomain, config.ErrName, config.ErrPeer,
	} {
		if errors.Is(err, known) {
			text, reason := err.Error(), known.Error()
			return text[:len(text)-len(reason)] + s.words.reason(known)
		}
	}
	return s.words.reason(err.error)
}

func (s *session) listenSentence(e *app.ListenError) string {
	flag := "--http"
	switch {
	case e.Setting != "":
		flag = e.Setting
	case e.Network == "udp":
		flag = "--rtc"
	}
	if e.IsTaken() {
		return s.words.say("error.portTaken",
			"port", strconv.Itoa(int(e.Addr.Port())), "network", e.Network, "flag", flag)
	}
	if e.IsForbidden() {
		return s.words.say("error.portForbidden", "port", strconv.Itoa(int(e.Addr.Port())), "network", e.Network, "flag", flag)
	}
	if e.IsElsewhere() {
		return s.words.say("error.noAddress", "addr", e.Addr.Addr().String(), "flag", flag)
	}
	return s.words.say("error.listen",
		"addr", e.Addr.String(), "network", e.Network, "reason", s.words.cause(e.Err), "flag", flag)
}

func (s *session) refusalSentence(r *control.Refusal) string {
	key := "error." + r.Code
	if _, ok := s.words[key]; !ok || r.Code == "" {
		return s.words.say("error.other", "reason", plain(r.Message))
	}
	return s.words.say(key,
		"domain", cmp.Or(plain(r.Args["domain"]), s.words.say("error.theServer")),
		"path", plain(r.Args["path"]),
		"reason", s.words.reasonText(plain(r.Args["reason"])))
}
