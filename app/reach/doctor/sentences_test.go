package doctor

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
)

// sentencesOf are the doctor's in a file of words.
func sentencesOf(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for key, value := range all {
		name, isDoctors := strings.CutPrefix(key, "doctor.")
		check, _, _ := strings.Cut(name, ".")
		sentence, isText := value.(string)
		isOurs := check == "check"
		for _, c := range checks() {
			isOurs = isOurs || string(c) == check
		}
		if isDoctors && isText && isOurs {
			found[key] = sentence
		}
	}
	return found
}

// The window and the command line say the same.
func TestSentencesAreTheSame(t *testing.T) {
	for _, language := range []string{"en", "ja"} {
		line := sentencesOf(t, "../../cli/words/"+language+".json")
		window := sentencesOf(t, "../../../assets/translations/"+language+".json")
		if len(line) == 0 || !maps.Equal(line, window) {
			t.Errorf("%s: the command line has %d sentences, the window %d, or others", language, len(line), len(window))
		}
	}
}

// wantSentences checks that a finding can be said, with every place filled, and
// that whoever reads it learns what to do.
func wantSentences(t *testing.T, f Finding) {
	t.Helper()
	place := regexp.MustCompile(`{{\.(\w+)}}`)
	for _, language := range []string{"en", "ja"} {
		words := sentencesOf(t, "../../cli/words/"+language+".json")
		if words["doctor.check."+string(f.Check)] == "" {
			t.Errorf("%s: %s has no title", language, f.Check)
		}
		for _, part := range []string{"", ".means", ".do"} {
			sentence := words[f.Key+part]
			if sentence == "" && (part == "" || f.State != Pass) {
				t.Errorf("%s: nothing is said for %s", language, f.Key+part)
			}
			for _, name := range place.FindAllStringSubmatch(sentence, -1) {
				if f.Args[name[1]] == "" {
					t.Errorf("%s: %s has nothing for %s", language, f.Key+part, name[1])
				}
			}
		}
	}
}
