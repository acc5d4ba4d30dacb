//go:build unix

package app

import (
	"syscall"
	"time"
)

// processTime is the time that the process has run, its own and the system's
// for it (getrusage, POSIX.1-2024).
func processTime() (time.Duration, bool) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, false
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), true
}
