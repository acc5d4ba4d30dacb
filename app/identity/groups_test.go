package identity

import (
	"errors"
	"fmt"
	"testing"
)

func TestGroups(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Members: 3, Groups: 2}})
	check := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", what, err, want)
		}
	}
	group := must[Group](t)(s.CreateGroup(start, "お茶 Tea", "alice@a.example"))
	if id, err := ParseGroupID(string(group.ID)); err != nil || id.Domain() != "a.example" {
		t.Errorf("id %q, %v", group.ID, err)
	}
	check("same twice", s.AddMember(start, group.ID, "alice@a.example", RoleMember), ErrMember)
	check("bob", s.AddMember(start, group.ID, "bob@b.example", RoleMember), nil)
	check("bad role", s.AddMember(start, group.ID, "carol@a.example", "king"), ErrBadRole)
	check("bad id", s.AddMember(start, group.ID, "carol", RoleMember), ErrBadID)
	check("carol", s.AddMember(start, group.ID, "carol@a.example", RoleAdmin), nil)
	check("a fourth", s.AddMember(start, group.ID, "dave@d.example", RoleMember), ErrFull)
	check("last owner steps down", s.SetRole(group.ID, "alice@a.example", RoleAdmin), ErrLastOwner)
	check("last owner leaves", s.RemoveMember(group.ID, "alice@a.example"), ErrLastOwner)
	check("stranger's role", s.SetRole(group.ID, "dave@d.example", RoleAdmin), ErrNoMember)
	check("stranger leaves", s.RemoveMember(group.ID, "dave@d.example"), ErrNoMember)
	check("bob owns", s.SetRole(group.ID, "bob@b.example", RoleOwner), nil)
	check("alice leaves", s.RemoveMember(group.ID, "alice@a.example"), nil)
	check("title", s.RenameGroup(group.ID, "Coffee"), nil)
	check("bad title", s.RenameGroup(group.ID, " \u200b"), ErrBadTitle)
	check("no group", s.RenameGroup("x", "y"), ErrNoGroup)

	s = reopen(t, s)
	kept := must[Group](t)(s.Group(group.ID))
	want := "Coffee [{bob@b.example owner} {carol@a.example admin}]"
	var members []string
	for _, m := range kept.Members {
		members = append(members, fmt.Sprintf("{%s %s}", m.ID, m.Role))
	}
	if got := fmt.Sprint(kept.Title, " ", members); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	if got := must[[]Group](t)(s.Groups("alice@a.example")); len(got) != 0 {
		t.Errorf("alice is still in %+v", got)
	}

	other := GroupID("0193aabb-ccdd-7eee-8fff-001122334455@c.example")
	check("follow", s.FollowGroup(start, other, "Elsewhere", "alice@a.example"), nil)
	check("again", s.FollowGroup(start, other, "Elsewhere", "alice@a.example"), nil)
	check("another of the family", s.FollowGroup(start, other, "There", "carol@a.example"), nil)
	check("one of ours", s.FollowGroup(start, group.ID, "Ours", "carol@a.example"), ErrBadGroupID)
	if got := must[Group](t)(s.Group(other)); got.Title != "There" || len(got.Members) != 2 {
		t.Errorf("got %+v", got)
	}
	_, err := s.CreateGroup(start, "A third", "alice@a.example")
	check("a third", err, ErrFull)
	check("delete", s.DeleteGroup(other), nil)
	check("delete again", s.DeleteGroup(other), nil)
	check("bob leaves", s.RemoveMember(group.ID, "bob@b.example"), ErrLastOwner)
	check("carol leaves", s.RemoveMember(group.ID, "carol@a.example"), nil)
	check("the last leaves", s.RemoveMember(group.ID, "bob@b.example"), nil)
	if got := must[[]Group](t)(s.Groups("")); len(got) != 0 {
		t.Errorf("still there: %+v", got)
	}
}

func TestGroupsNeedADomain(t *testing.T) {
	s := newStore(t)
	if err := s.SetProfile(start, "alice", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateGroup(start, "Tea", "alice@a.example"); !errors.Is(err, ErrNoDomain) {
		t.Errorf("got %v", err)
	}
}

func TestRoles(t *testing.T) {
	for role, want := range map[Role][3]bool{
		RoleOwner: {true, true, true}, RoleAdmin: {true, true, false}, RoleMember: {true, false, false}, "guest": {},
	} {
		got := [3]bool{role.May(RightCall), role.May(RightInvite), role.May(RightManage)}
		if got != want || role.May("fly") {
			t.Errorf("%s: %v, want %v", role, got, want)
		}
	}
}
