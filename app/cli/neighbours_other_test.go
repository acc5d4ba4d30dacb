//go:build !linux

package cli

func actAs() (acted bool) { return false }
