package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func useLook(t *testing.T) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(newLook())
}

func bodyWidth(text string) float32 {
	return fyne.MeasureText(text, textBody, fyne.TextStyle{}).Width
}

func TestWrap(t *testing.T) {
	useLook(t)
	for _, tt := range []struct {
		name, text, width string // as wide as this text
		want              []string
	}{
		{"one line", "Start hosting", "Start hosting", []string{"Start hosting"}},
		{"between words", "Friends can reach you", "Friends can re", []string{"Friends can", "reach you"}},
		{"Japanese anywhere", "友だちを招待する", "友だちを招", []string{"友だちを招", "待する"}},
		{"no full stop first", "友だちを招待。", "友だちを招待", []string{"友だちを招", "待。"}},
		{"no small kana first", "ああッと", "ああ", []string{"あ", "あッ", "と"}},
		{"a bracket stays with its word", "開く（今）", "開く（", []string{"開く", "（今）"}},
		{"nothing", "", "x", []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := wrap(tt.text, bodyWidth(tt.width)+1, textBody, fyne.TextStyle{})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestWrapKeepsText holds that no width loses a character or lets a line stick
// out, except where not even one character fits.
func TestWrapKeepsText(t *testing.T) {
	useLook(t)
	texts := append(names(), "https://home.example:8443/j#i=Zk3vT0xW9qLr2mN8bHc5",
		"ポート 8443 はほかのプログラムが使っています。", " two  spaces ")
	for _, text := range texts {
		for _, width := range []float32{1, 20, 47, 90, 200, 1000} {
			lines := wrap(text, width, textBody, fyne.TextStyle{})
			bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
			if got := bare(strings.Join(lines, "")); got != bare(text) {
				t.Errorf("at %v: got %q, want %q", width, got, bare(text))
			}
			for _, line := range lines {
				if len([]rune(line)) > 1 && bodyWidth(line) > width {
					t.Errorf("at %v: %q is %v wide", width, line, bodyWidth(line))
				}
			}
		}
	}
}

func TestWrapEvenlyLeavesNoLonelyWord(t *testing.T) {
	useLook(t)
	text := "4 people are in a call. Stopping ends it."
	width := bodyWidth("4 people are in a call. Stopping ends") + 1
	if got := wrap(text, width, textBody, fyne.TextStyle{}); got[1] != "it." {
		t.Fatalf("got %q: the test wants a lonely word", got)
	}
	got := wrapEvenly(text, width, textBody, fyne.TextStyle{})
	if len(got) != 2 || len(got[1]) < 10 {
		t.Errorf("got %q", got)
	}
}

func TestEllipsis(t *testing.T) {
	useLook(t)
	for _, tt := range []struct{ name, text, width, want string }{
		{"fits", "alice", "alice", "alice"},
		{"cut", "alice@a.example", "alice" + dots, "alice" + dots},
		{"nothing fits", "alice", ".", dots},
		{"Japanese", "週末の集まり", "週末" + dots, "週末" + dots},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ellipsis(tt.text, bodyWidth(tt.width)+0.1, textBody, fyne.TextStyle{})
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
