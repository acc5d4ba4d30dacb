package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// retryInterval is between two tries to write where it does not work.
	retryInterval = time.Minute
	minFileBytes  = 4 << 10
)

// FileConfig says where to write, and how much.
type FileConfig struct {
	Path string
	// MaxBytes is how large a file grows at most, MaxFiles how many are kept, the
	// newest included.
	MaxBytes int64
	MaxFiles int
	// warn tells of the file itself; now is the time.
	warn func(message string, args ...any)
	now  func() time.Time
}

func (c *FileConfig) validate() error {
	switch {
	case c.Path == "":
		return errNoPath
	case c.MaxBytes < minFileBytes || c.MaxFiles < 1:
		return errNoRoom
	}
	if c.now == nil {
		c.now = time.Now
	}
	return nil
}

// file is the newest of the files. Its owner lets one write at a time.
type file struct {
	config  FileConfig
	open    *os.File // nil before the first write, and after an error
	size    int64
	torn    bool      // the last line may be incomplete
	lost    int       // lines
	retryAt time.Time // zero: all is well
}

// write appends lines that end with a line break.
func (f *file) write(lines []byte) {
	if len(lines) == 0 {
		return
	}
	if now := f.config.now(); !f.retryAt.IsZero() && now.Before(f.retryAt) {
		f.lost++
		return
	}
	if err := f.tryWrite(lines); err != nil {
		f.lost++
		f.failed(err)
		return
	}
	if f.lost > 0 {
		f.config.warn("the log file is written again", "path", f.config.Path, "lost", f.lost)
	}
	f.lost, f.retryAt = 0, time.Time{}
}

// failed tells the first of several errors, and lets some time pass.
func (f *file) failed(err error) {
	if f.retryAt.IsZero() {
		f.config.warn("the log file cannot be written", "path", f.config.Path, "error", err)
	}
	f.retryAt = f.config.now().Add(retryInterval)
	if f.open != nil {
		_ = f.open.Close() // it has failed already
		f.open = nil
	}
}

func (f *file) tryWrite(lines []byte) error {
	if f.open != nil && f.size+int64(len(lines)) > f.config.MaxBytes {
		if err := f.rotate(); err != nil {
			return err
		}
	}
	if f.open == nil {
		if err := f.reopen(); err != nil {
			return err
		}
	}
	if f.torn {
		lines = append([]byte("\n"), lines...)
	}
	n, err := f.open.Write(lines)
	f.size += int64(n)
	f.torn = err != nil && n > 0
	return err
}

// reopen goes on with a file that has room, or begins one.
func (f *file) reopen() error {
	if err := os.MkdirAll(filepath.Dir(f.config.Path), 0o700); err != nil {
		return err
	}
	open, err := os.OpenFile(f.config.Path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := open.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 && info.Mode().IsRegular() {
		err = open.Chmod(0o600)
	}
	if err != nil {
		return errors.Join(err, open.Close())
	}
	f.open, f.size = open, info.Size()
	if f.size >= f.config.MaxBytes {
		return f.rotate()
	}
	return nil
}

// rotate makes the newest file the second one, and so on, and begins another.
func (f *file) rotate() error {
	err := f.close()
	if err == nil {
		err = Files(f.config.Path).shift(f.config.MaxFiles)
	}
	if err != nil {
		return fmt.Errorf("begin another file: %w", err)
	}
	return f.reopen()
}

func (f *file) close() error {
	if f.open == nil {
		return nil
	}
	err := f.open.Close()
	f.open, f.size, f.torn = nil, 0, false
	return err
}

// Files are the files of a log, by the path of the newest.
type Files string

// Path is that of a file, 0 being the newest.
func (f Files) Path(n int) string {
	if n == 0 {
		return string(f)
	}
	return string(f) + "." + strconv.Itoa(n)
}

// shift gives each file the next number, and leaves keep-1 of them.
func (f Files) shift(keep int) error {
	if err := os.Remove(f.Path(keep - 1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for n := keep - 2; n >= 0; n-- {
		if err := os.Rename(f.Path(n), f.Path(n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
