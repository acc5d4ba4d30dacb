package sound

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"takoshome/app/media"
)

const (
	// maxNameRunes bounds the name of a device, maxIDBytes its ID.
	maxNameRunes = 80
	maxIDBytes   = 512
)

// found is a device as its system describes it.
type found struct {
	id        string
	name      string
	isDefault bool
	handle    any
}

// cleanName makes the name that a device gives itself fit to be shown: one line
// without control characters and marks of direction, not too long.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			return -1
		case unicode.IsSpace(r) || unicode.IsControl(r) || !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Join(strings.Fields(name), " ")
	if runes := []rune(name); len(runes) > maxNameRunes {
		name = strings.TrimSpace(string(runes[:maxNameRunes-1])) + "…"
	}
	return name
}

// validID tells whether text can be an ID at all.
func validID(id string) bool {
	return len(id) <= maxIDBytes && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}

// isNoDevice tells of what PulseAudio and PipeWire list among devices but nobody
// can hear or speak into: monitors, which give what a speaker plays, and the
// stand-in of a computer without speakers.
func isNoDevice(id string) bool {
	return strings.HasSuffix(id, ".monitor") || id == "auto_null"
}

// describe gives devices names and makes these differ.
func describe(devices []found) []media.Device {
	described := make([]media.Device, 0, len(devices))
	seen := map[string]int{}
	for _, d := range devices {
		name := cleanName(d.name)
		if name == "" {
			name = cleanName(d.id)
		}
		seen[name]++
		if n := seen[name]; n > 1 {
			name = fmt.Sprintf("%s (%d)", name, n)
		}
		described = append(described, media.Device{ID: d.id, Name: name, Default: d.isDefault})
	}
	return described
}
