package calls

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestGuestName(t *testing.T) {
	forty := strings.Repeat("あ", 40)
	tests := []struct{ name, typed, want string }{ // want "": refused
		{"plain", "Hanako", "Hanako"},
		{"trimmed", "  Hanako\t", "Hanako"},
		{"inner spaces", "山田　 太郎", "山田 太郎"},
		{"no-break space", "a\u00a0b", "a b"},
		{"composed", "e\u0301", "\u00e9"},
		{"kana with mark", "か\u3099", "が"},
		{"family emoji", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"heart with selector", "❤\ufe0f", "❤\ufe0f"},
		{"Arabic", "ليلى", "ليلى"},
		{"zwnj in Persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"forty", forty, forty},
		{"forty-one", forty + "い", ""},
		{"empty", "", ""},
		{"spaces", " \u3000 ", ""},
		{"takos ID", "alice@a.example", ""},
		{"wide at", "alice＠a.example", ""},
		{"small at", "alice﹫a.example", ""},
		{"newline", "a\nb", "a b"},
		{"nul", "a\x00b", ""},
		{"escape", "a\x1b[31m", ""},
		{"delete", "a\x7f", ""},
		{"C1 control", "a\u0085b", "a b"},
		{"C1 string terminator", "a\u009c", ""},
		{"right-to-left override", "a\u202eb", ""},
		{"isolate", "\u2066a\u2069", ""},
		{"right-to-left mark", "a\u200f", ""},
		{"Arabic letter mark", "a\u061c", ""},
		{"zero width space", "a\u200bb", ""},
		{"byte order mark", "\ufeffa", ""},
		{"soft hyphen", "a\u00adb", ""},
		{"tag characters", "a\U000e0041", ""},
		{"private use", "\ue000", ""},
		{"noncharacter", "\uffff", ""},
		{"only joiners", "\u200d\u200d", ""},
		{"only a mark", "\u0301", ""},
		{"Hangul filler", "\u3164", ""},
		{"braille blank", "\u2800", ""},
		{"invalid UTF-8", "a\xff", ""},
		{"line separator", "a\u2028b", "a b"},
		{"very long", strings.Repeat("a", 1<<20), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := GuestName(test.typed)
			if got != test.want || (test.want == "") != errors.Is(err, ErrGuestName) {
				t.Errorf("GuestName(%+q) = %+q, %v, want %+q", test.typed, got, err, test.want)
			}
		})
	}
}

func TestUserName(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"alice@a.example", "alice@a.example"},
		{"Alice_1@A.Example:8443", "Alice_1@a.example:8443"},
		{"bob@[::1]:1", "bob@[::1]:1"},
		{"Hanako", "Hanako"},
		{"alice@a.example@b.example", ""},
		{"@a.example", ""},
		{"alice@", ""},
		{"al ice@a.example", ""},
		{"alice@a.example/x", ""},
		{"アリス@a.example", ""},
		{strings.Repeat("a", 65) + "@a.example", ""},
		{"alice@" + strings.Repeat("a", 260), ""},
	}
	for _, test := range tests {
		t.Run(test.typed, func(t *testing.T) {
			got, err := userName(test.typed)
			if got != test.want || (test.want == "") != errors.Is(err, ErrUser) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestDistinct(t *testing.T) {
	long := strings.Repeat("あ", 39) + "い"
	tests := []struct {
		name  string
		taken []string
		want  string
	}{
		{"Hanako", nil, "Hanako"},
		{"Hanako", []string{"Taro"}, "Hanako"},
		{"Hanako", []string{"Hanako"}, "Hanako 2"},
		{"Hanako", []string{"hanako", "Hanako 2"}, "Hanako 3"},
		{"Hanako", []string{"Ｈａｎａｋｏ"}, "Hanako 2"},
		{"Han\u200dako", []string{"Hanako"}, "Han\u200dako 2"},
		{long, []string{long}, strings.Repeat("あ", 38) + " 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			taken := map[string]bool{}
			for _, name := range test.taken {
				taken[nameKey(name)] = true
			}
			got := distinct(test.name, taken)
			if got != test.want || utf8.RuneCountInString(got) > maxNameRunes {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzGuestName(f *testing.F) {
	for _, seed := range []string{"Hanako", "e\u0301", "a\u202eb", "＠", "\xff", "ﷺ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := GuestName(typed)
		if err != nil {
			return
		}
		if again, err := GuestName(name); err != nil || again != name {
			t.Errorf("%+q became %+q, which becomes %+q, %v", typed, name, again, err)
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > maxNameRunes || strings.Contains(name, "@") {
			t.Errorf("%+q was let through as %+q", typed, name)
		}
	})
}
