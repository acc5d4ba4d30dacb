package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// What a start would stumble over is told with the line that names it.
func TestCheckNamesFileAndLine(t *testing.T) {
	dir := t.TempDir()
	empty, none := filepath.Join(dir, "empty"), filepath.Join(dir, "none")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const dyndns = "[dyndns]\nprovider = 'hook'\nhostname = 'a.example'\n"
	tests := []struct {
		text, key string // "": nothing is wrong
		line      int
		reason    error // nil: that of another package
		named     string
	}{
		{"# a\ntls = '" + none + "," + empty + "'", "tls", 2, fs.ErrNotExist, none},
		{"tls = '" + empty + "," + none + "'", "tls", 1, fs.ErrNotExist, none},
		{"tls = '" + empty + "," + empty + "'", "tls", 1, nil, ""},
		{"tls = 'acme'\n[acme]\nca_file = '" + none + "'", "acme.ca_file", 3, fs.ErrNotExist, none},
		{"tls = 'acme'\n[acme]\nca_file = '" + empty + "'", "acme.ca_file", 3, ErrNoCertificates, empty},
		{"[acme]\nca_file = '" + none + "'", "", 0, nil, ""},
		{"[federation]\nca_file = '" + none + "'", "federation.ca_file", 2, fs.ErrNotExist, none},
		{"tls = 'acme'\n[acme]\ndns_provider = 'hook'\ndns_hook = ['" + none + "', 'a']", "acme.dns_hook", 4, ErrNoProgram, none},
		{"[acme]\ndns_provider = 'hook'\ndns_hook = ['" + none + "']", "", 0, nil, ""},
		{dyndns + "hook = ['" + none + "']", "dyndns.hook", 4, ErrNoProgram, none},
		{dyndns + "hook = ['" + empty + "']", "dyndns.hook", 4, ErrNoProgram, empty},
		{"tls = 'off'", "", 0, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			path := write(t, test.text)
			c, err := Load(path, Default("/data"))
			if err != nil {
				t.Fatal(err)
			}
			if err = c.CheckPrograms(path); err == nil {
				err = c.CheckCertificates(path)
			}
			located, file := (*FileError)(nil), (*fs.PathError)(nil)
			if test.key == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.As(err, &located) || located.Path != path || located.Line != test.line || located.Key != test.key {
				t.Fatalf("got %v, want line %d, key %q", err, test.line, test.key)
			}
			if test.reason != nil && (!errors.Is(err, test.reason) || !errors.As(err, &file) || file.Path != test.named) {
				t.Errorf("got %v, want %v about %s", err, test.reason, test.named)
			}
		})
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, dyndns+"hook = ['"+self+"']")
	if c, err := Load(path, Default("/data")); err != nil || c.CheckPrograms(path) != nil {
		t.Errorf("a program that is there: %v, %v", err, c.CheckPrograms(path))
	}
}
