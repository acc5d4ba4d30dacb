package app

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"takoshome/app/config"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

const (
	alice = "alice@a.example"
	bob   = "bob@b.example"
)

// neighbours are an authority with the doors of some domains.
func neighbours(t *testing.T, domains ...string) *authority {
	t.Helper()
	ca := newAuthority(t)
	for _, domain := range domains {
		ca.gate(t, domain)
	}
	return ca
}

// startNeighbour lets somebody with a window host their domain.
func startNeighbour(t *testing.T, ca *authority, id identity.ID, change func(*Config)) caller {
	t.Helper()
	c := startCaller(t, func(c *Config) {
		cert, key := ca.files(t, id.Domain())
		c.Settings.TLS = config.TLS{Mode: config.TLSFiles, Cert: cert, Key: key}
		c.Settings.Federation = config.Federation{
			Domain: config.Domain(id.Domain()), Name: config.Name(id.Name()), CAFile: ca.file, Hosts: ca.hosts(),
		}
		if change != nil {
			change(c)
		}
	})
	ca.openTo(t, c.App, id.Domain())
	return c
}

// openTo lets a domain lead to a host.
func (a *authority) openTo(t *testing.T, host *App, domain string) {
	t.Helper()
	if h := host.running(); h != nil {
		a.gate(t, domain).lead(h.webAddr.String())
	}
}

// now gives the first picture of the moment that is as wanted.
func (c caller) now(t *testing.T, what string, wanted func(*Snapshot) bool) *Snapshot {
	t.Helper()
	var found *Snapshot
	eventually(t, what, func() bool {
		found = c.Snapshot()
		return wanted(found)
	})
	return found
}

func (c caller) stateOf(id identity.ID) identity.FriendState {
	for _, f := range c.Snapshot().People.Friends {
		if f.ID == id {
			return f.State
		}
	}
	return identity.StateNone
}

// befriended makes friends of two neighbours, by their servers.
func befriended(t *testing.T, a, b caller) {
	t.Helper()
	do(t, a.App, AddFriend{string(b.id(t))})
	b.now(t, "the request", func(*Snapshot) bool { return b.stateOf(a.id(t)) == identity.StateAsked })
	do(t, b.App, AcceptFriend{string(a.id(t))})
	a.now(t, "the yes", func(*Snapshot) bool { return a.stateOf(b.id(t)) == identity.StateFriends })
}

func (c caller) id(t *testing.T) identity.ID {
	t.Helper()
	return must(identity.ParseID(c.Snapshot().Identity.ID))(t)
}

func TestFirstStart(t *testing.T) {
	a := startApp(t, func(c *Config) { c.HasWindow, c.Settings.Federation.Domain = true, "a.example" })
	if got := a.Snapshot().Identity; got.State != IdentityNew || got.Name == "" || got.Domain != "a.example" || got.ID != "" {
		t.Errorf("before the choice: %+v", got)
	}
	for command, want := range map[Command]error{
		AddFriend{bob}:               identity.ErrNoProfile,
		CallFriend{bob, "audio"}:     identity.ErrNoProfile,
		NewGroup{"tea"}:              identity.ErrNoProfile,
		SeeCalls{}:                   identity.ErrNoProfile,
		SetIdentity{"al", ""}:        identity.ErrBadName,
		SetIdentity{"alice", "a_b"}:  identity.ErrBadDomain,
		AnswerCall{"1"}:              ErrNoIncoming,
		DeclineCall{"1"}:             ErrNoIncoming,
		AddFriend{"b.example"}:       identity.ErrBadID,
		CallGroup{"nonsense", "all"}: identity.ErrBadGroupID,
	} {
		if err := a.Do(t.Context(), command); !errors.Is(err, want) {
			t.Errorf("%T: got %v, want %v", command, err, want)
		}
	}
	do(t, a, SetIdentity{Name: "alice"})
	if got := a.Snapshot(); got.Identity.State != IdentityLinks || got.Identity.Name != "alice" || got.Identity.ID != "" || len(got.People.Accounts) != 1 {
		t.Errorf("without a domain: %+v", got.Identity)
	}
	for command, want := range map[Command]error{
		AddFriend{bob}:           identity.ErrNoDomain,
		CallFriend{bob, "audio"}: identity.ErrNoDomain,
		NewGroup{"tea"}:          identity.ErrNoDomain,
	} {
		if err := a.Do(t.Context(), command); !errors.Is(err, want) {
			t.Errorf("%T: got %v, want %v", command, err, want)
		}
	}
	base := a.Snapshot().Host.HTTP
	wantStatus(t, base+"/_takos/v1/version", http.StatusNotFound)
	wantStatus(t, base+"/api/v2/friend/list", http.StatusNotFound)
	do(t, a, NewInvitation{Room: "tea", CallType: room.CallVideo})
	do(t, a, SetIdentity{Name: "alice", Domain: "A.example"})
	if got := a.Snapshot().Identity; got.State != IdentityReady || got.ID != alice {
		t.Errorf("with a domain: %+v", got)
	}
	wantStatus(t, base+"/_takos/v1/version", http.StatusOK)
	wantStatus(t, base+"/api/v2/friend/list", http.StatusUnauthorized)
}

