package identity

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestProfile(t *testing.T) {
	s := newStore(t)
	p := must[Profile](t)(s.Profile())
	if id, err := p.ID(); err != nil || id != "alice@a.example" {
		t.Errorf("id %q, %v", id, err)
	}
	for _, test := range []struct {
		name, domain string
		want         error
	}{
		{"al", "a.example", ErrBadName},
		{"alice", "a.example:443", ErrBadDomain},
		{"alice", "192.168.1.1", ErrBadDomain},
		{"Carol", "a.example", ErrTaken},
		{"alicia", "B.example", nil},
		{"alicia", "", nil},
	} {
		if err := s.SetProfile(start, test.name, test.domain); !errors.Is(err, test.want) {
			t.Errorf("%s@%s: got %v, want %v", test.name, test.domain, err, test.want)
		}
	}
	p = must[Profile](t)(reopen(t, s).Profile())
	if _, err := p.ID(); p.Name != "alicia" || !errors.Is(err, ErrNoDomain) || !p.CreatedAt.Equal(start) {
		t.Errorf("got %+v, %v", p, err)
	}
}

// What is kept by name and domain goes along when these change.
func TestProfileRenames(t *testing.T) {
	s := newStore(t)
	must[FriendChange](t)(s.ChangeFriend(start, "alice", "bob@b.example", StepRequest))
	token := must[string](t)(s.StartSession(start, "alice", ""))
	group := must[Group](t)(s.CreateGroup(start, "Tea", "alice@a.example"))
	for _, member := range []ID{"carol@a.example", "bob@b.example"} {
		if err := s.AddMember(start, group.ID, member, RoleMember); err != nil {
			t.Fatal(err)
		}
	}
	other := GroupID("0193aabb-ccdd-7eee-8fff-001122334455@c.example")
	if err := s.FollowGroup(start.Add(time.Minute), other, "Elsewhere", "alice@a.example"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetProfile(start, "alicia", "new.example"); err != nil {
		t.Fatal(err)
	}
	if got := must[Friend](t)(s.Friend("alicia", "bob@b.example")); got.State != StateRequested {
		t.Errorf("friend: %+v", got)
	}
	if _, err := s.Friend("alice", "bob@b.example"); !errors.Is(err, ErrNoAccount) {
		t.Errorf("old name: %v", err)
	}
	if got := must[Session](t)(s.Session(start, token)); got.Account != "alicia" {
		t.Errorf("session: %+v", got)
	}
	groups := must[[]Group](t)(s.Groups("alicia@new.example"))
	if len(groups) != 2 || groups[0].ID.Domain() != "new.example" || groups[1].ID != other {
		t.Fatalf("groups: %+v", groups)
	}
	var names []string
	for _, member := range groups[0].Members {
		names = append(names, string(member.ID))
	}
	if got := strings.Join(names, " "); got != "alicia@new.example carol@new.example bob@b.example" {
		t.Errorf("members: %s", got)
	}
}

func TestAccounts(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Accounts: 3}})
	for _, test := range []struct {
		name string
		want error
	}{
		{"CAROL", ErrTaken}, {"alice", ErrTaken}, {"d", ErrBadName}, {"dave", nil}, {"erin", ErrFull},
	} {
		if err := s.AddAccount(start, test.name); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
	list := must[[]Account](t)(s.Accounts())
	if len(list) != 3 || list[0].Name != "alice" || !list[0].Owner || list[1].Owner || list[2].Name != "dave" {
		t.Errorf("got %+v", list)
	}
	if _, err := s.Account("Dave"); !errors.Is(err, ErrNoAccount) {
		t.Errorf("another case: %v", err)
	}
	empty := openAt(t, t.TempDir()+"/state.db", bounds{})
	if err := empty.AddAccount(start, "dave"); !errors.Is(err, ErrNoProfile) {
		t.Errorf("before the owner: %v", err)
	}
}

