package app

import (
	"errors"
	"fmt"

	"takoshome/app/calls"
	"takoshome/app/clientapi"
	"takoshome/app/federation"
	"takoshome/app/friends"
	"takoshome/app/identity"
)

// line is what this host hears and says under its domain while it hosts.
type line struct {
	domain  string
	service *federation.Service
	api     *clientapi.API
}

// connect lets others reach the people of this host, where it has a domain.
func (a *App) connect(h *host) error {
	if a.store == nil {
		return nil
	}
	profile, err := a.store.Profile()
	if errors.Is(err, identity.ErrNoProfile) || (err == nil && profile.Domain == "") {
		return nil
	}
	if err != nil {
		return err
	}
	l := &line{domain: profile.Domain}
	settings := a.config.Settings
	l.service, err = federation.New(federation.Config{
		Domain:  l.domain,
		Keys:    a.store,
		Events:  a.store,
		Handler: others{a.exchange, a.friends},
		Version: a.config.Version,
		Hosts:   settings.Federation.Hosts,
		CAFile:  settings.Federation.CAFile,
		Logger:  a.log.With("scope", "federation"),
	})
	if err != nil {
		return fmt.Errorf("open the foundation API: %w", err)
	}
	l.api, err = clientapi.New(clientapi.Config{
		Store:    a.store,
		Exchange: a.exchange,
		Friends:  a.friends,
		Origins:  append(originsOf(settings), "https://"+l.domain),
		Logger:   a.log.With("scope", "clients"),
	})
	if err != nil {
		l.service.Close()
		return fmt.Errorf("open the API of devices: %w", err)
	}
	a.exchange.Connect(l.domain, l.service)
	a.friends.Connect(l.domain, l.service)
	a.setLine(l)
	h.foundation.open(l.service)
	h.clients.open(l.api)
	h.nameCertificates()
	a.log.Info("people can be called by name", "domain", l.domain)
	return nil
}

// disconnect undoes connect. Those who ring are told first, while they can still
// ask for the key by which that is signed.
func (a *App) disconnect(h *host) {
	l := a.currentLine()
	if l == nil {
		return
	}
	h.clients.shut()
	a.exchange.Disconnect()
	a.friends.Disconnect()
	h.foundation.shut()
	l.api.Close()
	l.service.Close()
	a.setLine(nil)
	a.peopleChanged()
}

// others is what other servers may do here.
type others struct {
	*calls.Exchange
	*friends.Friends
}

func (a *App) currentLine() *line {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.line
}

func (a *App) setLine(l *line) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state.line = l
}

// domain is that of the line, empty without one.
func (a *App) domain() string {
	if l := a.currentLine(); l != nil {
		return l.domain
	}
	return ""
}

// reidentify carries out what gives this host another name, domain or state as a
// whole, while nobody talks with it.
func (a *App) reidentify(do func() error) error {
	if a.store == nil {
		return &IdentityError{a.trouble}
	}
	h := a.running()
	if h != nil {
		a.disconnect(h)
	}
	err := do()
	a.peopleChanged()
	if h != nil {
		err = errors.Join(err, a.connect(h))
	}
	return err
}
