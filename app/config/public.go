package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// hidden stands for a value that others must not read.
const hidden = "[removed]"

// Public is the settings file at path as JSON, without what others must not read: a
// new setting that may be a secret is left out by its name. No file is no settings.
func Public(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return []byte("{}"), nil
	}
	if err != nil {
		return nil, &FileError{Path: path, Err: errors.Unwrap(err)}
	}
	var all map[string]any
	if err := toml.Unmarshal(text, &all); err != nil {
		// The decoder quotes the text, with whatever stands there.
		located := locate(err)
		return nil, fmt.Errorf("settings file: line %d is not TOML", located.Line)
	}
	return json.Marshal(public("", all))
}

func public(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inside := range v {
			v[name] = public(key+"."+strings.ToLower(name), inside)
		}
		return v
	case bool:
		return v
	}
	if mayBeSecret(key) {
		return hidden
	}
	return value
}

// mayBeSecret says of a key such as ".dyndns.url" whether its value may open
// something. Addresses and commands of services for names have passwords in them.
// Whose computer this is is not told either.
func mayBeSecret(key string) bool {
	for _, word := range []string{"key", "pass", "secret", "token", "credential", "hook", "user", "dns.", "eab", "mail"} {
		if strings.Contains(key, word) && key != ".dyndns.provider" && key != ".dyndns.hostname" {
			return true
		}
	}
	return strings.HasSuffix(key, "url") && key != ".public_url"
}
