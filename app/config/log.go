package config

import (
	"log/slog"
	"path/filepath"
	"strings"
)

// auto is the file that the program chooses.
const auto = "auto"

// logName is where the log is in the data folder.
const logName = "log/takoshome.log"

const (
	maxLogMegabytes = 1000
	maxLogFiles     = 100
)

// Log is what is written down of what the program does, without secrets.
type Log struct {
	// File is "auto", "off" or the path of a file.
	File  LogFile
	Level LogLevel
	// MaxMegabytes is how large a file grows, MaxFiles how many there are, the one
	// that is written to included.
	MaxMegabytes int
	MaxFiles     int
}

// Path is the file to write to, empty for none.
func (l Log) Path(dataDir string) string {
	switch l.File {
	case off:
		return ""
	case auto:
		return filepath.Join(dataDir, filepath.FromSlash(logName))
	}
	return string(l.File)
}

// LogFile is "auto", "off" or the path of a file.
type LogFile string

// UnmarshalText reads one of the two words, or a path.
func (f *LogFile) UnmarshalText(text []byte) error {
	path := strings.TrimSpace(string(text))
	switch path {
	case "":
		return ErrLogFile
	case auto, off:
		*f = LogFile(path)
	default:
		*f = LogFile(filepath.Clean(path))
	}
	return nil
}

// LogLevel is how much is written down.
type LogLevel string

// The levels, from the most to the least.
const (
	LogDebug LogLevel = "debug"
	LogInfo  LogLevel = "info"
	LogWarn  LogLevel = "warn"
	LogError LogLevel = "error"
)

// UnmarshalText reads one of the levels.
func (l *LogLevel) UnmarshalText(text []byte) error {
	switch read := LogLevel(text); read {
	case LogDebug, LogInfo, LogWarn, LogError:
		*l = read
		return nil
	}
	return ErrLogLevel
}

// Slog is the same for log/slog.
func (l LogLevel) Slog() slog.Level {
	switch l {
	case LogDebug:
		return slog.LevelDebug
	case LogWarn:
		return slog.LevelWarn
	case LogError:
		return slog.LevelError
	}
	return slog.LevelInfo
}

func setNumber(from, to *int, most int, err error) error {
	switch {
	case from == nil:
	case *from < 1 || *from > most:
		return err
	default:
		*to = *from
	}
	return nil
}
