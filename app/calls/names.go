package calls

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxNameRunes   = 40
	maxRoomRunes   = 100
	maxLocalBytes  = 64
	maxDomainBytes = 253 + len(":65535") // RFC 1035 section 2.3.4, and a port
)

// GuestName brings a name typed by a guest into the one form it is kept in, or
// refuses it: in Unicode's NFC, trimmed, spaces of any kind and number as one,
// nothing invisible or turning the text's direction, and no @ in any width, so
// that no guest passes for alice@a.example.
func GuestName(typed string) (string, error) {
	name, ok := visibleText(typed, maxNameRunes)
	if !ok || strings.Contains(norm.NFKC.String(name), "@") {
		return "", ErrGuestName
	}
	return name, nil
}

// roomName is GuestName's rule for rooms, which may have an @ in their names.
func roomName(typed string) (string, error) {
	name, ok := visibleText(typed, maxRoomRunes)
	if !ok {
		return "", ErrRoom
	}
	return name, nil
}

// userName takes a takos ID or a guest's name.
func userName(typed string) (string, error) {
	local, domain, isID := strings.Cut(typed, "@")
	if !isID {
		name, err := GuestName(typed)
		if err != nil {
			return "", ErrUser
		}
		return name, nil
	}
	if !isWord(local, "_.-", maxLocalBytes) || !isWord(domain, ".-:[]", maxDomainBytes) {
		return "", ErrUser
	}
	return local + "@" + strings.ToLower(domain), nil
}

func visibleText(typed string, maxRunes int) (string, bool) {
	if !utf8.ValidString(typed) || len(typed) > maxRunes*utf8.UTFMax*4 {
		return "", false
	}
	text := strings.Join(strings.Fields(norm.NFC.String(typed)), " ")
	seen := false
	for _, r := range text {
		if !unicode.IsPrint(r) && !isJoiner(r) {
			return "", false
		}
		seen = seen || isSeen(r)
	}
	return text, seen && utf8.RuneCountInString(text) <= maxRunes
}

// isJoiner reports the two invisible characters that belong inside words and
// emoji of several parts.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// isSeen reports what is more than a mark, a space or one of the letters and
// symbols that Unicode draws as nothing.
func isSeen(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800':
		return false
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
}

func isWord(s, others string, maxBytes int) bool {
	if s == "" || len(s) > maxBytes {
		return false
	}
	for _, c := range []byte(s) {
		isLetter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !isLetter && !strings.ContainsRune(others, rune(c)) {
			return false
		}
	}
	return true
}

// nameKey is the same for names that people would take for one.
func nameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if isJoiner(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(name))
}

// distinct appends " 2", " 3" … where the name is taken, shortening it to keep
// within the limit.
func distinct(name string, taken map[string]bool) string {
	candidate := name
	for n := 2; taken[nameKey(candidate)]; n++ {
		suffix := fmt.Sprintf(" %d", n)
		candidate = strings.TrimSpace(firstRunes(name, maxNameRunes-len(suffix))) + suffix
	}
	return candidate
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
