package cli

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/control"
)

// bundleCommand gathers what somebody needs who helps with a problem.
type bundleCommand struct {
	folderFlag
	Out string `name:"output" short:"o" placeholder:"FILE" type:"path" help:"${help_bundleFile}"`
}

// Run writes the file, whether the app runs or not.
func (c *bundleCommand) Run(s *session) error {
	// A settings file that is broken is one of the things to tell of.
	settings, settingsErr := s.readSettings(slog.New(slog.DiscardHandler), false)
	if c.DataDir != "" {
		settings.DataDir = c.DataDir
	}
	s.dataDir = settings.DataDir
	file, err := config.FilePath()
	if err != nil {
		file = ""
	}
	source := app.BundleSource(settings, file, version(s.Version))
	if settingsErr != nil && source.SettingsError == nil {
		source.SettingsError = settingsErr
	}
	status, err := control.NewClient(settings.DataDir).Status(s.ctx)
	if source.StatusError = err; err == nil {
		source.Status = status
	}
	path := c.Out
	if path == "" {
		path = app.BundleName(time.Now())
	}
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	if err := app.WriteBundle(path, source); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Stdout, s.words.say("bundle.saved", "path", path))
	return err
}
