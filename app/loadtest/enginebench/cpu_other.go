//go:build !linux

package main

import (
	"errors"
	"time"
)

// errLinuxOnly: CPU clocks of other processes and cores to bind them to are
// Linux's.
var errLinuxOnly = errors.New("the engine's benchmark needs Linux")

func cpuTime(int) (time.Duration, error)    { return 0, errLinuxOnly }
func residentBytes(int) (int, error)        { return 0, errLinuxOnly }
func wakeUps(int) (uint64, error)           { return 0, errLinuxOnly }
func keepTo([]int) error                    { return errLinuxOnly }
func startOn(_ []int, _ func() error) error { return errLinuxOnly }

type cores struct{}

func findCores() (cores, error) { return cores{}, errLinuxOnly }
func (cores) measured() []int   { return nil }
func (cores) two() []int        { return nil }
func (cores) rest() []int       { return nil }
