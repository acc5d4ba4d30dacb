package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"takoshome/app/calls"
	"takoshome/app/friends"
	"takoshome/app/identity"
)

// identityFile keeps what makes this host somebody.
const identityFile = "identity.db"

// household is the people of this host: what is stored of them, and what they do
// with others. store and all that needs it are nil where the stored state cannot
// be read; then calls go by links alone.
type household struct {
	store    *identity.Store
	trouble  error // why there is no store
	exchange *calls.Exchange
	friends  *friends.Friends
	record   record
	crew     crew
	stay     stay
	// dial and roots lead to other servers.
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	roots *x509.CertPool
}

// openHousehold reads the stored state. What is broken there is told in the
// Snapshot, and keeps nobody from hosting.
func (a *App) openHousehold() error {
	store, err := identity.Open(identity.Config{Path: filepath.Join(a.config.Settings.DataDir, identityFile)})
	if err != nil {
		a.log.Error("the stored identity cannot be used", "error", err)
		a.trouble = err
		return nil
	}
	a.store = store
	if err := a.settle(); err != nil {
		return fmt.Errorf("take name and domain of the settings: %w", err)
	}
	a.exchange, err = calls.NewExchange(calls.ExchangeConfig{
		Store:    store,
		Book:     a.book,
		IsBusy:   a.isElsewhere,
		OnOver:   a.emptyRoom,
		OnChange: a.peopleChanged,
		RingTime: a.config.ringTime,
		Logger:   a.log.With("scope", "calls"),
	})
	if err != nil {
		return err
	}
	a.friends, err = friends.New(friends.Config{
		Store:    store,
		OnChange: a.peopleChanged,
		OnEnd:    a.exchange.Forget,
		Logger:   a.log.With("scope", "friends"),
	})
	return err
}

// settle lets name and domain of the settings win over what is stored. Without a
// window they are enough to begin with; with one the person is asked first.
func (a *App) settle() error {
	wanted := a.config.Settings.Federation
	name, domain := string(wanted.Name), string(wanted.Domain)
	stored, err := a.store.Profile()
	switch {
	case errors.Is(err, identity.ErrNoProfile):
		if (name == "" && domain == "") || (name == "" && a.config.HasWindow) {
			return nil
		}
		name = orElse(name, suggestedName())
	case err != nil:
		return err
	default:
		name, domain = orElse(name, stored.Name), orElse(domain, stored.Domain)
	}
	if name == stored.Name && domain == stored.Domain {
		return nil
	}
	return a.store.SetProfile(time.Now(), name, domain)
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// closeHousehold gives the stored state back, after hosting has stopped.
func (a *App) closeHousehold() error {
	if a.exchange != nil {
		a.exchange.Close()
	}
	if a.friends != nil {
		a.friends.Close()
	}
	if a.store == nil {
		return nil
	}
	return a.store.Close()
}

// owner is the local name of whose host this is, empty before it was chosen.
func (h *household) owner() string { return h.record.get(h.store).profile.Name }

// peopleChanged says that something about people is no longer as it was.
func (a *App) peopleChanged() {
	a.record.outdate()
	a.publisher.change()
	a.stay.look()
}
