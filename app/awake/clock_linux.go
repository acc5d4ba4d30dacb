package awake

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleeplessClock runs on in sleep, and nobody can set it.
func sleeplessClock() time.Duration {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &at); err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	return time.Duration(at.Nano())
}
