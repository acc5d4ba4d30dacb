package cli

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"takoshome/app/config"
	"takoshome/app/control"
)

func TestBothLanguagesSayTheSame(t *testing.T) {
	english, japanese := load(t, config.LanguageEnglish), load(t, config.LanguageJapanese)
	place := regexp.MustCompile(`{{\.\w+}}`)
	for key, sentence := range english {
		translated, ok := japanese[key]
		if !ok {
			t.Errorf("ja.json lacks %s", key)
			continue
		}
		want, got := place.FindAllString(sentence, -1), place.FindAllString(translated, -1)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: places %v, in English %v", key, got, want)
		}
	}
	for key := range japanese {
		if _, ok := english[key]; !ok && !strings.HasPrefix(key, "reason.") {
			t.Errorf("en.json lacks %s", key)
		}
	}
	for key, sentence := range english {
		if strings.Count(sentence, "\t") != strings.Count(japanese[key], "\t") {
			t.Errorf("%s: the tables have different columns", key)
		}
	}
}

// Reasons are found by their English text: a changed one must not lose its
// translation, nor may one stay behind.
func TestEveryReasonIsTranslated(t *testing.T) {
	wanted := map[string]bool{"not a folder": true}
	for _, err := range []error{
		errUsesWithUser, errLoadtestPeople, errSeenOrClear, errNothingToSet, errNeedsYes,
		config.ErrListen, config.ErrIP, config.ErrPrefix, config.ErrTLS, config.ErrURL, config.ErrOrigin,
		config.ErrLanguage, config.ErrDuration, config.ErrUses, config.ErrPlaces, config.ErrDomain, config.ErrName, config.ErrPeer,
		config.ErrRelay, config.ErrStunServer, config.ErrLogFile, config.ErrLogLevel, config.ErrLogFiles, config.ErrNoAPIKey, config.ErrShortAPIKey, config.ErrEmptyPath, config.ErrUnknownKey,
		config.ErrEmail, config.ErrChallenge, config.ErrDNSProvider, config.ErrDNSToken, config.ErrDNSServer, config.ErrHook,
		config.ErrNeedsProvider, config.ErrNeedsListen, config.ErrUpdateProvider, config.ErrNoUpdateURL, config.ErrNoHostname, config.ErrNoPassword,
		config.ErrPlainEcho, config.ErrNoProgram, config.ErrNoCertificates,
		control.ErrPathTooLong, control.ErrOpenToOthers,
		syscall.ENOENT, syscall.EACCES, syscall.EISDIR, syscall.ENOTDIR, syscall.ENOSPC, syscall.EROFS,
		errors.New("tls: failed to find any PEM data in certificate input"), // of crypto/tls, as it is
		errors.New("tls: failed to find any PEM data in key input"),
		errors.New("tls: private key does not match public key"),
	} {
		wanted[err.Error()] = true
	}
	translated := map[string]bool{}
	for key := range load(t, config.LanguageJapanese) {
		if reason, ok := strings.CutPrefix(key, "reason."); ok {
			translated[reason] = true
		}
	}
	if !maps.Equal(wanted, translated) {
		t.Errorf("translated are\n%v\nwanted\n%v", slices.Sorted(maps.Keys(translated)), slices.Sorted(maps.Keys(wanted)))
	}
}

// Every key that the code names is there.
func TestEveryKeyIsThere(t *testing.T) {
	english := load(t, config.LanguageEnglish)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		wantKeys(t, file, english)
	}
}

func wantKeys(t *testing.T, file *ast.File, english words) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// Which argument is a key.
		at, ok := map[string]int{
			"say": 0, "confirm": 0, "tell": 1, "tellWay": 1, "tellOfGroup": 1, "tellIdentity": 1, "hidden": 1,
			"changeGroup": 2, "changeMember": 2, "withPassword": 2,
		}[fun.Sel.Name]
		if !ok || at >= len(call.Args) {
			return true
		}
		if literal, ok := call.Args[at].(*ast.BasicLit); ok {
			if key, _ := strconv.Unquote(literal.Value); english[key] == "" {
				t.Errorf("no sentence for %s", key)
			}
		}
		return true
	})
}

func TestEnvironmentLanguage(t *testing.T) {
	tests := []struct {
		all, messages, lang string
		want                config.Language
	}{
		{"", "", "", config.LanguageEnglish},
		{"", "", "ja_JP.UTF-8", config.LanguageJapanese},
		{"", "ja", "en_US.UTF-8", config.LanguageJapanese},
		{"C", "ja", "ja", config.LanguageEnglish},
		{"ja", "C", "C", config.LanguageJapanese},
		{"", "", "fr_FR.UTF-8", config.LanguageEnglish},
	}
	for _, test := range tests {
		t.Setenv("LC_ALL", test.all)
		t.Setenv("LC_MESSAGES", test.messages)
		t.Setenv("LANG", test.lang)
		if got := environmentLanguage(); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}

func TestSay(t *testing.T) {
	w := words{"a": "{{.x}} and {{.y}}", "reason.broken": "壊れています"}
	if got := w.say("a", "x", "{{.y}}", "y", "2"); got != "{{.y}} and 2" {
		t.Errorf("got %q", got)
	}
	if got := w.say("none"); got != "none" {
		t.Errorf("got %q", got)
	}
	if got := w.reason(errors.New("broken")); got != "壊れています" {
		t.Errorf("got %q", got)
	}
}

func load(t *testing.T, language config.Language) words {
	t.Helper()
	w, err := wordsFor(language)
	if err != nil {
		t.Fatal(err)
	}
	for key, sentence := range w {
		if sentence == "" {
			t.Errorf("%s: %s is empty", language, key)
		}
	}
	return w
}
