package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (c *versionCommand) Run(s *session) error {
	_, err := fmt.Fprintf(s.Stdout, "takoshome %s %s/%s\n", version(s.Version), runtime.GOOS, runtime.GOARCH)
	return err
}

// version adds to the given one the revision that Go has built in.
func version(given string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return given
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	if revision == "" {
		return given
	}
	return given + " (" + revision + changed + ")"
}
