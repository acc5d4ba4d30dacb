package logfile

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// maxEarly bounds what is kept for a file that is not known yet.
const maxEarly = 64 << 10

// Log is a logger with its places to write to.
type Log struct {
	level  slog.LevelVar
	logger *slog.Logger
	stderr io.Writer

	// mu protects all that follows.
	mu     sync.Mutex
	early  bytes.Buffer // what was written before Open
	file   *file        // nil before Open, and without a file
	closed bool
}

// New writes to stderr, and to a file from Open on, what is of level Info at least.
func New(stderr io.Writer) *Log {
	l := &Log{stderr: stderr}
	l.logger = slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: &l.level, ReplaceAttr: cleanAttr}))
	return l
}

// Logger is what others write to.
func (l *Log) Logger() *slog.Logger { return l.logger }

// SetLevel changes how much is written.
func (l *Log) SetLevel(level slog.Level) { l.level.Set(level) }

// Open begins a file with all that was written until now. Where that cannot be done
// it is told once, and tried again later.
func (l *Log) Open(c FileConfig) error {
	if err := c.validate(); err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil || l.closed {
		return errOpenTwice
	}
	c.warn = l.warn
	l.file = &file{config: c}
	l.file.write(l.early.Bytes())
	l.early = bytes.Buffer{}
	return nil
}

// Write takes one line of the logger. It never fails: there is nobody to tell.
func (l *Log) Write(line []byte) (int, error) {
	_, _ = l.stderr.Write(line)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.file != nil:
		l.file.write(line)
	case !l.closed && l.early.Len()+len(line) <= maxEarly:
		l.early.Write(line)
	}
	return len(line), nil
}

// warn tells of the file itself; it would not be there.
func (l *Log) warn(message string, args ...any) {
	slog.New(slog.NewTextHandler(l.stderr, &slog.HandlerOptions{ReplaceAttr: cleanAttr})).Warn(message, args...)
}

// Close ends the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.file == nil {
		return nil
	}
	err := l.file.close()
	l.file = nil
	return err
}
