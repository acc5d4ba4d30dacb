package ui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"takoshome/app/reach/acme"
	"takoshome/app/reach/dyndns"
	"takoshome/app/session"
	"takoshome/assets"
)

// sentences are the texts of one language: by key, then by plural form, which
// is empty where nothing is counted.
type sentences map[string]map[string]string

func readSentences(t *testing.T, language string) sentences {
	t.Helper()
	translations := assets.Translations()
	content, err := translations.ReadFile(assets.TranslationsDir + "/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(content, &raw); err != nil {
		t.Fatal(err)
	}
	found := make(sentences)
	for key, value := range raw {
		found[key] = make(map[string]string)
		switch value := value.(type) {
		case string:
			found[key][""] = value
		case map[string]any:
			for form, text := range value {
				found[key][form] = text.(string)
			}
		}
	}
	return found
}

func TestLanguagesHaveTheSameKeys(t *testing.T) {
	english, japanese := readSentences(t, "en"), readSentences(t, "ja")
	for key := range english {
		if _, ok := japanese[key]; !ok {
			t.Errorf("%s is missing in ja.json", key)
		}
	}
	for key := range japanese {
		if _, ok := english[key]; !ok {
			t.Errorf("%s is missing in en.json", key)
		}
	}
}

func TestLanguagesFillTheSamePlaces(t *testing.T) {
	english, japanese := readSentences(t, "en"), readSentences(t, "ja")
	places := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	in := func(text string) []string {
		var names []string
		for _, match := range places.FindAllStringSubmatch(text, -1) {
			names = append(names, match[1])
		}
		slices.Sort(names)
		return names
	}
	for key, forms := range english {
		_, counts := forms["other"]
		if _, ok := japanese[key]["other"]; ok != counts {
			t.Errorf("%s counts in one language only", key)
		}
		form := ""
		if counts {
			form = "other"
			if forms["one"] == "" {
				t.Errorf("%s has no English form for one", key)
			}
		}
		if got, want := in(japanese[key][form]), in(forms[form]); !slices.Equal(got, want) {
			t.Errorf("%s fills %v in Japanese and %v in English", key, got, want)
		}
	}
}

// TestEveryKeyIsTranslatedAndUsed compares the translations with the calls of
// tr in this package and the notices of package app.
func TestEveryKeyIsTranslatedAndUsed(t *testing.T) {
	used := keysInCode(t)
	for key := range noticesOfApp(t) {
		used[key] = true
	}
	// The contract's notices, whether or not the app makes each of them yet.
	for _, key := range []string{
		"portTaken", "hostFailed", "invitationFailed", "peerRemoved", "roomFull", "dataDir",
		"inCall", "noCall", "noVideo", "noPushToTalk", "noDevice", "noAgain", "chatFailed", "devicesFailed", "cameraFailed",
		"microphoneFailed", "shareFailed", "shareEnded", "choicesDamaged", "choicesNotKept", "callGone",
		"identityCorrupt", "identityNewer", "identityInUse", "identityUnreadable", "noIdentity", "noDomain", "badName", "badDomain",
		"badID", "badGroupID", "badTitle", "badPassword", "self", "noUser", "notFriends", "blocked", "notPossible", "noRequest",
		"tooMany", "full", "noGroup", "groupOver", "notMember", "noMember", "alreadyMember", "lastOwner", "notAllowed",
		"noAccount", "accountTaken", "ownerAccount", "peerUnreachable", "peerNotAllowed", "peerCertificate", "peerSlow",
		"peerOverload", "peerUnauthorized", "peerClock", "peerUnknown", "peerRefused", "peerBadDomain", "peerBusy", "calling", "noDevices",
		"exported", "exportExists", "exportFailed", "imported", "importBad", "importNewer", "importFailed", "passwordSet", "peopleFailed",
	} {
		used["notice."+key] = true
	}
	for _, key := range keysOfCalls(t) {
		used[key] = true
	}
	for _, key := range append(findingsOfDoctor(t), statesOfNames(t)...) {
		used[key] = true
	}
	translated := readSentences(t, "en")
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if _, ok := translated[key]; !ok {
			t.Errorf("%s has no sentence", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(translated)) {
		if !used[key] {
			t.Errorf("%s is not used", key)
		}
	}
}

// keysInCode are the first arguments of tr and trCount, which must be literals.
func keysInCode(t *testing.T) map[string]bool {
	t.Helper()
	used := make(map[string]bool)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); ok && (f.Name == "tr" || f.Name == "trCount") {
				literal, ok := call.Args[0].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s calls %s with a key that is not a literal", name, f.Name)
					return true
				}
				key, _ := strconv.Unquote(literal.Value)
				used[key] = true
			}
			return true
		})
	}
	return used
}

