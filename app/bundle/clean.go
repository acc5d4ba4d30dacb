package bundle

import (
	"fmt"
	"strings"

	"takoshome/app/logfile"
)

// isPrivate says of what concerns people and nobody who helps; of lists only the
// lengths are told.
func isPrivate(name string) bool {
	switch name {
	case "friends", "groups", "history", "accounts", "chat", "joinUrl", "link", "email", "user":
		return true
	}
	return false
}

// clean is a JSON value without what is secret or private in it.
func (b *bundle) clean(name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if isPrivate(name) {
			return fmt.Sprintf("%d left out", len(v))
		}
		cleaned := make(map[string]any, len(v))
		for key, inside := range v {
			cleaned[b.cleaner.Clean(key)] = b.clean(key, inside)
		}
		return cleaned
	case []any:
		if isPrivate(name) {
			return fmt.Sprintf("%d left out", len(v))
		}
		for i := range v {
			v[i] = b.clean(name, v[i])
		}
		return v
	case string:
		switch {
		case v == "":
			return v
		case isPrivate(name) || b.cleaner.IsSecret(name):
			return logfile.Removed
		case strings.EqualFold(name, "fingerprint"):
			return v
		}
		return b.cleaner.Clean(v)
	}
	return value
}
