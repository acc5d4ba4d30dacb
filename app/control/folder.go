package control

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

const (
	socketName = "control.sock"
	lockName   = "lock"
	// maxSocketPath is what macOS takes, the strictest of the systems
	// (sockaddr_un has 104 bytes, the last one 0).
	maxSocketPath = 103
)

// Folder is a data folder that this process alone holds, with the socket open.
type Folder struct {
	lock     *flock.Flock
	listener net.Listener
}

// Open makes the folder if need be, takes its lock and opens its socket; it
// answers nothing yet. ErrRunning says that another process was first.
func Open(dir string) (*Folder, error) {
	path := filepath.Join(dir, socketName)
	if len(path) > maxSocketPath {
		return nil, ErrPathTooLong
	}
	if err := prepare(dir); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if !locked {
		return nil, ErrRunning
	}
	listener, err := listenPrivately(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open control socket: %w", err), lock.Close())
	}
	return &Folder{lock: lock, listener: listener}, nil
}

// prepare makes the folder for its owner alone. One that is there keeps its
// mode: it may be somebody's home. It is refused where everybody could put
// files of their own in place of ours; a group may, since many systems give each
// person a group of their own and let it write.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("look at data folder: %w", err)
	case !info.IsDir():
		return errNotAFolder
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0:
		return ErrOpenToOthers
	}
	return nil
}

// listenPrivately replaces what an ended process left behind; the lock says
// that no living one listens there.
func listenPrivately(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := privately(func() (net.Listener, error) { return net.Listen("unix", path) })
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// Close gives the folder back; the socket's file goes with it.
func (f *Folder) Close() error {
	err := f.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	if err = errors.Join(err, f.lock.Close()); err != nil {
		return fmt.Errorf("leave data folder: %w", err)
	}
	return nil
}
