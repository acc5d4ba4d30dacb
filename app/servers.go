package app

import (
	"net/url"

	"takoshome/app/federation"
	"takoshome/app/participant"
)

// findServers reads how other servers are reached.
func (a *App) findServers() (err error) {
	settings := a.config.Settings.Federation
	if a.dial, err = federation.Dialer(settings.Hosts); err != nil {
		return err
	}
	if a.roots, err = federation.Roots(settings.CAFile); err != nil {
		return &AuthorityError{Path: settings.CAFile, Err: err}
	}
	return nil
}

// hostOf is the running host where a link leads to it, by its address or domain.
func (a *App) hostOf(link participant.Link) *host {
	h := a.running()
	if h == nil {
		return nil
	}
	if domain := a.domain(); h.isAt(link.Base) || (domain != "" && link.Base == "https://"+domain) {
		return h
	}
	return nil
}

// wayTo says how the host of a link is reached: one of the settings where they
// say, and whom another server has named at public addresses alone. A link that
// somebody has pasted leads wherever it says.
func (a *App) wayTo(link participant.Link) *participant.Way {
	base, err := url.Parse(link.Base)
	if err != nil {
		return nil
	}
	_, named := a.config.Settings.Federation.Hosts[base.Hostname()]
	named = named && base.Scheme == "https" && base.Port() == ""
	switch {
	case named, a.stay.leadsTo(link):
		return &participant.Way{Dial: a.dial, Roots: a.roots}
	case a.roots != nil:
		return &participant.Way{Roots: a.roots}
	}
	return nil
}
