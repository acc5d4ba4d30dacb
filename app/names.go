package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"takoshome/app/config"
	"takoshome/app/reach"
	"takoshome/app/reach/acme"
	"takoshome/app/reach/dyndns"
	"takoshome/app/reach/portmap"
	"takoshome/app/reach/records"
)

// authorityFolder, in the data folder, keeps what authorities have given.
const authorityFolder = "acme"

// routerTime is what a router needs to be found and asked, and more.
const routerTime = 20 * time.Second

// certificates are what the web server shows.
type certificates struct {
	tls       *tls.Config   // nil: plain HTTP
	authority *acme.Manager // nil: none is asked
	http      config.Listen // where the listener for http-01 is to be
}

// newCertificates has the one that settings name; nothing is asked before start.
func newCertificates(c hostConfig) (certificates, error) {
	settings := c.settings
	shown := &tls.Config{MinVersion: tls.VersionTLS12}
	switch settings.TLS.Mode {
	case config.TLSOff:
		return certificates{}, nil
	case config.TLSFiles:
		files, err := reach.NewFiles(reach.FilesConfig{Cert: settings.TLS.Cert, Key: settings.TLS.Key, Logger: c.log})
		if err != nil {
			return certificates{}, err
		}
		shown.GetCertificate = files.GetCertificate
		return certificates{tls: shown}, nil
	}
	own, err := newSelfSigned(settings, c.log)
	if err != nil {
		return certificates{}, err
	}
	if settings.TLS.Mode != config.TLSAcme {
		shown.GetCertificate = own.GetCertificate
		return certificates{tls: shown}, nil
	}
	authority, err := newAuthorityManager(c, own)
	if err != nil {
		return certificates{}, err
	}
	authority.Configure(shown)
	return certificates{tls: shown, authority: authority, http: settings.Acme.HTTPListen}, nil
}

func newAuthorityManager(c hostConfig, own *reach.SelfSigned) (*acme.Manager, error) {
	settings := c.settings.Acme
	texts, err := textsOf(settings)
	if err != nil {
		return nil, &AcmeError{Err: err}
	}
	names := authorityNames(c.settings, c.domain())
	if len(names) == 0 {
		c.log.Warn("no name is known to ask a certificate for: set public_url, or choose a domain")
	}
	var challenges []string
	for _, challenge := range settings.Challenges {
		challenges = append(challenges, string(challenge))
	}
	authority, err := acme.New(acme.Config{
		Names:      names,
		Email:      string(settings.Email),
		Directory:  string(settings.Directory),
		CAFile:     settings.CAFile,
		Challenges: challenges,
		HTTPListen: settings.HTTPListen.AddrPort,
		Redirect:   redirectOf(c.settings, names),
		Records:    texts,
		Dir:        filepath.Join(c.settings.DataDir, authorityFolder),
		Fallback:   own.GetCertificate,
		OnChange:   c.onChange,
		Logger:     c.log.With("scope", "acme"),
	})
	if err != nil {
		return nil, &AcmeError{Err: err}
	}
	return authority, nil
}

// textsOf is who sets records; nil where nobody does.
func textsOf(settings config.Acme) (acme.Records, error) {
	if settings.Provider == "" {
		return nil, nil
	}
	return records.NewTexts(records.Config{
		Provider: string(settings.Provider), Settings: settings.DNS, Hook: settings.Hook,
	})
}

// authorityNames are those to have certificates for, the one in links first.
func authorityNames(settings config.Config, domain string) []string {
	names := []string{settings.PublicURL.Host(), domain, string(settings.Dyndns.Hostname)}
	for _, name := range settings.Acme.Names {
		names = append(names, string(name))
	}
	return slices.DeleteFunc(names, func(name string) bool { return !acme.IsName(name) })
}

func redirectOf(settings config.Config, names []string) string {
	switch {
	case settings.PublicURL != "":
		return settings.PublicURL.Site()
	case len(names) > 0:
		return "https://" + names[0]
	}
	return ""
}

func newSelfSigned(settings config.Config, log *slog.Logger) (*reach.SelfSigned, error) {
	own, err := reach.NewSelfSigned(reach.SelfSignedConfig{
		Path:   filepath.Join(settings.DataDir, certificateFile),
		Names:  ownNames(settings),
		Addrs:  append([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, settings.Announce...),
		Others: interfaceAddrs(),
		Logger: log,
	})
	if err != nil {
		return nil, &DataDirError{Path: settings.DataDir, Err: err}
	}
	return own, nil
}

// start begins to ask once ready has returned; the web server answers by then, as
// the authority looks there.
func (c certificates) start(ctx context.Context, ready func(context.Context)) error {
	if c.authority == nil {
		return nil
	}
	if err := c.authority.Start(ctx, ready); err != nil {
		return &ListenError{Network: "tcp", Addr: c.http.AddrPort, Setting: "acme.http_listen", Err: err}
	}
	return nil
}

func (c certificates) close() error {
	if c.authority == nil {
		return nil
	}
	if err := c.authority.Close(); err != nil {
		return fmt.Errorf("stop asking for certificates: %w", err)
	}
	return nil
}

// isOwn reports whether nobody but this host vouches for what is shown now.
func (c certificates) isOwn(mode config.TLSMode) bool {
	return mode == config.TLSSelfSigned || c.authority != nil && c.authority.IsFallback()
}

// nameCertificates has the authority asked for the domain that others call this
// host by now.
func (h *host) nameCertificates() {
	if h.certificates.authority != nil {
		h.certificates.authority.SetNames(authorityNames(h.config.settings, h.config.domain()))
	}
}

// namedBase is what friends open where an authority vouches for a name; "" where
// none does. The port is known where somebody outside came through it.
func (h *host) namedBase() string {
	authority := h.certificates.authority
	if authority == nil {
		return ""
	}
	name, challenge := authority.Vouched()
	port := h.webAddr.Port()
	switch way := h.outside.way(); {
	case name == "":
		return ""
	case way.IsValid():
		port = way.Port()
	case challenge == acme.TLSALPN01:
		port = 443
	}
	if port == 443 {
		return "https://" + name
	}
	return "https://" + name + ":" + strconv.Itoa(int(port))
}

// certificateStates is how the names stand, for the snapshot.
func (h *host) certificateStates() []CertificateState {
	if h.certificates.authority == nil {
		return nil
	}
	return h.certificates.authority.Status()
}

// awaitRouter gives the router time to let the authority in, and the name time to
// lead here: each time that it knocks in vain counts.
func (h *host) awaitRouter(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, routerTime)
	defer cancel()
	ticker := time.NewTicker(routerTime / 80)
	defer ticker.Stop()
	for {
		if s := h.outside.snapshot(); s == nil || !isBeginning(s) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// isBeginning reports whether the way here is still being made.
func isBeginning(s *Outside) bool {
	return s.Router.State == portmap.Searching || s.Router.State == portmap.Waiting ||
		s.Name != nil && s.Name.State == string(dyndns.StateWaiting)
}

// recheck tries again soon what has failed: the way here has changed.
func (c certificates) recheck() {
	if c.authority != nil {
		c.authority.Recheck()
	}
}
