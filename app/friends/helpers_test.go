package friends

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	alice identity.ID = "alice@a.example"
	anna  identity.ID = "anna@a.example" // lives where alice does
	bob   identity.ID = "bob@b.example"
)

// network joins hosts by their domains, as federation does with signatures.
type network struct {
	mu    sync.Mutex
	hosts map[string]*Friends
	sent  []federation.Friendship
	fail  func(event federation.Friendship) error // what happens on the way; nil: nothing
}

func (n *network) Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error) {
	friendship := event.(federation.Friendship)
	n.mu.Lock()
	n.sent = append(n.sent, friendship)
	host, fail := n.hosts[domain], n.fail
	n.mu.Unlock()
	if fail != nil {
		if err := fail(friendship); err != nil {
			return federation.Answer{}, err
		}
	}
	if host == nil {
		return federation.Answer{}, &federation.SendError{Domain: domain, Err: federation.ErrUnreachable}
	}
	return federation.Answer{}, refused(domain, host.Friendship(ctx, friendship).Status)
}

// refused says a Status as federation.Service.Send does.
func refused(domain string, status federation.Status) error {
	sentinels := map[federation.Status]error{
		federation.StatusNoUser: federation.ErrNoUser, federation.StatusNotFriends: federation.ErrNotFriends,
		federation.StatusNoRequest: federation.ErrNoRequest, federation.StatusTooMany: federation.ErrTooMany,
	}
	switch err := sentinels[status]; {
	case status == federation.StatusOK:
		return nil
	case err != nil:
		return &federation.SendError{Domain: domain, Status: 400, Err: err}
	}
	return &federation.SendError{Domain: domain, Status: 500, Err: federation.ErrRefused}
}

func (n *network) steps() []federation.FriendStep {
	n.mu.Lock()
	defer n.mu.Unlock()
	var steps []federation.FriendStep
	for _, event := range n.sent {
		steps = append(steps, event.Step)
	}
	return steps
}

func (n *network) failWith(fail func(event federation.Friendship) error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fail = fail
}

var errLost = errors.New("lost on the way")

// newNetwork has a.example with alice and anna, and b.example with bob.
func newNetwork(t *testing.T) (n *network, a, b *Friends) {
	t.Helper()
	n = &network{hosts: map[string]*Friends{}}
	a, b = newHost(t, n, "a.example", "alice", "anna"), newHost(t, n, "b.example", "bob")
	return n, a, b
}

func newHost(t *testing.T, n *network, domain string, names ...string) *Friends {
	t.Helper()
	store := newStore(t, domain, names...)
	f, err := New(Config{Store: store, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	f.Connect(domain, n)
	n.hosts[domain] = f
	t.Cleanup(f.Close)
	return f
}

func newStore(t *testing.T, domain string, names ...string) *identity.Store {
	t.Helper()
	store, err := identity.Open(identity.Config{Path: filepath.Join(t.TempDir(), "identity.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := store.SetProfile(start, names[0], domain); err != nil {
		t.Fatal(err)
	}
	for _, name := range names[1:] {
		if err := store.AddAccount(start, name); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func stateOf(t *testing.T, f *Friends, account string, id identity.ID) identity.FriendState {
	t.Helper()
	friend, err := f.config.Store.Friend(account, id)
	if err != nil {
		t.Fatal(err)
	}
	return friend.State
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// makeFriends makes alice and bob friends.
func makeFriends(t *testing.T, a, b *Friends) {
	t.Helper()
	must(t, a.Request(t.Context(), "alice", bob))
	must(t, b.Accept(t.Context(), "bob", alice))
}

// hanging is a line whose server never answers.
type hanging struct{ begun chan struct{} }

func (h hanging) Send(ctx context.Context, _ string, _ federation.Event) (federation.Answer, error) {
	close(h.begun)
	<-ctx.Done()
	return federation.Answer{}, ctx.Err()
}