// On the command line a domain is enough.
func TestDomainMakesAProfile(t *testing.T) {
	a := startApp(t, func(c *Config) { c.Settings.Federation.Domain = "a.example" })
	if got := a.Snapshot().Identity; got.State != IdentityReady || got.Name != suggestedName() || got.Domain != "a.example" {
		t.Errorf("got %+v", got)
	}
	if a := startApp(t, nil); a.Snapshot().Identity.State != IdentityNew {
		t.Errorf("without one: %+v", a.Snapshot().Identity)
	}
}

func TestSettingsWinOverWhatIsStored(t *testing.T) {
	ca := neighbours(t, "a.example")
	a := startNeighbour(t, ca, alice, nil)
	dir := a.config.Settings.DataDir
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		set  config.Federation
		want string
	}{
		{config.Federation{}, alice},
		{config.Federation{Domain: "c.example"}, "alice@c.example"},
		{config.Federation{Name: "carol"}, "carol@c.example"},
	} {
		again := startApp(t, func(c *Config) { c.Settings.DataDir, c.Settings.Federation = dir, step.set })
		if got := again.Snapshot().Identity.ID; got != step.want {
			t.Errorf("%+v: got %s, want %s", step.set, got, step.want)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A damaged file is left as it lies; calls by links go on.
func TestBrokenIdentity(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, identityFile)
	damaged := []byte(strings.Repeat("no store at all ", 1000))
	if err := os.WriteFile(file, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	a := startApp(t, func(c *Config) { c.Settings.DataDir, c.Settings.Federation.Domain = dir, "a.example" })
	s := a.Snapshot()
	if s.Identity.State != IdentityBroken || s.Identity.Problem != "notice.identityCorrupt" || s.Identity.ProblemArgs["path"] != file {
		t.Errorf("got %+v", s.Identity)
	}
	wantStatus(t, s.Host.HTTP+"/_takos/v1/version", http.StatusNotFound)
	for _, command := range []Command{
		SetIdentity{"alice", "a.example"},
		AddFriend{bob},
		BlockFriend{bob},
		CallFriend{bob, "audio"},
		CancelCall{},
		NewGroup{"tea"},
		LeaveGroup{"0193aabb-ccdd-7eee-8fff-001122334455@a.example"},
		SeeCalls{},
		AddAccount{"bob", "correct horse"},
		ExportIdentity{filepath.Join(dir, "x")},
		ImportIdentity{file},
	} {
		var broken *IdentityError
		if err := a.Do(t.Context(), command); !errors.As(err, &broken) || !errors.Is(err, identity.ErrCorrupt) {
			t.Errorf("%T: %v", command, err)
		}
		a.Send(command)
		waitFor(t, a, func(s *Snapshot) bool { return s.Notice != nil && s.Notice.Key == "notice.identityCorrupt" })
		do(t, a, DismissNotice{})
	}
	do(t, a, NewInvitation{Room: "tea", CallType: room.CallVideo})
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(file); err != nil || !slices.Equal(got, damaged) {
		t.Errorf("the file was touched: %d bytes, %v", len(got), err)
	}
}

func TestFriendsOfTwoHosts(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example", "gone.example")
	a, b := startNeighbour(t, ca, alice, nil), startNeighbour(t, ca, bob, nil)
	befriended(t, a, b)
	do(t, a.App, NameFriend{bob, "Bobby"})
	if f := a.Snapshot().People.Friends; len(f) != 1 || f[0].Title != "Bobby" {
		t.Errorf("got %+v", f)
	}
	do(t, a.App, RemoveFriend{bob})
	b.now(t, "the end", func(*Snapshot) bool { return b.stateOf(alice) == identity.StateNone })
	do(t, a.App, BlockFriend{bob})
	do(t, b.App, AddFriend{alice}) // blocked, and not told
	if a.stateOf(bob) != identity.StateBlocked || b.stateOf(alice) != identity.StateRequested {
		t.Errorf("alice has bob as %s, bob alice as %s", a.stateOf(bob), b.stateOf(alice))
	}
	do(t, a.App, UnblockFriend{bob})
	for id, key := range map[string]string{
		"carol@gone.example":      "notice.peerUnreachable",
		"carol@b.example":         "notice.noUser",
		"carol@127.example":       "notice.peerUnreachable",
		"carol@localhost.example": "notice.peerUnreachable",
		alice:                     "notice.self",
		"carol":                   "notice.badID",
	} {
		a.Send(AddFriend{id})
		s := a.now(t, "a sentence about "+id, func(s *Snapshot) bool { return s.Notice != nil })
		if s.Notice.Key != key || !s.Notice.Bad || (key == "notice.peerUnreachable" && !strings.HasSuffix(id, s.Notice.Args["domain"])) {
			t.Errorf("%s: got %+v, want %s", id, s.Notice, key)
		}
		do(t, a.App, DismissNotice{})
	}
}

// Another domain while the host runs: the old one is nobody's any more.
func TestDomainChangesWhileHosting(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example", "c.example")
	a, b := startNeighbour(t, ca, alice, nil), startNeighbour(t, ca, bob, nil)
	befriended(t, a, b)
	do(t, a.App, NewGroup{"tea"})
	do(t, a.App, SetIdentity{"alice", "c.example"})
	s := a.Snapshot()
	if s.Identity.ID != "alice@c.example" || len(s.People.Groups) != 1 || s.People.Groups[0].ID.Domain() != "c.example" || !s.People.Groups[0].Own {
		t.Errorf("got %+v, %+v", s.Identity, s.People.Groups)
	}
	if got := a.domain(); got != "c.example" {
		t.Errorf("hosts %q", got)
	}
	// The certificate is for the old name, so that others are told what is wrong.
	ca.openTo(t, a.App, "c.example")
	b.Send(AddFriend{"alice@c.example"})
	got := b.now(t, "a sentence", func(s *Snapshot) bool { return s.Notice != nil }).Notice
	if got.Key != "notice.peerCertificate" || got.Args["domain"] != "c.example" {
		t.Errorf("got %+v", got)
	}
	do(t, a.App, SetIdentity{"alice", ""})
	wantNoDomain := a.Snapshot()
	if wantNoDomain.Identity.State != IdentityLinks || a.domain() != "" {
		t.Errorf("got %+v", wantNoDomain.Identity)
	}
	do(t, a.App, SetIdentity{"alice", "a.example"})
	do(t, b.App, RemoveFriend{alice})
	a.now(t, "the end", func(*Snapshot) bool { return a.stateOf(bob) == identity.StateNone })
}

func TestRestartKeepsPeople(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example")
	a, b := startNeighbour(t, ca, alice, nil), startNeighbour(t, ca, bob, nil)
	befriended(t, a, b)
	do(t, a.App, NewGroup{"お茶"})
	group := a.Snapshot().People.Groups[0]
	do(t, a.App, AddMember{string(group.ID), bob})
	do(t, a.App, SetRole{string(group.ID), bob, identity.RoleAdmin})
	do(t, a.App, AddAccount{"carol", "correct horse battery"})
	before := a.Snapshot()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	again := startNeighbour(t, ca, alice, func(c *Config) { c.Settings.DataDir = a.config.Settings.DataDir })
	after := again.Snapshot()
	if before.Identity.ID != after.Identity.ID {
		t.Errorf("got %+v, want %+v", after.Identity, before.Identity)
	}
	if len(after.People.Friends) != 1 || len(after.People.Accounts) != 2 || len(after.People.Groups) != 1 ||
		after.People.Groups[0].Role != identity.RoleOwner || len(after.People.Groups[0].Members) != 2 || after.People.Groups[0].Title != "お茶" {
		t.Errorf("got %+v", after.People)
	}
	// It signs with the key that others know already.
	do(t, again.App, RemoveFriend{bob})
	b.now(t, "the end", func(*Snapshot) bool { return b.stateOf(alice) == identity.StateNone })
}

func TestGroupsAndAccounts(t *testing.T) {
	ca := neighbours(t, "a.example")
	a := startNeighbour(t, ca, alice, nil)
	do(t, a.App, NewGroup{"tea"})
	id := string(a.Snapshot().People.Groups[0].ID)
	const foreign = "0193aabb-ccdd-7eee-8fff-001122334455@b.example"
	do(t, a.App, FollowGroup{foreign, "theirs"})
	do(t, a.App, AddMember{id, bob})
	do(t, a.App, RenameGroup{id, "coffee"})
	do(t, a.App, RenameGroup{foreign, "Bob's"})
	for command, want := range map[Command]error{
		AddMember{id, bob}:                                   identity.ErrMember,
		AddMember{foreign, bob}:                              ErrNotAllowed,
		AddMember{id, "bob"}:                                 identity.ErrBadID,
		RemoveMember{id, "carol@c.example"}:                  identity.ErrNoMember,
		SetRole{id, bob, "king"}:                             identity.ErrBadRole,
		SetRole{id, alice, "member"}:                         identity.ErrLastOwner,
		DeleteGroup{foreign}:                                 ErrNotAllowed,
		RenameGroup{id, "\x1b"}:                              identity.ErrBadTitle,
		LeaveGroup{id}:                                       identity.ErrLastOwner,
		DeleteGroup{strings.Replace(foreign, "b.", "a.", 1)}: identity.ErrNoGroup,
		AddAccount{"Alice", ""}:                              identity.ErrTaken,
		AddAccount{"carol", "x"}:                             identity.ErrBadPassword,
		RemoveAccount{"alice"}:                               identity.ErrOwner,
		SetPassword{"carol", "correct horse battery"}:        identity.ErrNoAccount,
		AddFriend{"bob@b"}:                                   federation.ErrBadDomain,
	} {
		if err := a.Do(t.Context(), command); !errors.Is(err, want) {
			t.Errorf("%+v: got %v, want %v", command, err, want)
		}
	}
	titles := map[bool]string{} // made in the same millisecond, they come in any order
	s := a.Snapshot().People
	for _, g := range s.Groups {
		titles[g.Own] = g.Title
	}
	if len(s.Groups) != 2 || titles[true] != "coffee" || titles[false] != "Bob's" || len(s.Accounts) != 1 {
		t.Errorf("got %+v, %+v", s.Groups, s.Accounts)
	}
	do(t, a.App, RemoveMember{id, bob})
	do(t, a.App, DeleteGroup{id})
	do(t, a.App, LeaveGroup{foreign})
	do(t, a.App, SetPassword{"alice", "correct horse battery"})
	if s := a.Snapshot(); len(s.People.Groups) != 0 || !s.People.Accounts[0].HasPassword || s.Notice == nil || s.Notice.Key != "notice.passwordSet" {
		t.Errorf("got %+v, %+v", s.People, s.Notice)
	}
}

func TestExportAndImport(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example")
	a, b := startNeighbour(t, ca, alice, nil), startNeighbour(t, ca, bob, nil)
	befriended(t, a, b)
	path := filepath.Join(t.TempDir(), "identity.json")
	do(t, a.App, ExportIdentity{path})
	a.Send(ExportIdentity{path})
	if got := a.now(t, "a sentence", func(s *Snapshot) bool { return s.Notice != nil && s.Notice.Bad }).Notice; got.Key != "notice.exportExists" || got.Args["path"] != path {
		t.Errorf("got %+v", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	moved := startNeighbour(t, ca, alice, func(c *Config) { c.Settings.Federation.Name, c.Settings.Federation.Domain = "", "" })
	for file, key := range map[string]string{filepath.Join(t.TempDir(), "none"): "notice.importFailed", ca.file: "notice.importBad"} {
		moved.Send(ImportIdentity{file})
		moved.now(t, key, func(s *Snapshot) bool { return s.Notice != nil && s.Notice.Key == key && s.Notice.Args["path"] == file })
	}
	do(t, moved.App, ImportIdentity{path})
	if s := moved.Snapshot(); s.Identity.ID != alice || len(s.People.Friends) != 1 || s.Notice.Key != "notice.imported" {
		t.Errorf("got %+v, %+v, %+v", s.Identity, s.People.Friends, s.Notice)
	}
	do(t, moved.App, RemoveFriend{bob})
	b.now(t, "the end", func(*Snapshot) bool { return b.stateOf(alice) == identity.StateNone })
}

// Nothing about people runs on after the end.
func TestPeopleAfterClose(t *testing.T) {
	ca := neighbours(t, "a.example")
	a := startNeighbour(t, ca, alice, nil)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for _, command := range []Command{AddFriend{bob}, SetIdentity{"alice", "b.example"}, CallFriend{bob, "audio"}} {
		if err := a.Do(t.Context(), command); !errors.Is(err, ErrClosed) {
			t.Errorf("%T: %v", command, err)
		}
		a.Send(command)
	}
	if a.Snapshot().Identity.ID != alice || time.Since(begin) > patience {
		t.Errorf("got %+v", a.Snapshot().Identity)
	}
}
