package ui

import (
	"takoshome/app"
	"takoshome/app/identity"
)

// identityProblem says what is wrong with a name or domain, "" for nothing.
func identityProblem(wanted app.SetIdentity) string {
	if _, err := identity.MakeID(wanted.Name, "a.example"); err != nil {
		return tr("notice.badName", "name", shown(wanted.Name))
	}
	if wanted.Domain == "" {
		return ""
	}
	if _, err := identity.ParseDomain(wanted.Domain); err != nil {
		return tr("notice.badDomain", "domain", shown(wanted.Domain))
	}
	return ""
}

// sentence is the text of a key of the app, with values that others may have
// chosen; a key without one is named.
func sentence(key string, values map[string]string) string {
	if !known(key) {
		return tr("notice.other", "key", key)
	}
	// What the app did not name still makes a sentence.
	args := map[string]string{"addr": "?", "instead": "?", "domain": "?", "peer": "?", "id": "?", "name": "?", "path": "?", "port": "?", "reason": "?"}
	for name, value := range values {
		args[name] = abridged(shown(value))
	}
	return trArgs(key, args)
}
