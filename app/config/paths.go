package config

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

const appFolder = "takoshome"

// FilePath is where the settings file belongs on this system.
func FilePath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the settings folder: %w", err)
	}
	return filepath.Join(dir, appFolder, "config.toml"), nil
}

// DefaultDataDir is where the app's data belongs on this system: the XDG data
// place, or what Windows and macOS have for it.
func DefaultDataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, appFolder), nil
	}
	if runtime.GOOS == "windows" {
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, appFolder), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w", err)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", appFolder), nil
	}
	return filepath.Join(home, ".local", "share", appFolder), nil
}
