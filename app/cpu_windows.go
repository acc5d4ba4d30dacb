package app

import (
	"syscall"
	"time"
)

// processTime is the time that the process has run, its own and the system's
// for it (GetProcessTimes, in units of 100 ns).
func processTime() (time.Duration, bool) {
	process, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0, false
	}
	var created, ended, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(process, &created, &ended, &kernel, &user); err != nil {
		return 0, false
	}
	ticks := int64(kernel.HighDateTime)<<32 + int64(kernel.LowDateTime) +
		int64(user.HighDateTime)<<32 + int64(user.LowDateTime)
	return time.Duration(ticks * 100), true
}
