package cli

import (
	"takoshome/app/config"
	"takoshome/app/logfile"
)

const megabyte = 1 << 20

// startLog writes to stderr.
func (s *session) startLog() *logfile.Log { return logfile.New(s.Stderr) }

// keepLog writes to the settings' file as well, now that the data folder is this
// process's own. Without a file everything goes on.
func keepLog(log *logfile.Log, settings config.Config) {
	path := settings.Log.Path(settings.DataDir)
	if path == "" {
		return
	}
	err := log.Open(logfile.FileConfig{
		Path:     path,
		MaxBytes: int64(settings.Log.MaxMegabytes) * megabyte,
		MaxFiles: settings.Log.MaxFiles,
	})
	if err != nil {
		log.Logger().Warn("there is no log file", "error", err)
	}
}
