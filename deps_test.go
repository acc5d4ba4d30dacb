package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "takoshome"

// imported is one import of one file of the module.
type imported struct {
	file   string // its path in the repository
	from   string // its package's folder, "" for main
	path   string
	inTest bool
}

// mayImport says what of the module a package may import; a new line is a
// decision. Everything goes downwards:
//
//	main → ui, app/cli → app → {app/*, sfu/signaling, turn, assets}
//	       sfu/signaling → sfu/room → sfu → sfu/*
//
// The window reads only what app gives it. The types that a room's snapshot and
// a call's messages are made of may be named above the package that they are of.
func mayImport() map[string][]string {
	return map[string][]string{
		"":          {"app", "app/capture", "app/cli", "app/config", "app/media", "app/playback", "app/sound", "assets", "ui"},
		"ui":        {"app", "app/identity", "app/media", "app/session", "assets", "ui/locale"},
		"ui/locale": {},
		"app/cli":   {"app", "app/config", "app/control", "app/loadtest", "app/logfile", "app/media", "app/reach", "app/session", "sfu", "sfu/room"},
		"app": {
			"app/awake", "app/bundle", "app/calls", "app/clientapi", "app/config", "app/control", "app/desktop", "app/federation", "app/friends", "app/identity", "app/media",
			"app/participant", "app/reach", "app/reach/acme", "app/reach/address", "app/reach/doctor", "app/reach/doctor/echo", "app/reach/dyndns", "app/reach/portmap", "app/reach/portmap/gateway", "app/reach/records", "app/relay", "app/session", "app/web", "sfu", "sfu/room", "sfu/signaling",
			"sfu/takoscall", "turn",
		},
		"app/awake":                    {},
		"app/awake/logindtest":         {},
		"app/bundle":                   {"app/logfile"},
		"app/logfile":                  {},
		"app/calls":                    {"app/federation", "app/identity", "sfu/room"},
		"app/capture":                  {"app/media", "app/media/y4m", "app/media/yuv", "app/sound"},
		"app/clientapi":                {"app/calls", "app/federation", "app/friends", "app/identity", "sfu/room", "sfu/sockets"},
		"app/config":                   {"app/identity"},
		"app/control":                  {},
		"app/desktop":                  {},
		"app/federation":               {"app/identity"},
		"app/friends":                  {"app/federation", "app/identity"},
		"app/identity":                 {},
		"app/loadtest":                 {"app/participant"},
		"app/loadtest/enginebench":     {"app/control", "app/loadtest"},
		"app/media":                    {"app/media/yuv"},
		"app/media/mediatest":          {},
		"app/media/y4m":                {},
		"app/media/yuv":                {},
		"app/participant":              {"app/media", "sfu/ortc"},
		"app/playback":                 {"app/media", "app/playback/assembly", "app/playback/jitter", "app/sound"},
		"app/playback/assembly":        {"app/playback/numbering", "sfu/codec"},
		"app/playback/jitter":          {"app/media", "app/playback/numbering", "sfu/codec", "sfu/rtpstream"},
		"app/playback/numbering":       {"sfu/rtpstream"},
		"app/reach":                    {},
		"app/reach/acme":               {"app/reach"},
		"app/reach/dyndns":             {"app/reach/address", "app/reach/records"},
		"app/reach/acme/acmetest":      {},
		"app/reach/address":            {},
		"app/reach/doctor":             {"app/reach/address", "app/reach/doctor/echo"},
		"app/reach/doctor/echo":        {},
		"app/reach/portmap":            {"app/reach/portmap/gateway", "app/reach/portmap/igd", "app/reach/portmap/pcp"},
		"app/reach/portmap/gateway":    {},
		"app/reach/portmap/igd":        {},
		"app/reach/portmap/pcp":        {},
		"app/reach/portmap/routertest": {},
		"app/reach/records":            {},
		"app/relay":                    {"sfu", "sfu/room", "turn"},
		"app/session":                  {"app/media", "app/participant"},
		"app/session/devicetest":       {"app/media"},
		"app/sound":                    {"app/media"},
		"app/sound/soundtest":          {},
		"app/web":                      {},
		"assets":                       {},
		"sfu/signaling":                {"sfu", "sfu/ortc", "sfu/room", "sfu/sockets"},
		"sfu/signaling/callertest":     {},
		"sfu/takoscall":                {"sfu", "sfu/ice", "sfu/ortc", "sfu/room", "sfu/sockets"},
		"sfu/room":                     {"sfu", "sfu/ice", "sfu/ortc"},
		"packaging":                    {},
		"sfu":                          {"sfu/codec", "sfu/ice", "sfu/ortc", "sfu/rtpstream", "sfu/tcp", "sfu/udp"},
		"sfu/codec":                    {},
		"sfu/ice":                      {},
		"sfu/ortc":                     {},
		"sfu/rtpstream":                {},
		"sfu/sockets":                  {},
		"sfu/tcp":                      {},
		"sfu/udp":                      {},
		"turn":                         {},
	}
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	for _, i := range allImports(t) {
		if _, known := mayImport()[i.from]; !known {
			t.Errorf("%s: no rule knows the package %s", i.file, i.from)
		}
	}
}

func TestImportsFollowTheRule(t *testing.T) {
	for _, i := range allImports(t) {
		to, ours := folderOf(i.path)
		if ours && !i.inTest && !slices.Contains(mayImport()[i.from], to) {
			t.Errorf("%s imports %s, which the rule does not allow %s", i.file, to, i.from)
		}
	}
}