// noticesOfApp are the keys that package app writes into a Notice.
func noticesOfApp(t *testing.T) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	notice := regexp.MustCompile(`"(notice\.\w+)"`)
	err := filepath.WalkDir("../app", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, match := range notice.FindAllStringSubmatch(string(content), -1) {
			found[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// keysOfCalls are the sentences for every problem of a call and for every
// trouble of a device, as packages session and media name them.
func keysOfCalls(t *testing.T) []string {
	t.Helper()
	var keys []string
	for _, problem := range constants(t, "../app/session/snapshot.go", "Problem") {
		keys = append(keys, "call.problem."+problem, "call.problemTitle."+problem)
	}
	for _, kind := range []session.DeviceKind{session.Microphone, session.Speaker, session.Camera, session.Screen} {
		for _, trouble := range constants(t, "../app/media/device.go", "Trouble") {
			if trouble != "" {
				keys = append(keys, "trouble."+string(kind)+"."+trouble)
			}
		}
		if kind != session.Screen {
			keys = append(keys, "trouble."+string(kind)+".none")
		}
	}
	return keys
}

// findingsOfDoctor are the sentences of examinations, which package doctor makes
// the keys of, and the titles of its checks.
func findingsOfDoctor(t *testing.T) []string {
	t.Helper()
	var keys []string
	translated := readSentences(t, "en")
	for _, check := range constants(t, "../app/reach/doctor/report.go", "Check") {
		keys = append(keys, "doctor.check."+check)
		for key := range translated {
			if strings.HasPrefix(key, "doctor."+check+".") {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// statesOfNames are the sentences for what packages acme and dyndns name.
func statesOfNames(t *testing.T) []string {
	t.Helper()
	var keys []string
	for _, state := range []acme.State{acme.StateWaiting, acme.StateAsking, acme.StateGood, acme.StateFailed, "renewal"} {
		keys = append(keys, "certificate.state."+string(state))
	}
	for _, state := range []dyndns.State{dyndns.StateWaiting, dyndns.StateCurrent, dyndns.StateFailed, dyndns.StateStopped} {
		keys = append(keys, "dyndns.state."+string(state))
	}
	for _, of := range []struct{ file, name, prefix string }{
		{"../app/reach/acme/errors.go", "Problem", "certificate.problem."},
		{"../app/reach/dyndns/errors.go", "Problem", "dyndns.problem."},
	} {
		for _, word := range constants(t, of.file, of.name) {
			if word != "" {
				keys = append(keys, of.prefix+word)
			}
		}
	}
	return keys
}

// constants are the values of the string constants of a file whose names begin
// with prefix.
func constants(t *testing.T, name, prefix string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) || len(spec.Values) == 0 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			value, _ := strconv.Unquote(literal.Value)
			values = append(values, value)
		}
		return true
	})
	if len(values) < 5 {
		t.Fatalf("%s has only the constants %v", name, values)
	}
	return values
}

func TestTr(t *testing.T) {
	for _, tt := range []struct{ language, one, many, port string }{
		{"en", "1 in a call", "12 in a call", "Sound and picture: UDP port 40000"},
		{"ja", "通話 1 人", "通話 12 人", "音声と映像：UDP ポート 40000"},
	} {
		t.Run(tt.language, func(t *testing.T) {
			speak(t, tt.language)
			if got := trCount("nav.inCall", 1); got != tt.one {
				t.Errorf("got %q, want %q", got, tt.one)
			}
			if got := trCount("nav.inCall", 12); got != tt.many {
				t.Errorf("got %q, want %q", got, tt.many)
			}
			if got := tr("host.mediaBare", "port", "40000"); got != tt.port {
				t.Errorf("got %q, want %q", got, tt.port)
			}
		})
	}
}

func TestShown(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "花子 2", "花子 2"},
		{"right to left stays", "مريم", "مريم\u200e"},
		{"emoji stay", "👵🏽", "👵🏽"},
		{"direction override goes", "\u202eevil\u202c", "evil"},
		{"isolate goes", "\u2067evil\u2069", "evil"},
		{"one line", "a\nb\tc\rd", "a b c d"},
		{"control characters go", "a\x00\x1b[31mb", "a[31mb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shown(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
