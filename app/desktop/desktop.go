package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"
)

const (
	scheme = "x-scheme-handler/takoshome"
	// entryName is what other files call the entry.
	entryName = "social.takos.home.links.desktop"
	iconName  = "social.takos.home.png"
)

// errPath means a path that no desktop entry can hold.
var errPath = errors.New("the path has characters that no desktop takes")

// Config says what links open, and where the user's files are.
type Config struct {
	// Executable is the program's absolute path.
	Executable string
	Icon       []byte // a PNG of 256 by 256
	// DataHome and ConfigHome are XDG_DATA_HOME and XDG_CONFIG_HOME, or what
	// stands for them.
	DataHome, ConfigHome string
	// Home is the home folder, empty where there is none.
	Home string
}

// Present is the Config of the running program.
func Present(icon []byte) (Config, error) {
	c := Config{Executable: os.Getenv("APPIMAGE"), Icon: icon}
	var err error
	// An AppImage runs from a folder that is gone when it ends.
	if !filepath.IsAbs(c.Executable) {
		if c.Executable, err = os.Executable(); err != nil {
			return c, fmt.Errorf("find the program: %w", err)
		}
	}
	if c.DataHome, err = xdg("XDG_DATA_HOME", ".local", "share"); err != nil {
		return c, err
	}
	if home, err := os.UserHomeDir(); err == nil {
		c.Home = home
	}
	c.ConfigHome, err = xdg("XDG_CONFIG_HOME", ".config")
	return c, err
}

// xdg is a folder of the XDG Base Directory Specification.
func xdg(name string, standard ...string) (string, error) {
	if dir := os.Getenv(name); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w", err)
	}
	return filepath.Join(append([]string{home}, standard...)...), nil
}

// Register makes takoshome: links open the program. Done again, it changes
// nothing. Elsewhere than on Linux it does nothing at all.
func Register(c Config) error {
	if runtime.GOOS != "linux" {
		return nil
	}
	return c.register()
}

func (c Config) register() error {
	icon := filepath.Join(c.DataHome, "icons", "hicolor", "256x256", "apps", iconName)
	entry, err := c.entry(icon)
	if err != nil {
		return fmt.Errorf("register links: %w", err)
	}
	for _, f := range []struct {
		path string
		text []byte
	}{
		{icon, c.Icon},
		{filepath.Join(c.DataHome, "applications", entryName), entry},
	} {
		if err := keep(f.path, f.text); err != nil {
			return fmt.Errorf("register links: %w", err)
		}
	}
	if err := c.makeDefault(); err != nil {
		return fmt.Errorf("register links: %w", err)
	}
	return nil
}

// entry is the .desktop file. It stands in no menu: a package brings one for that.
func (c Config) entry(icon string) ([]byte, error) {
	program, err := quoted(c.Executable)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(icon, unicode.IsControl) {
		return nil, errPath
	}
	return []byte(`[Desktop Entry]
Type=Application
Version=1.5
Name=Takos Home
Comment=Opens calls from their links
Comment[ja]=リンクから通話を開きます
Exec=` + program + ` %u
Icon=` + strings.ReplaceAll(icon, `\`, `\\`) + `
Terminal=false
NoDisplay=true
StartupNotify=true
MimeType=` + scheme + `;
`), nil
}

// quoted is a path as an argument of Exec: quoted, with the four characters
// that keep a meaning in quotes escaped, all of it escaped once more as any
// string, and % doubled because it begins a field code.
func quoted(path string) (string, error) {
	if !filepath.IsAbs(path) || strings.ContainsFunc(path, unicode.IsControl) || strings.Contains(path, "=") {
		return "", errPath
	}
	argument := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(path)
	value := strings.ReplaceAll(argument, `\`, `\\`)
	return `"` + strings.ReplaceAll(value, "%", "%%") + `"`, nil
}

// makeDefault names the entry in mimeapps.list, where no other is named.
func (c Config) makeDefault() error {
	path := filepath.Join(c.ConfigHome, "mimeapps.list")
	// Some people's settings live elsewhere and are linked to.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return keep(path, withDefault(text))
}

// withDefault adds the association to the text of a mimeapps.list; one that is
// there stays, whatever it names.
func withDefault(text []byte) []byte {
	const group, line = "[Default Applications]", scheme + "=" + entryName
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	at := -1
	for i, inGroup := 0, false; i < len(lines); i++ {
		trimmed := strings.TrimSpace(lines[i])
		if strings.HasPrefix(trimmed, "[") {
			inGroup = trimmed == group
			if inGroup && at < 0 {
				at = i + 1
			}
		}
		if key, _, ok := strings.Cut(trimmed, "="); inGroup && ok && strings.TrimSpace(key) == scheme {
			return text
		}
	}
	switch {
	case len(text) == 0:
		lines = []string{group, line}
	case at < 0:
		lines = append(lines, "", group, line)
	default:
		lines = append(lines[:at], append([]string{line}, lines[at:]...)...)
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// keep makes a file hold text, whole or not at all, and leaves one that does as
// it is.
func keep(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(modeOf(path)), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// modeOf keeps the mode of a file that is there.
func modeOf(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}
