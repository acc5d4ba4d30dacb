package desktop

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const (
	runKey = `Software\Microsoft\Windows\CurrentVersion\Run`
	// approvedKey is where the Task Manager turns entries off.
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
	valueName   = "TakosHome"
)

// registryKeeper is the Run key of the registry.
func registryKeeper() keeper { return runEntry{} }

type runEntry struct{}

func (runEntry) read() (Autostart, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return Autostart{}, nil
	}
	if err != nil {
		return Autostart{}, err
	}
	defer func() { _ = key.Close() }()
	command, _, err := key.GetStringValue(valueName)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return Autostart{}, nil
	case err != nil:
		return Autostart{}, err
	}
	return Autostart{On: isApproved(), Minimized: strings.HasSuffix(command, " "+minimized)}, nil
}

// isApproved is false where the person has turned the entry off: the first byte of
// its mark is odd.
func isApproved() bool {
	key, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return true
	}
	defer func() { _ = key.Close() }()
	mark, _, err := key.GetBinaryValue(valueName)
	return err != nil || len(mark) == 0 || mark[0]&1 == 0
}

func (runEntry) write(a Autostart, command []string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer func() { _ = key.Close() }()
	if !a.On {
		if err := key.DeleteValue(valueName); err != nil && !errors.Is(err, registry.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := key.SetStringValue(valueName, windows.ComposeCommandLine(command)); err != nil {
		return err
	}
	approve()
	return nil
}

// approve takes the Task Manager's mark away. Without the right to, the person sees
// there that the entry is off.
func approve() {
	key, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if err != nil {
		return
	}
	defer func() { _ = key.Close() }()
	_ = key.DeleteValue(valueName)
}