// Tests may look sideways and down, but the media server knows no app.
func TestServersKnowNoApp(t *testing.T) {
	for _, i := range allImports(t) {
		to, ours := folderOf(i.path)
		if !ours {
			continue
		}
		for _, server := range []string{"sfu", "turn"} {
			if !isIn(i.from, server) {
				continue
			}
			for _, other := range []string{"app", "ui", "sfu", "turn"} {
				if other != server && isIn(to, other) {
					t.Errorf("%s imports %s", i.file, to)
				}
			}
		}
	}
}

// isForTests marks packages that only tests use, named like net/http/httptest;
// the load tester is a part of the program.
func isForTests(folder string) bool {
	return strings.HasSuffix(path.Base(folder), "test") && folder != "app/loadtest"
}

func TestOnlyTestsUseTestPackages(t *testing.T) {
	for _, i := range allImports(t) {
		if to, ours := folderOf(i.path); ours && isForTests(to) && !i.inTest {
			t.Errorf("%s imports %s", i.file, to)
		}
	}
}

// What one package alone deals with.
func TestOutsidePackagesHaveOneOwner(t *testing.T) {
	rules := []struct {
		prefix      string
		owners      []string
		evenInTests bool
	}{
		{"fyne.io/", []string{"", "ui"}, true},
		{"github.com/pion/mediadevices", []string{"app/capture"}, true},
		{"github.com/pion/turn", []string{"turn", "app/reach/doctor"}, false},
		{"github.com/pion/webrtc", []string{"app/participant", "app/capture"}, false},
		{"github.com/gorilla/websocket", []string{"sfu/signaling", "sfu/takoscall", "app/clientapi", "app/participant", "app/loadtest"}, false},
		{"github.com/alecthomas/kong", []string{"app/cli"}, true},
		{"github.com/pelletier/go-toml", []string{"app/config"}, true},
		{"github.com/gofrs/flock", []string{"app/control"}, true},
		{"github.com/cloudflare/circl", []string{"app/identity"}, true},
		{"go.etcd.io/bbolt", []string{"app/identity"}, true},
		{"golang.org/x/crypto", []string{"app/identity"}, true},
		{"github.com/mholt/acmez", []string{"app/reach/acme"}, true},
		{"github.com/letsencrypt/pebble", []string{"app/reach/acme/acmetest"}, true},
	}
	for _, i := range allImports(t) {
		for _, rule := range rules {
			if !strings.HasPrefix(i.path, rule.prefix) || (i.inTest && !rule.evenInTests) {
				continue
			}
			if !slices.Contains(rule.owners, i.from) {
				t.Errorf("%s imports %s, which is for %q alone", i.file, i.path, rule.owners)
			}
		}
	}
}

// mayUseC are the packages that need a C compiler; the host does not.
func mayUseC(folder string) bool {
	return slices.Contains([]string{"", "ui", "app/capture", "app/playback", "app/sound"}, folder)
}

func TestOnlySomeImportC(t *testing.T) {
	for _, i := range allImports(t) {
		if i.path == "C" && !mayUseC(i.from) {
			t.Errorf("%s uses C", i.file)
		}
	}
}

// Neither the host nor anything that it imports needs a C compiler.
func TestHostIsFreeOfC(t *testing.T) {
	packages := map[string]bool{}
	for _, i := range allImports(t) {
		if !mayUseC(i.from) {
			packages["./"+i.from] = true
		}
	}
	for _, system := range []string{"linux", "windows", "darwin"} {
		args := []string{"list", "-deps", "-f", "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}"}
		for p := range packages {
			args = append(args, p)
		}
		list := exec.CommandContext(t.Context(), "go", args...)
		list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1")
		var stderr bytes.Buffer
		list.Stderr = &stderr
		found, err := list.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", system, err, stderr.Bytes())
		}
		if names := strings.Fields(string(found)); len(names) > 0 {
			t.Errorf("%s: the host needs C for %v", system, names)
		}
	}
}

func TestMainIsSmall(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 60 {
		t.Errorf("main.go has %d lines, at most 60 are enough", n)
	}
}

// FyneApp.toml and the program tell one version.
func TestVersionIsTheSameEverywhere(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(source), "const appVersion = ")
	quoted, _, _ := strings.Cut(after, "\n")
	metadata, err := os.ReadFile("FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if quoted == "" || !strings.Contains(string(metadata), "\nVersion = "+quoted+"\n") {
		t.Errorf("main.go has version %s, FyneApp.toml another", quoted)
	}
}

// allImports reads every Go file of the repository, for whatever system it is.
func allImports(t *testing.T) []imported {
	t.Helper()
	var all []imported
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && (base == "node_modules" || base == "testdata" || (len(base) > 1 && base[0] == '.')) {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		all = append(all, importsOf(t, filepath.ToSlash(name))...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go file was found")
	}
	return all
}

func importsOf(t *testing.T, name string) []imported {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var list []imported
	for _, spec := range file.Imports {
		text, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, imported{
			file:   name,
			from:   strings.TrimPrefix(path.Dir(name), "."),
			path:   text,
			inTest: strings.HasSuffix(name, "_test.go") || isForTests(path.Dir(name)),
		})
	}
	return list
}

// folderOf is the folder of a package of this module.
func folderOf(importPath string) (folder string, ours bool) {
	if importPath == module {
		return "", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

func isIn(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}
