package logfile

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// Removed stands where a secret was.
const Removed = "[removed]"

// named are names of what must not be read by others.
const named = `(?:[a-z0-9]+[_-])*(?:token|password|passwd|passphrase|secret|api[_-]?key|private[_-]?key|session[_-]?id|sessionid|credential|credentials|cookie|set-cookie|ice-?pwd|pwd|resume|hmac|signature|authorization)s?`

// shapes are how secrets stand in texts; what is in their last group goes. They are
// linear in the text's length, whatever the text is.
type shapes struct {
	key, login, header, scheme, pair, query, run *regexp.Regexp
	name                                         *regexp.Regexp
}

func newShapes() *shapes {
	return &shapes{
		key: regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)`),
		// https://user:password@host
		login: regexp.MustCompile(`(://)[^/\s"'@?#]+@`),
		// Cookie: a=b; c=d
		header: regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?["']?\s*[:=]\s*)[^\n]*`),
		// Bearer abc
		scheme: regexp.MustCompile(`(?i)\b(bearer|basic|digest|signature)(\s+)[^\s"',;]{6,}`),
		// password = "abc", "token":"abc", cookie: a=b; c=d
		pair: regexp.MustCompile(`(?i)\b(` + named + `)(\\?["']?\s*(?:=>|[:=])\s*)(\\?"(?:[^"\\]|\\[^"])*\\?"?|'[^']*'?|[^\s"',;&}\])]+)`),
		// ?token=abc, #t=abc, &i=abc
		query: regexp.MustCompile(`([?&#;](?:t|i|s|k|key|code|auth|access_token|resume|token|secret|nonce|pw|pass|sig)=)[^&#\s"'<>\\]+`),
		// What looks random, with what says before it that it is no secret.
		run:  regexp.MustCompile(`((?i:\bf=|fingerprint[^A-Za-z0-9]{1,4}|sha-?256[^A-Za-z0-9]{1,2}))?([A-Za-z0-9_+-]{20,}={0,2})`),
		name: regexp.MustCompile(`(?i)^` + named + `$`),
	}
}

// Cleaner takes secrets out of texts. It is safe for concurrent use.
type Cleaner struct{ shapes *shapes }

// NewCleaner makes a Cleaner.
func NewCleaner() *Cleaner { return &Cleaner{newShapes()} }

// Clean is text without secrets.
func (c *Cleaner) Clean(text string) string {
	s := c.shapes
	text = s.key.ReplaceAllString(text, Removed)
	text = s.login.ReplaceAllString(text, "${1}"+Removed+"@")
	text = s.header.ReplaceAllString(text, "${1}${2}"+Removed)
	text = s.scheme.ReplaceAllString(text, "${1}${2}"+Removed)
	text = s.pair.ReplaceAllString(text, "${1}${2}"+Removed)
	text = s.query.ReplaceAllString(text, "${1}"+Removed)
	return s.run.ReplaceAllStringFunc(text, func(run string) string {
		parts := s.run.FindStringSubmatch(run)
		if parts[1] != "" || !looksRandom(parts[2]) {
			return run
		}
		return Removed
	})
}

// IsSecret says whether what has such a name is a secret.
func (c *Cleaner) IsSecret(name string) bool { return c.shapes.name.MatchString(name) }

// looksRandom tells characters that a machine has drawn, in base64, base32 or
// hexadecimal digits, from words and from ids such as UUIDs, which open nothing.
func looksRandom(run string) bool {
	var upper, lower, digits, others, hex int
	for _, r := range run {
		switch {
		case r >= 'A' && r <= 'Z':
			upper++
		case r >= 'a' && r <= 'z':
			lower++
		case r >= '0' && r <= '9':
			digits++
		default:
			others++
		}
		if strings.ContainsRune("0123456789abcdef", r) {
			hex++
		}
	}
	switch {
	case upper > 0 && lower > 0:
		return true
	case upper > 0:
		return others == 0 // words in capitals are shorter, or have gaps
	}
	return hex == len(run) && digits > 0 && len(run) >= 32
}

// cleaner is for the handlers of this package: regular expressions do not change.
var cleaner = NewCleaner()

// cleanAttr is for slog.HandlerOptions.ReplaceAttr, which is asked for the message
// as well.
func cleanAttr(_ []string, a slog.Attr) slog.Attr {
	switch {
	case cleaner.IsSecret(a.Key):
		return slog.String(a.Key, Removed)
	case strings.EqualFold(a.Key, "fingerprint"):
		return a
	}
	switch value := a.Value.Resolve(); value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, cleaner.Clean(value.String()))
	case slog.KindAny:
		if _, isLevel := value.Any().(slog.Level); isLevel {
			return a
		}
		return slog.String(a.Key, cleaner.Clean(fmt.Sprint(value.Any())))
	}
	return a
}
