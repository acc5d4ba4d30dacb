package friends

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Line brings events to other servers, as *federation.Service does.
type Line interface {
	Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error)
}

// Config says where friendships are kept and who hears of changes.
type Config struct {
	Store *identity.Store
	// OnChange is told after each change, and must not block; nil: nobody.
	OnChange func()
	// OnEnd is told that an account is somebody's friend no more, so that neither
	// rings at the other any longer; nil: nobody.
	OnEnd  func(account string, id identity.ID)
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

func (c *Config) validate() error {
	if c.Store == nil || c.Logger == nil {
		return errConfig
	}
	return nil
}

// Friends makes and ends friendships. It is safe for concurrent use.
type Friends struct {
	config Config

	// mu protects all that follows.
	mu      sync.Mutex
	domain  string // of the line
	line    Line   // nil: not hosting
	telling int    // events told in the background
	ctx     context.Context
	cancel  context.CancelFunc

	tellers sync.WaitGroup // added to under mu while there is a line
}

// New makes Friends without a line.
func New(config Config) (*Friends, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	if config.OnChange == nil {
		config.OnChange = func() {}
	}
	if config.OnEnd == nil {
		config.OnEnd = func(string, identity.ID) {}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Friends{config: config}, nil
}

// Connect says over what line other servers are told, in the name of domain.
func (f *Friends) Connect(domain string, line Line) {
	f.Disconnect()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.domain, f.line = domain, line
	f.ctx, f.cancel = context.WithCancel(context.Background())
}

// Disconnect ends the line, and awaits those who tell others over it.
func (f *Friends) Disconnect() {
	f.mu.Lock()
	if f.cancel != nil {
		f.cancel()
	}
	f.domain, f.line, f.ctx, f.cancel = "", nil, nil, nil
	f.mu.Unlock()
	f.tellers.Wait()
}

// Close is Disconnect; only friends of this host can be made afterwards.
func (f *Friends) Close() { f.Disconnect() }

// own is an account's takos id. While there is no line, the profile has the domain.
func (f *Friends) own(account string) (identity.ID, error) {
	if _, err := f.config.Store.Account(account); err != nil {
		return "", err
	}
	f.mu.Lock()
	domain := f.domain
	f.mu.Unlock()
	if domain == "" {
		profile, err := f.config.Store.Profile()
		if err != nil {
			return "", err
		}
		if domain = profile.Domain; domain == "" {
			return "", identity.ErrNoDomain
		}
	}
	return identity.MakeID(account, domain)
}

// change takes a step and tells of what it changed.
func (f *Friends) change(account string, id identity.ID, step identity.FriendStep) (identity.FriendChange, error) {
	change, err := f.config.Store.ChangeFriend(f.config.Now(), account, id, step)
	if err != nil || change.Before == change.After {
		return change, err
	}
	if change.Before == identity.StateFriends {
		f.config.OnEnd(account, id)
	}
	f.config.OnChange()
	return change, err
}
