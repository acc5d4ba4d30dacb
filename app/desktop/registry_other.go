//go:build !windows

package desktop

// registryKeeper is for Windows alone.
func registryKeeper() keeper { return nil }
