package cli

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"takoshome/app/config"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are the sentences of one language.
type words map[string]string

// wordsFor are the sentences in the language of the settings, where "auto"
// means that of the environment.
func wordsFor(language config.Language) (words, error) {
	if language == config.LanguageAuto {
		language = environmentLanguage()
	}
	text, err := wordFiles.ReadFile("words/" + string(language) + ".json")
	if err != nil {
		return nil, fmt.Errorf("read sentences: %w", err)
	}
	var w words
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("read sentences: %w", err)
	}
	return w, nil
}

// environmentLanguage follows POSIX.1-2024 section 8.2: LC_ALL wins over
// LC_MESSAGES, that over LANG.
func environmentLanguage() config.Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.HasPrefix(value, "ja") {
				return config.LanguageJapanese
			}
			break
		}
	}
	return config.LanguageEnglish
}

// say fills the places {{.name}} of a sentence; pairs are names and values.
func (w words) say(key string, pairs ...string) string {
	sentence, ok := w[key]
	if !ok {
		return key
	}
	places := make([]string, len(pairs))
	for i, p := range pairs {
		if i%2 == 0 {
			p = "{{." + p + "}}"
		}
		places[i] = p
	}
	return strings.NewReplacer(places...).Replace(sentence)
}

// reason is an error in the person's language where it is one of ours.
func (w words) reason(err error) string { return w.reasonText(err.Error()) }

func (w words) reasonText(text string) string {
	if sentence, ok := w["reason."+text]; ok {
		return sentence
	}
	return text
}

// cause is what the system says, without the layers' own words before it.
func (w words) cause(err error) string { return w.reason(rootOf(err)) }

// causeWithPath names the file as well, where it may be one of several.
func (w words) causeWithPath(err error) string {
	if file := (*fs.PathError)(nil); errors.As(err, &file) {
		return plain(file.Path) + ": " + w.cause(file.Err)
	}
	return w.cause(err)
}

// rootOf is the innermost error; of several, the last one, which says the most.
func rootOf(err error) error {
	for {
		inner := errors.Unwrap(err)
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			list := several.Unwrap()
			inner = list[len(list)-1]
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
