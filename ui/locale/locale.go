// Package locale keeps Fyne from complaining about the locales "C" and "POSIX",
// which name no language: Fyne reads the environment while it is initialized,
// before main, and would print three lines to stderr for every command.
//
// It has to come before Fyne. Packages are initialized in the order of their
// import paths as far as their imports allow; this one imports nothing but
// syscall, and Fyne needs packages that come later, such as time and unicode.
package locale

import "syscall"

var _ = nameLanguage()

// nameLanguage puts English in the place of a locale without a language, and
// reports whether there was one.
func nameLanguage() (changed bool) {
	for _, name := range [...]string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value, found := syscall.Getenv(name)
		if found && isBare(value) {
			changed = syscall.Setenv(name, "en_US.UTF-8") == nil || changed
		}
	}
	return changed
}

func isBare(value string) bool {
	for _, bare := range [...]string{"C", "POSIX"} {
		if value == bare || len(value) > len(bare) && value[:len(bare)+1] == bare+"." {
			return true
		}
	}
	return false
}
