package ui

import (
	"math"
	"testing"
	"time"
)

func TestFigures(t *testing.T) {
	for _, tt := range []struct{ name, got, want string }{
		{"no digits to group", groupDigits(0), "0"},
		{"three digits", groupDigits(999), "999"},
		{"four digits", groupDigits(1000), "1,000"},
		{"seven digits", groupDigits(1234567), "1,234,567"},
		{"kilobits round", kbits(1499), "1"},
		{"kilobits round up", kbits(1_239_500), "1,240"},
		{"rate small", rate(0), "0 kbit/s"},
		{"rate below a megabit", rate(999_400), "999 kbit/s"},
		{"rate never says 1,000 kbit/s", rate(999_600), "1.00 Mbit/s"},
		{"rate large", rate(155_760_000), "155.76 Mbit/s"},
		{"kilobytes", dataSize(1500), "1.5 kB"},
		{"megabytes", dataSize(61_002_133), "61.0 MB"},
		{"gigabytes", dataSize(2_340_000_000), "2.34 GB"},
		{"no loss", percent(0), "0.0"},
		{"loss", percent(0.44), "0.4"},
		{"loss unknown", percent(-1), none},
		{"loss not a number", percent(math.NaN()), none},
		{"round trip unknown", millis(0), none},
		{"round trip short", millis(3.24), "3.2"},
		{"round trip long", millis(1234.6), "1,235"},
		{"resolution", size(1280, 720), "1280×720"},
		{"resolution unknown", size(0, 720), none},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestMoment(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 30, 0, 0, time.Local)
	for _, tt := range []struct {
		name, language string
		at             time.Time
		want           string
	}{
		{"today", "en", now.Add(time.Hour), "today 23:30"},
		{"tomorrow", "en", now.Add(2 * time.Hour), "tomorrow 00:30"},
		{"later", "en", now.Add(50 * time.Hour), "26 Nov 00:30"},
		{"earlier", "en", now.Add(-24 * time.Hour), "22 Nov 22:30"},
		{"today in Japanese", "ja", now.Add(time.Hour), "今日 23:30"},
		{"later in Japanese", "ja", now.Add(50 * time.Hour), "11月26日 00:30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			speak(t, tt.language)
			if got := moment(tt.at, now); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
