package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"takoshome/assets"
)

// loadWords makes Fyne know our translations and choose one by the person's
// locale. It may be called again after the locale has changed.
func loadWords() error {
	return lang.AddTranslationsFS(assets.Translations(), assets.TranslationsDir)
}

// tr returns the sentence of a key in the person's language. The rest are
// names and values that fill its places: tr("a.key", "port", "443").
func tr(key string, pairs ...string) string {
	return lang.X(key, key, fill(pairs))
}

// trCount is tr for a sentence that counts something; the number fills "count".
func trCount(key string, count int, pairs ...string) string {
	data := fill(pairs)
	data["count"] = groupDigits(uint64(max(count, 0)))
	return lang.XN(key, key, count, data)
}

// trArgs is tr with the places of a sentence in a map.
func trArgs(key string, args map[string]string) string {
	return lang.X(key, key, args)
}

// known says whether a key has a sentence.
func known(key string) bool {
	return lang.X(key, key) != key
}

func fill(pairs []string) map[string]string {
	data := make(map[string]string, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i]] = pairs[i+1]
	}
	return data
}

// shown makes a name that somebody else chose safe to draw in one line: no
// control characters, no direction overrides that would turn the words around
// it, no line breaks. Words from right to left end in a mark, so that what
// follows in a sentence stays where it belongs.
func shown(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), isDirectionControl(r):
			return -1
		default:
			return r
		}
	}, name))
	if last, _ := utf8.DecodeLastRuneInString(name); isRightToLeft(last) {
		name += leftToRightMark
	}
	return name
}

const leftToRightMark = "\u200e"

// isRightToLeft tells the scripts that people here are likely to use.
func isRightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana)
}

// isDirectionControl marks the embeddings, overrides and isolates of Unicode's
// bidirectional algorithm (UAX #9 section 2).
func isDirectionControl(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
