package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestExportAndImport(t *testing.T) {
	s := populated(t)
	if err := s.SetPassword(context.Background(), "carol", "tako tako tako"); err != nil {
		t.Fatal(err)
	}
	text := export(t, s)
	key := must[ServerKey](t)(s.SigningKey(start))

	other := openAt(t, filepath.Join(t.TempDir(), "state.db"), bounds{})
	if err := other.SetProfile(start, "mallory", "m.example"); err != nil {
		t.Fatal(err)
	}
	token := must[string](t)(other.StartSession(start, "mallory", ""))
	id := uuid.New()
	if err := other.AcceptEvent(start, "b.example", id, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := other.Import(start, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	other = reopen(t, other)
	if err := other.CheckPassword(context.Background(), "carol", "tako tako tako"); err != nil {
		t.Errorf("password: %v", err)
	}
	if again := must[ServerKey](t)(other.SigningKey(start)); !bytes.Equal(again.Public, key.Public) {
		t.Error("another key")
	}
	if _, err := other.Session(start, token); !errors.Is(err, ErrNoSession) {
		t.Errorf("a session of before: %v", err)
	}
	if err := other.AcceptEvent(start, "b.example", id, start.Add(time.Hour)); !errors.Is(err, ErrSeen) {
		t.Errorf("an event of before: %v", err)
	}
	var before, after document
	if err := errors.Join(json.Unmarshal([]byte(text), &before), json.Unmarshal([]byte(export(t, other)), &after)); err != nil {
		t.Fatal(err)
	}
	if len(after.Events) != len(before.Events)+1 {
		t.Errorf("%d events of %d and one", len(after.Events), len(before.Events))
	}
	before.Events, after.Events = nil, nil
	if got, want := must[[]byte](t)(json.Marshal(after)), must[[]byte](t)(json.Marshal(before)); !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestImportOfAnEmptyOne(t *testing.T) {
	empty := openAt(t, filepath.Join(t.TempDir(), "state.db"), bounds{})
	text := export(t, empty)
	s := populated(t)
	if err := s.Import(start, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Profile(); !errors.Is(err, ErrNoProfile) {
		t.Errorf("profile: %v", err)
	}
}

func TestImportRefusesWhole(t *testing.T) {
	s := populated(t)
	if err := s.SetPassword(context.Background(), "carol", "tako tako tako"); err != nil {
		t.Fatal(err)
	}
	good, before := export(t, s), export(t, s)
	replace := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the document has no %s", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	change := func(fn func(*document)) string {
		var d document
		if err := json.Unmarshal([]byte(good), &d); err != nil {
			t.Fatal(err)
		}
		fn(&d)
		return string(must[[]byte](t)(json.Marshal(d)))
	}
	for name, text := range map[string]string{
		"empty":              "",
		"text":               "hello",
		"another format":     `{"format":"other","version":1}`,
		"cut off":            good[:len(good)-10],
		"more behind":        good + "{}",
		"unknown field":      replace(`"version"`, `"pet": "tako", "version"`),
		"version 0":          replace(`"version": 1`, `"version": 0`),
		"bad name":           replace(`"name": "alice"`, `"name": "al ice"`),
		"bad domain":         replace(`"domain": "a.example"`, `"domain": "127.0.0.1"`),
		"no profile":         change(func(d *document) { d.Profile = nil }),
		"no owner":           change(func(d *document) { d.Accounts[0].Owner = false }),
		"two owners":         change(func(d *document) { d.Accounts[1].Owner = true }),
		"another owner":      change(func(d *document) { d.Accounts[0].Owner, d.Accounts[1].Owner = false, true }),
		"account twice":      change(func(d *document) { d.Accounts[1].Name = "ALICE" }),
		"too many accounts":  change(func(d *document) { d.Accounts = make([]documentAccount, 100) }),
		"costly password":    replace("m=19456", "m=99999999"),
		"short key":          change(func(d *document) { d.Keys[0].Seed = d.Keys[0].Seed[1:] }),
		"key twice":          change(func(d *document) { d.Keys = append(d.Keys, d.Keys[0]) }),
		"key's end":          change(func(d *document) { d.Keys[0].Expire = d.Keys[0].Expire.Add(time.Microsecond) }),
		"friend of nobody":   change(func(d *document) { d.Friends[0].Account = "nobody" }),
		"own friend":         change(func(d *document) { d.Friends[0].ID = "alice@a.example" }),
		"friend twice":       change(func(d *document) { d.Friends = append(d.Friends, d.Friends[0]) }),
		"friend's state":     change(func(d *document) { d.Friends[0].State = StateNone }),
		"friend's id":        change(func(d *document) { d.Friends[0].ID = "bob" }),
		"friend's title":     change(func(d *document) { d.Friends[0].Title = "\x1b[2J" }),
		"group's id":         change(func(d *document) { d.Groups[0].ID = "tea@a.example" }),
		"group without":      change(func(d *document) { d.Groups[0].Members = nil }),
		"group's owner":      change(func(d *document) { d.Groups[0].Members[0].Role = RoleAdmin }),
		"group's role":       change(func(d *document) { d.Groups[0].Members[0].Role = "king" }),
		"member twice":       change(func(d *document) { d.Groups[0].Members = append(d.Groups[0].Members, d.Groups[0].Members[0]) }),
		"call of nobody":     change(func(d *document) { d.Calls[0].Account = "nobody" }),
		"call twice":         change(func(d *document) { d.Calls = append(d.Calls, d.Calls[0]) }),
		"call's outcome":     change(func(d *document) { d.Calls[0].Outcome = "fun" }),
		"event's origin":     change(func(d *document) { d.Events[0].Origin = "b.example\x00x" }),
		"too many of events": change(func(d *document) { d.Events = make([]documentEvent, 100_001) }),
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Import(start, strings.NewReader(text)); !errors.Is(err, ErrDocument) {
				t.Errorf("got %v, want ErrDocument", err)
			}
			if export(t, s) != before {
				t.Fatal("something was taken")
			}
		})
	}
	if err := s.Import(start, strings.NewReader(replace(`"version": 1`, `"version": 2, "new": 1`))); !errors.Is(err, ErrDocumentNewer) {
		t.Errorf("newer: %v", err)
	}
	if err := s.Import(start, strings.NewReader(good)); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// Security check 40: the document, which has keys in it, is its owner's alone.
func TestSec40ExportFile(t *testing.T) {
	s := populated(t)
	path := filepath.Join(t.TempDir(), "identity.json")
	if err := s.ExportFile(start, path); err != nil {
		t.Fatal(err)
	}
	if info := must[os.FileInfo](t)(os.Stat(path)); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if string(must[[]byte](t)(os.ReadFile(path))) != export(t, s) {
		t.Error("the file has something else")
	}
	if err := s.ExportFile(start, path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file that is there: %v", err)
	}
	err := s.ExportFile(start, filepath.Join(filepath.Dir(path), "missing", "x.json"))
	if file := (*FileError)(nil); !errors.As(err, &file) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
	if entries := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func FuzzImport(f *testing.F) {
	s, err := Open(Config{Path: filepath.Join(f.TempDir(), "state.db")})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Add([]byte(`{"format":"takoshome identity","version":1,"exportedAt":"2026-11-23T12:00:00Z",
		"profile":{"name":"alice","domain":"a.example","createdAt":"2026-11-23T12:00:00Z"},"keys":[],
		"accounts":[{"name":"alice","owner":true,"createdAt":"2026-11-23T12:00:00Z"}],
		"friends":[{"account":"alice","id":"bob@b.example","state":"friends","changedAt":"2026-11-23T12:00:00Z"}],
		"groups":[{"id":"0193aabb-ccdd-7eee-8fff-001122334455@c.example","title":"x","members":[{"id":"alice@a.example","role":"member","since":"2026-11-23T12:00:00Z"}],"createdAt":"2026-11-23T12:00:00Z"}],
		"calls":[{"id":"0193aabb-ccdd-7eee-8fff-001122334455","account":"alice","peer":"bob@b.example","outcome":"missed","startedAt":"2026-11-23T12:00:00Z"}],
		"events":[{"origin":"b.example","id":"0193aabb-ccdd-7eee-8fff-001122334455","until":"2026-11-23T13:00:00Z"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := parseDocument(text)
		if err != nil {
			return
		}
		limits := DefaultLimits()
		if d.check(&limits) != nil {
			return
		}
		if err := s.Import(start, bytes.NewReader(text)); err != nil {
			t.Errorf("%q is in order and was not taken: %v", text, err)
		}
		var again bytes.Buffer
		if err := s.Export(start, &again); err != nil {
			t.Fatal(err)
		}
		if err := s.Import(start, &again); err != nil {
			t.Errorf("%q came out as %q: %v", text, again.Bytes(), err)
		}
	})
}
