//go:build unix

package control

import "syscall"

// privately makes files for their owner alone, from their first moment on. The
// mask is the process's, so that files made meanwhile elsewhere are stricter
// than asked for, which only their owner would notice: not at all.
func privately[T any](makeFiles func() (T, error)) (T, error) {
	before := syscall.Umask(0o177)
	defer syscall.Umask(before)
	return makeFiles()
}
