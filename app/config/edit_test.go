package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestEdit(t *testing.T) {
	for _, test := range []struct {
		name, before string
		values       map[string]any
		want         string
	}{
		{"a value", "# mine\nhosting = true # for now\nlanguage = 'ja'\n", map[string]any{"hosting": false}, "# mine\nhosting = false # for now\nlanguage = 'ja'\n"},
		{"of another length", "language='ja'#x\n", map[string]any{"language": "auto"}, "language='auto'#x\n"},
		{"with an escape", "language = \"\\u0065n\"\n", map[string]any{"language": "ja"}, "language = 'ja'\n"},
		{"a commented default", "# About it.\n# language = \"auto\"\n\n[limits]\n# sockets = 512\n", map[string]any{"language": "en"}, "# About it.\nlanguage = 'en'\n\n[limits]\n# sockets = 512\n"},
		{"a default of the right table", "# listen = ''\n[limits]\n# listen = 2\n[takos_call]\n# listen = \"\"\n# api_key = \"\"\n", map[string]any{"takos_call.listen": "127.0.0.1:1", "takos_call.api_key": "tako"}, "# listen = ''\n[limits]\n# listen = 2\n[takos_call]\nlisten = '127.0.0.1:1'\napi_key = 'tako'\n"},
		{"a table without it", "[federation]\nname = 'alice'\n[limits]\n", map[string]any{"federation.domain": "a.example"}, "[federation]\ndomain = 'a.example'\nname = 'alice'\n[limits]\n"},
		{"no table", "hosting = true\n\n\n", map[string]any{"federation.domain": "a.example"}, "hosting = true\n\n[federation]\ndomain = 'a.example'\n"},
		{"an empty file", "", map[string]any{"hosting": true}, "hosting = true\n"},
		{"no line for it", "[limits]\nsockets = 3\n", map[string]any{"hosting": true}, "hosting = true\n[limits]\nsockets = 3\n"},
		{"a dotted key", "federation.name = 'bob'\n", map[string]any{"federation.name": "alice"}, "federation.name = 'alice'\n"},
		{"no end of line", "[federation]\nname = 'bob'", map[string]any{"federation.name": "alice"}, "[federation]\nname = 'alice'"},
		{"a header without one", "[federation]", map[string]any{"federation.name": "alice"}, "[federation]\nname = 'alice'\n"},
		{"lines of Windows", "# language = \"auto\"\r\nhosting = true\r\n", map[string]any{"language": "ja", "hosting": false}, "language = 'ja'\r\nhosting = false\r\n"},
		{"what looks like a table", "data_dir = \"\"\"/a\n[federation]\n# name = \"\"\n\"\"\"\n[federation]\n# name = \"\"\n", map[string]any{"federation.name": "alice"}, "data_dir = \"\"\"/a\n[federation]\n# name = \"\"\n\"\"\"\n[federation]\nname = 'alice'\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := edit([]byte(test.before), test.values)
			if err != nil || string(got) != test.want {
				t.Errorf("got  %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

// What cannot be changed safely stays as it is.
func TestEditRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		before string
		values map[string]any
		reason error // nil: the decoder's own words
	}{
		"a broken file":      {"hosting = maybe", map[string]any{"hosting": true}, nil},
		"a bad value":        {"", map[string]any{"language": "fr"}, ErrLanguage},
		"an unknown key":     {"", map[string]any{"colour": "red"}, ErrUnknownKey},
		"an inline table":    {"federation = {name = 'bob'}\n", map[string]any{"federation.name": "alice"}, nil},
		"a multi-line value": {"data_dir = \"\"\"/a\n/b\"\"\"\n", map[string]any{"data_dir": "/c"}, nil},
		"another type":       {"", map[string]any{"hosting": 1}, ErrEdit},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, test.before)
			err := Set(path, test.values)
			if err == nil || test.reason != nil && !errors.Is(err, test.reason) {
				t.Errorf("got %v, want %v", err, test.reason)
			}
			if got, _ := os.ReadFile(path); string(got) != test.before {
				t.Errorf("the file is now %q", got)
			}
			onlyFile(t, path)
		})
	}
}

// Every line of the default file can be switched on, and nothing else changes.
func TestSetInTheDefaultFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "config.toml")
	if err := Set(path, map[string]any{"hosting": false, "language": "ja", "takos_call.api_key": "tako"}); err != nil {
		t.Fatal(err)
	}
	if err := Set(path, map[string]any{"hosting": true}); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, Default("/data"))
	if err != nil || !got.Hosting || got.Language != LanguageJapanese || got.TakosCall.APIKey != "tako" {
		t.Errorf("got %+v, %v", got, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := bytes.Count(text, []byte("\n")), bytes.Count(defaultFile, []byte("\n")); a != b {
		t.Errorf("%d lines have become %d", b, a)
	}
	onlyFile(t, path)
	if runtime.GOOS != "windows" {
		wantMode(t, path, 0o600)
	}
}

func TestSetKeepsModeAndLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // neither is known there
	}
	path := write(t, "hosting = true\n")
	link := filepath.Join(t.TempDir(), "config.toml")
	if err := errors.Join(os.Chmod(path, 0o640), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	if err := Set(link, map[string]any{"hosting": false}); err != nil {
		t.Fatal(err)
	}
	wantMode(t, path, 0o640)
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link is %v, %v", info, err)
	}
}

func TestSetWhereNothingCanBeWritten(t *testing.T) {
	path := filepath.Join(write(t, ""), "config.toml") // below a file
	if err := Set(path, map[string]any{"hosting": true}); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func FuzzEdit(f *testing.F) {
	f.Add(defaultFile, "ja", true)
	f.Add([]byte("hosting = true\nlanguage = 'a'\n[limits]\n"), "en", false)
	f.Fuzz(func(t *testing.T, text []byte, language string, hosting bool) {
		after, err := edit(text, map[string]any{"language": language, "hosting": hosting})
		if err != nil {
			return
		}
		if got, err := parse(after, Config{}); err != nil || string(got.Language) != language || got.Hosting != hosting {
			t.Fatalf("%q has become %q: %v", text, after, err)
		}
	})
}

func onlyFile(t *testing.T, path string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
}