func TestRemoveAccount(t *testing.T) {
	s := newStore(t)
	must[FriendChange](t)(s.ChangeFriend(start, "carol", "bob@b.example", StepRequest))
	token := must[string](t)(s.StartSession(start, "carol", ""))
	if err := s.RecordCall(Call{ID: NewCallID(), Account: "carol", Peer: "bob@b.example", Outcome: OutcomeMissed, StartedAt: start}); err != nil {
		t.Fatal(err)
	}
	hers := must[Group](t)(s.CreateGroup(start, "Hers", "carol@a.example"))
	shared := must[Group](t)(s.CreateGroup(start, "Shared", "carol@a.example"))
	if err := s.AddMember(start, shared.ID, "bob@b.example", RoleMember); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveAccount("alice"); !errors.Is(err, ErrOwner) {
		t.Errorf("the owner: %v", err)
	}
	if err := s.RemoveAccount("carol"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(start, token); !errors.Is(err, ErrNoSession) {
		t.Errorf("session: %v", err)
	}
	if _, err := s.Group(hers.ID); !errors.Is(err, ErrNoGroup) {
		t.Errorf("her own group: %v", err)
	}
	if role, ok := must[Group](t)(s.Group(shared.ID)).Role("bob@b.example"); !ok || role != RoleOwner {
		t.Errorf("bob is %q in the group she owned", role)
	}
	// A new account of that name starts with nothing.
	if err := s.AddAccount(start, "carol"); err != nil {
		t.Fatal(err)
	}
	friends, calls := must[[]Friend](t)(s.Friends("carol")), must[[]Call](t)(s.Calls("carol", 10))
	if len(friends)+len(calls) > 0 {
		t.Errorf("the new account has %v and %v", friends, calls)
	}
	if err := s.RemoveAccount("dave"); !errors.Is(err, ErrNoAccount) {
		t.Errorf("nobody: %v", err)
	}
}

func TestPasswords(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	for _, password := range []string{"", "short", "sevench", strings.Repeat("x", 257), "bad\xffbytes!"} {
		if err := s.SetPassword(ctx, "alice", password); !errors.Is(err, ErrBadPassword) {
			t.Errorf("%.10q: %v, want ErrBadPassword", password, err)
		}
	}
	if err := s.SetPassword(ctx, "alice", "お茶とたこ焼き八つ"); err != nil {
		t.Fatal(err)
	}
	token := must[string](t)(s.StartSession(start, "alice", ""))
	s = reopen(t, s)
	for _, test := range []struct {
		name, password string
		want           error
	}{
		{"alice", "お茶とたこ焼き八つ", nil},
		{"alice", "お茶とたこ焼き七つ", ErrPassword},
		{"alice", "", ErrPassword},
		{"alice", strings.Repeat("x", 1<<20), ErrPassword},
		{"carol", "", ErrPassword},
		{"carol", "お茶とたこ焼き八つ", ErrPassword},
		{"nobody", "お茶とたこ焼き八つ", ErrPassword},
	} {
		if err := s.CheckPassword(ctx, test.name, test.password); !errors.Is(err, test.want) {
			t.Errorf("%s with %.10q: %v, want %v", test.name, test.password, err, test.want)
		}
	}
	if err := s.SetPassword(ctx, "alice", "another one"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(start, token); !errors.Is(err, ErrNoSession) {
		t.Errorf("a session outlived the password: %v", err)
	}
	if err := s.SetPassword(ctx, "nobody", "another one"); !errors.Is(err, ErrNoAccount) {
		t.Errorf("nobody: %v", err)
	}
}

// Strangers who try passwords wait, and too many of them are sent away.
func TestPasswordsAreHashedFewAtOnce(t *testing.T) {
	s := newStore(t)
	for range hashesAtOnce {
		s.hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	results := make(chan error)
	for range hashesWaiting + 4 {
		go func() { results <- s.CheckPassword(ctx, "alice", "guess guess") }()
	}
	for range 4 {
		if err := <-results; !errors.Is(err, ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
	}
	cancel()
	for range hashesWaiting {
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the end of the context", err)
		}
	}
}

func TestParsePasswordHash(t *testing.T) {
	good := hashPassword("hello there").String()
	if h, ok := parsePasswordHash(good); !ok || !h.matches("hello there") {
		t.Errorf("%s is not understood", good)
	}
	for _, bad := range []string{
		"", "x", strings.TrimPrefix(good, "$"), strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=19456", "m=4194304", 1),
		strings.Replace(good, "m=19456", "m=019456", 1), strings.Replace(good, "t=2", "t=99", 1),
		strings.Replace(good, "t=2", "t=0", 1), strings.Replace(good, "p=1", "p=0", 1),
		strings.Replace(good, "p=1", "p=1,x=2", 1), strings.Replace(good, "p=1", "p=300", 1),
		good + "$", good[:len(good)-4], good + "AAAA",
	} {
		if _, ok := parsePasswordHash(bad); ok {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestSessions(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Sessions: 2, SessionLife: 24 * time.Hour}})
	phone := must[string](t)(s.StartSession(start, "alice", "phone"))
	laptop := must[string](t)(s.StartSession(start.Add(time.Hour), "alice", strings.Repeat("ノ", 200)))
	other := must[string](t)(s.StartSession(start, "carol", ""))
	if got := must[Session](t)(s.Session(start.Add(2*time.Hour), phone)); got.Account != "alice" || got.Device != "phone" {
		t.Errorf("got %+v", got)
	}
	list := must[[]Session](t)(s.Sessions(start, "alice"))
	if len(list) != 2 || list[0].Device != "phone" || list[1].Device != strings.Repeat("ノ", 66) {
		t.Fatalf("got %+v", list)
	}
	for _, guess := range []string{"", phone[1:], phone + "A", list[0].ID, strings.ToUpper(phone)} {
		if _, err := s.Session(start, guess); !errors.Is(err, ErrNoSession) {
			t.Errorf("guess %q: %v", guess, err)
		}
	}
	// The laptop was not used for longest and gives way to a third.
	tablet := must[string](t)(s.StartSession(start.Add(3*time.Hour), "alice", "tablet"))
	if _, err := s.Session(start, laptop); !errors.Is(err, ErrNoSession) {
		t.Errorf("the laptop: %v", err)
	}
	s = reopen(t, s)
	// Used after 2 hours, and 23 hours after that, it lives on; the tablet does not.
	must[Session](t)(s.Session(start.Add(25*time.Hour), phone))
	must[Session](t)(s.Session(start.Add(48*time.Hour), phone))
	if _, err := s.Session(start.Add(48*time.Hour), tablet); !errors.Is(err, ErrNoSession) {
		t.Errorf("the tablet: %v", err)
	}
	if err := s.EndSessionByID("carol", list[0].ID); !errors.Is(err, ErrNoSession) {
		t.Errorf("carol ended alice's session: %v", err)
	}
	if err := s.EndSessionByID("alice", list[0].ID); err != nil {
		t.Error(err)
	}
	if err := s.EndSession(other); err != nil {
		t.Error(err)
	}
	for _, token := range []string{phone, other} {
		if _, err := s.Session(start, token); !errors.Is(err, ErrNoSession) {
			t.Errorf("an ended session: %v", err)
		}
	}
	if _, err := s.StartSession(start, "nobody", ""); !errors.Is(err, ErrNoAccount) {
		t.Errorf("nobody: %v", err)
	}
}

// Security check 40: neither tokens nor passwords are in the file.
func TestSec40FileHasNoSecretsOfPeople(t *testing.T) {
	s := newStore(t)
	token := must[string](t)(s.StartSession(start, "alice", "phone"))
	if err := s.SetPassword(context.Background(), "carol", "tako tako tako"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := string(must[[]byte](t)(os.ReadFile(s.config.Path)))
	if strings.Contains(whole, token) || strings.Contains(whole, "tako tako") {
		t.Error("the file has a token or a password")
	}
	if !strings.Contains(whole, "phone") {
		t.Error("the file does not even have the device: the test looks in vain")
	}
}
