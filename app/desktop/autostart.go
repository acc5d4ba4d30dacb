package desktop

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"
)

const (
	autostartName = "social.takos.home.desktop"
	agentLabel    = "social.takos.home"
	// minimized is the flag for a start without a window.
	minimized = "--minimized"
)

// ErrNoAutostart means that this system starts no programs with the session, as
// far as this package knows.
var ErrNoAutostart = errors.New("no way to start with the session is known here")

// Autostart is how the program starts when its owner logs in.
type Autostart struct {
	On bool
	// Minimized starts it in the tray, without its window.
	Minimized bool
	// Gone says that the program that would start is not there any more.
	Gone bool
}

// keeper is a system's place for programs that start with the session.
type keeper interface {
	read() (Autostart, error)
	// write takes the command as well.
	write(a Autostart, command []string) error
}

// Autostart is what this system will do at the next login.
func (c Config) Autostart() (Autostart, error) {
	keeper := c.autostart()
	if keeper == nil {
		return Autostart{}, ErrNoAutostart
	}
	a, err := keeper.read()
	if err != nil {
		return Autostart{}, fmt.Errorf("read what starts with the session: %w", err)
	}
	return a, nil
}

// SetAutostart has this system start the program at each login, or not. Done
// again, it names the program where it is now.
func (c Config) SetAutostart(a Autostart) error {
	keeper := c.autostart()
	if keeper == nil {
		return ErrNoAutostart
	}
	command := []string{c.Executable}
	if a.Minimized {
		command = append(command, minimized)
	}
	if err := keeper.write(a, command); err != nil {
		return fmt.Errorf("change what starts with the session: %w", err)
	}
	return nil
}

// autostart is nil where no way is known.
func (c Config) autostart() keeper {
	switch runtime.GOOS {
	case "windows":
		return registryKeeper()
	case "darwin":
		return agentFile{filepath.Join(c.Home, "Library", "LaunchAgents", agentLabel+".plist")}
	case "linux", "freebsd", "openbsd", "netbsd":
		return xdgFile{filepath.Join(c.ConfigHome, "autostart", autostartName)}
	}
	return nil
}

// xdgFile is a file of the Desktop Application Autostart Specification 0.5.
type xdgFile struct{ path string }

func (f xdgFile) read() (Autostart, error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return Autostart{}, nil
	}
	if err != nil {
		return Autostart{}, err
	}
	a := Autostart{On: true}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key, value = strings.TrimSpace(key), strings.TrimSpace(value); key {
		// Desktops turn an entry off by these, and leave the file.
		case "Hidden":
			a.On = a.On && value != "true"
		case "X-GNOME-Autostart-enabled":
			a.On = a.On && value != "false"
		case "Exec":
			a.Minimized = strings.HasSuffix(value, " "+minimized)
		case "TryExec":
			_, err := os.Stat(strings.ReplaceAll(value, `\\`, `\`))
			a.Gone = errors.Is(err, fs.ErrNotExist)
		}
	}
	return a, nil
}

func (f xdgFile) write(a Autostart, command []string) error {
	if !a.On {
		return remove(f.path)
	}
	program, err := quoted(command[0])
	if err != nil {
		return err
	}
	exec := strings.Join(append([]string{program}, command[1:]...), " ")
	return keep(f.path, []byte(`[Desktop Entry]
Type=Application
Version=1.5
Name=Takos Home
Comment=Lets friends in for calls
Comment[ja]=友だちと通話できるようにします
Exec=`+exec+`
TryExec=`+strings.ReplaceAll(command[0], `\`, `\\`)+`
Icon=social.takos.home
Terminal=false
StartupNotify=false
X-GNOME-Autostart-enabled=true
`))
}

// agentFile is a launch agent of macOS (launchd.plist(5)), which is read at login.
type agentFile struct{ path string }

func (f agentFile) read() (Autostart, error) {
	text, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Autostart{}, nil
	case err != nil:
		return Autostart{}, err
	}
	return Autostart{On: true, Minimized: bytes.Contains(text, []byte("<string>"+minimized+"</string>"))}, nil
}

func (f agentFile) write(a Autostart, command []string) error {
	if !a.On {
		return remove(f.path)
	}
	if slices.ContainsFunc(command, func(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }) {
		return errPath
	}
	var arguments bytes.Buffer
	for _, word := range command {
		arguments.WriteString("\t\t<string>")
		if err := xml.EscapeText(&arguments, []byte(word)); err != nil {
			return err
		}
		arguments.WriteString("</string>\n")
	}
	return keep(f.path, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>`+agentLabel+`</string>
	<key>ProgramArguments</key>
	<array>
`+arguments.String()+`	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
`))
}

// remove makes a file be gone.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
