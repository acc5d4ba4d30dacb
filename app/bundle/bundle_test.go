package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// mark is in every secret, which looks like a token otherwise.
const mark = "x7Qe9TfWm3hZ0aKpLr2v"

// source is a data folder full of secrets.
func source(t *testing.T) Source {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log", "takoshome.log")
	for path, text := range map[string]string{
		log:                                   "msg=hosting http=https://h:8443\nmsg=\"https://h/j#t=" + mark + "NbYcUd5sGiOjEw8tRq1Mk\" password=" + mark + "\n",
		log + ".1":                            "old GET /_takos/v2/call?token=" + mark + "abcDEF\n",
		filepath.Join(dir, "certificate.pem"): "-----BEGIN PRIVATE KEY-----\n" + mark + "\n",
		filepath.Join(dir, "identity.db"):     mark,
		filepath.Join(dir, "call.json"):       `{"x":"` + mark + `"}`,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	status := map[string]any{
		"host":        map[string]any{"http": "https://h.example:8443", "fingerprint": "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"},
		"invitations": []any{map[string]any{"id": "a1", "joinUrl": "https://h/j#i=" + mark + "AA", "room": "tea"}},
		"call":        map[string]any{"link": "https://h/j#t=" + mark, "chat": []any{map[string]any{"text": mark}}, "host": "wss://h/?resume=" + mark + "BB"},
		"people":      map[string]any{"friends": []any{map[string]any{"id": mark}}, "history": []any{mark, mark}, "missed": 2},
		"rooms":       []any{map[string]any{"id": "tea", "token": mark, mark + "KEYofAmap": 1}},
		"asked":       map[string]any{"email": mark + "@example.com", "user": mark[:16]},
		"notice":      map[string]any{"args": map[string]any{"reason": "https://me:" + mark + "@dyn.example"}},
	}
	return Source{
		Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Version: "1.2.3", DataDir: dir, LogPath: log,
		Status: status, Settings: []byte(`{"http":":8443","takos_call":{"api_key":"` + mark + `"}}`), Running: true,
	}
}

// unpack gives the files of a bundle by name.
func unpack(t *testing.T, text []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		files[strings.TrimPrefix(f.Name, "takoshome-report/")] = string(text)
	}
	return files
}

// Security check 40: nothing secret of a data folder full of secrets is inside.
func TestSec40BundleHasNoSecrets(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, source(t)); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, out.Bytes())
	for name, text := range files {
		if strings.Contains(text, mark) || strings.Contains(text, mark[:16]) {
			t.Errorf("%s has a secret:\n%s", name, text)
		}
	}
	for name, wants := range map[string][]string{
		"README.txt":          {"Passwords", "パスワード"},
		"status.json":         {"https://h.example:8443", `"missed": 2`, `"friends": "1 left out"`, `"room": "tea"`, "AbCdEfGhIj"},
		"settings.json":       {`"http": ":8443"`},
		"system.txt":          {"version: 1.2.3", runtime.GOOS, "interface "},
		"files.txt":           {"identity.db", "log/takoshome.log", "-rw-------"},
		"goroutines.txt":      {"goroutine profile"},
		"log/takoshome.log":   {"msg=hosting"},
		"log/takoshome.log.1": {"old GET"},
	} {
		for _, want := range wants {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s lacks %q:\n%s", name, want, files[name])
			}
		}
	}
	if len(files) != 8 {
		t.Errorf("%d files", len(files))
	}
}

// What cannot be read is told, and the rest is there.
func TestBundleOfTrouble(t *testing.T) {
	s := Source{
		Now: time.Now(), DataDir: filepath.Join(t.TempDir(), "none"), LogPath: t.TempDir(),
		StatusError: errors.New("not running, token=" + mark), SettingsError: errors.New("line 3 is not TOML"),
	}
	var out bytes.Buffer
	if err := Write(&out, s); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, out.Bytes())
	if got := files["status.json"]; !strings.Contains(got, "not running") || strings.Contains(got, mark) {
		t.Errorf("status: %s", got)
	}
	if got := files["settings.json"]; !strings.Contains(got, "line 3") {
		t.Errorf("settings: %s", got)
	}
	if got := files["files.txt"]; !strings.Contains(got, "no such file") {
		t.Errorf("files: %s", got)
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.zip")
	if err := Save(path, source(t)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if err := Save(path, source(t)); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	if err := Save(filepath.Join(path, "x"), Source{}); err == nil {
		t.Error("a file is no folder")
	}
}

// A long log is cut at its beginning.
func TestLongLog(t *testing.T) {
	s := source(t)
	long := append(bytes.Repeat([]byte("msg=a\n"), maxLogBytes/6+10), "msg=last\n"...)
	if err := os.WriteFile(s.LogPath, long, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Write(&out, s); err != nil {
		t.Fatal(err)
	}
	if text := unpack(t, out.Bytes())["log/takoshome.log"]; len(text) > maxLogBytes || !strings.HasSuffix(text, "msg=last\n") {
		t.Errorf("%d bytes", len(text))
	}
}

func TestStatusOfAnyShape(t *testing.T) {
	for _, text := range []string{"null", "3", `"x"`, "[[[]]]", `{"":{"":""}}`} {
		var out bytes.Buffer
		if err := Write(&out, Source{Status: json.RawMessage(text), Settings: []byte("{}")}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
