package cli

import (
	"log/slog"
	"net/netip"

	"takoshome/app"
	"takoshome/app/config"
)

// folderFlag says which app is meant.
type folderFlag struct {
	DataDir string `name:"data-dir" placeholder:"DIR" type:"path" help:"${help_dataDir}"`
}

// hostFlags win over the settings file.
type hostFlags struct {
	folderFlag
	HTTP     *config.Listen `name:"http" placeholder:"ADDR:PORT" help:"${help_http}"`
	RTC      *config.Listen `name:"rtc" placeholder:"ADDR:PORT" help:"${help_rtc}"`
	Announce []config.Addr  `name:"announce" placeholder:"IP,…" help:"${help_announce}"`
	TLS      *config.TLS    `name:"tls" placeholder:"off|self-signed|CERT,KEY" help:"${help_tls}"`
}

// settings reads the file, made with commented defaults if need be, and lets
// the flags win.
func (s *session) settings(flags hostFlags, log *slog.Logger) (config.Config, error) {
	settings, err := s.readSettings(log, true)
	if err != nil {
		return settings, err
	}
	if flags.DataDir != "" {
		settings.DataDir = flags.DataDir
	}
	if flags.HTTP != nil {
		settings.HTTP = *flags.HTTP
	}
	if flags.RTC != nil {
		settings.RTC = *flags.RTC
	}
	if len(flags.Announce) > 0 {
		settings.Announce = append([]netip.Addr(nil), config.Addrs(flags.Announce)...)
	}
	if flags.TLS != nil {
		settings.TLS = *flags.TLS
	}
	s.dataDir = settings.DataDir
	return settings, nil
}

// readSettings takes the defaults where the system has no place for the file.
func (s *session) readSettings(log *slog.Logger, create bool) (config.Config, error) {
	dataDir, err := config.DefaultDataDir()
	if err != nil {
		log.Info("no place for data, --data-dir is needed", "error", err)
	}
	settings := config.Default(dataDir)
	path, err := config.FilePath()
	if err != nil {
		log.Info("no place for settings, the defaults are used", "error", err)
		return settings, nil
	}
	if create {
		if err := config.Create(path); err != nil {
			log.Warn("the settings file could not be made, the defaults are used", "error", err)
		}
	}
	settings, err = config.Load(path, settings)
	if err != nil {
		return settings, err
	}
	if s.words, err = wordsFor(settings.Language); err != nil {
		return settings, err
	}
	return settings, nil
}

// folder is the data folder of the app to ask. With the flag the settings file
// is of no matter, so a broken one does not stand in the way.
func (s *session) folder(flag folderFlag) (string, error) {
	s.dataDir = flag.DataDir
	if s.dataDir == "" {
		settings, err := s.readSettings(slog.New(slog.DiscardHandler), false)
		if err != nil {
			return "", err
		}
		s.dataDir = settings.DataDir
	}
	if s.dataDir == "" {
		return "", &app.DataDirError{Err: config.ErrEmptyPath}
	}
	return s.dataDir, nil
}
