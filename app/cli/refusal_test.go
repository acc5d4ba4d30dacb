package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"takoshome/app/config"
	"takoshome/app/control"
)

// Whatever the running app may refuse, for its own reasons or another server's,
// a person reads one sentence about it.
func TestEveryRefusalHasASentence(t *testing.T) {
	codes := codesOf(t, "../control/errors.go")
	if len(codes) < 40 || !slices.Contains(codes, control.CodeUnreachable) {
		t.Fatalf("codes %v", codes)
	}
	for _, language := range []config.Language{config.LanguageEnglish, config.LanguageJapanese} {
		s := &session{words: load(t, language)}
		for _, code := range codes {
			for _, args := range []map[string]string{{"domain": "b.ex\x1bample", "path": "/x/y", "reason": "no\x1b rights"}, nil} {
				got := s.sentence(&control.Refusal{Code: code, Message: "the app's own words", Args: args})
				if !isOneSentence("takoshome: "+got) || strings.Contains(got, "\x1b") || strings.Contains(got, "{{") {
					t.Errorf("%s %s: %s", language, code, got)
				}
				if code == control.CodeFailed || code == control.CodeNoWindow { // have no sentence of their own
					continue
				}
				sentence, ok := s.words["error."+code]
				if !ok || strings.Contains(got, "own words") {
					t.Errorf("%s: no sentence for %s", language, code)
				}
				if args != nil && strings.Contains(sentence, "{{.domain}}") && !strings.Contains(got, "b.example") {
					t.Errorf("%s %s does not name the server: %s", language, code, got)
				}
			}
		}
	}
}

// Every outcome, state and role that a word is made of has that word.
func TestEveryStateHasAWord(t *testing.T) {
	english := load(t, config.LanguageEnglish)
	for start, ends := range map[string][]string{
		"friend.state.":     {"asked", "friends", "requested", "blocked"},
		"friend.now.":       {"asked", "friends", "still", "requested", "blocked", "none"},
		"friend.done.":      {"decline-friend", "remove-friend", "block-friend", "unblock-friend", "name-friend"},
		"role.":             {"owner", "admin", "member"},
		"group.role.":       {"owner", "admin", "member"},
		"call.state.":       {control.CallCalling, control.CallRinging, control.CallAccepted, control.CallActive, control.CallEnded},
		"over.":             {control.CallRejected, control.CallCancelled, control.CallBusy, control.CallTimeout},
		"history.outcome.":  {"answered", "missed", "declined", "cancelled", "busy", "failed"},
		"identity.":         {"new", "links", "ready", "broken"},
		"identity.problem.": {"identityCorrupt", "identityNewer", "identityInUse", "identityUnreadable"},
		"status.identity.":  {"links", "ready", "broken"},
		"error.nobody.":     {"friend", "group", "member", "caller", "callee"},
	} {
		for _, end := range ends {
			if english[start+end] == "" {
				t.Errorf("no words for %s%s", start, end)
			}
		}
	}
}

// codesOf reads the constants of refusals: a new one must not go without words.
func codesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			code, _ := strconv.Unquote(literal.Value)
			codes = append(codes, code)
		}
		return true
	})
	return codes
}
