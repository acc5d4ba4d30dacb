package cli

import (
	"log/slog"
	"maps"
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
	HTTP     *config.Listen      `name:"http" placeholder:"ADDR:PORT" help:"${help_http}"`
	RTC      *config.Listen      `name:"rtc" placeholder:"ADDR:PORT" help:"${help_rtc}"`
	Announce []config.Addr       `name:"announce" placeholder:"IP,…" help:"${help_announce}"`
	Relay    *config.RelayListen `name:"relay" placeholder:"ADDR:PORT|off" help:"${help_relay}"`
	TLS      *config.TLS         `name:"tls" placeholder:"off|self-signed|acme|CERT,KEY" help:"${help_tls}"`
	Domain   *config.Domain      `name:"domain" placeholder:"DOMAIN" help:"${help_domain}"`
	Hosts    []config.Peer       `name:"host" sep:"none" placeholder:"DOMAIN=ADDR:PORT" help:"${help_host}"`
	CAFile   string              `name:"ca-file" placeholder:"FILE" type:"path" help:"${help_caFile}"`
}

// ownerFlag is whose host it is.
type ownerFlag struct {
	Owner *config.Name `name:"name" placeholder:"NAME" help:"${help_ownName}"`
}

// settings reads the file, made with commented defaults if need be, and lets
// the flags win.
func (s *session) settings(flags hostFlags, owner ownerFlag, log *slog.Logger) (config.Config, error) {
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
	if flags.Relay != nil {
		settings.Relay.Listen = *flags.Relay
	}
	if owner.Owner != nil {
		settings.Federation.Name = *owner.Owner
	}
	flags.federate(&settings.Federation)
	s.dataDir = settings.DataDir
	if path, err := config.FilePath(); err == nil {
		return settings, settings.CheckPrograms(path)
	}
	return settings, nil
}

// hostSettings are those of who cannot do without the host: the window opens
// without it, and tells what is wrong.
func (s *session) hostSettings(flags hostFlags, owner ownerFlag, log *slog.Logger) (config.Config, error) {
	settings, err := s.settings(flags, owner, log)
	if err != nil {
		return settings, err
	}
	settings.Hosting = true
	path, err := config.FilePath()
	if err != nil {
		return settings, nil
	}
	named := settings // without what a flag names: that is told as the flag's
	if flags.TLS != nil && flags.TLS.Mode == config.TLSFiles {
		named.TLS = config.TLS{Mode: config.TLSOff}
	}
	if flags.CAFile != "" {
		named.Federation.CAFile = ""
	}
	return settings, named.CheckCertificates(path)
}

// federate adds the servers of the flags to those of the file.
func (f *hostFlags) federate(settings *config.Federation) {
	if f.Domain != nil {
		settings.Domain = *f.Domain
	}
	if f.CAFile != "" {
		settings.CAFile = f.CAFile
	}
	hosts := maps.Clone(settings.Hosts)
	for _, peer := range f.Hosts {
		if hosts == nil {
			hosts = map[string]netip.AddrPort{}
		}
		hosts[string(peer.Domain)] = peer.Addr
	}
	settings.Hosts = hosts
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
