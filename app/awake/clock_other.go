//go:build !linux

package awake

import "time"

// sleeplessClock runs on in sleep. It is the time of day, which somebody may set.
func sleeplessClock() time.Duration { return time.Duration(time.Now().UnixNano()) }
