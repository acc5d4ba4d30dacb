package sound

import (
	"slices"
	"strings"
	"testing"

	"takoshome/app/media"
)

func TestCleanName(t *testing.T) {
	tests := map[string][2]string{
		"plain":             {"USB Headset", "USB Headset"},
		"Japanese":          {"内蔵マイク", "内蔵マイク"},
		"lines":             {"USB\nHeadset\r\n\tx", "USB Headset x"},
		"escapes":           {"\x1b[31mred\x1b[0m", "[31mred [0m"},
		"direction":         {"good\u202eevil\u2066\u200b", "goodevil"},
		"separators":        {"a\u2028b\u2029c\u00a0d", "a b c d"},
		"not text":          {"a\xff\xfeb", "ab"},
		"cut in the middle": {"マイ\xe3\x82", "マイ"},
		"nothing":           {" \x00\x01 ", ""},
		"long":              {strings.Repeat("長", 300), strings.Repeat("長", maxNameRunes-1) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cleanName(test[0]); got != test[1] {
				t.Errorf("got %q, want %q", got, test[1])
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	got := describe([]found{
		{id: "a", name: "USB Headset"},
		{id: "b", name: "USB  Headset\n", isDefault: true},
		{id: "hw:1", name: "\x07"},
	})
	want := []media.Device{
		{ID: "a", Name: "USB Headset"},
		{ID: "b", Name: "USB Headset (2)", Default: true},
		{ID: "hw:1", Name: "hw:1"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestIsNoDevice(t *testing.T) {
	for id, want := range map[string]bool{
		"alsa_output.pci-0000_00_1f.3.analog-stereo.monitor": true,
		"auto_null": true, "auto_null.monitor": true,
		"alsa_input.pci-0000_00_1f.3.analog-stereo": false, "monitor": false, "my.monitor.mic": false,
	} {
		if got := isNoDevice(id); got != want {
			t.Errorf("%s: %v", id, got)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("USB\x00Headset")
	f.Add(strings.Repeat("\u202e", 100))
	f.Fuzz(func(t *testing.T, name string) {
		clean := cleanName(name)
		if !validID(clean) || len([]rune(clean)) > maxNameRunes {
			t.Errorf("%q became %q", name, clean)
		}
		if again := cleanName(clean); again != clean {
			t.Errorf("%q became %q", clean, again)
		}
	})
}
