package cli

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"takoshome/app"
	"takoshome/app/control"
)

// friendCommand has the commands about friends.
type friendCommand struct {
	Add     addFriendCommand     `cmd:"" help:"${help_friendAdd}"`
	Accept  acceptFriendCommand  `cmd:"" help:"${help_friendAccept}"`
	Decline declineFriendCommand `cmd:"" help:"${help_friendDecline}"`
	Remove  removeFriendCommand  `cmd:"" help:"${help_friendRemove}"`
	Block   blockFriendCommand   `cmd:"" help:"${help_friendBlock}"`
	Unblock unblockFriendCommand `cmd:"" help:"${help_friendUnblock}"`
	Name    nameFriendCommand    `cmd:"" help:"${help_friendName}"`
	List    listFriendsCommand   `cmd:"" help:"${help_friendList}"`
}

// friendArg says whom a command is about.
type friendArg struct {
	askFlags
	Friend string `arg:"" help:"${help_friendArg}"`
}

type (
	addFriendCommand struct {
		askFlags
		ID string `arg:"" name:"id" help:"${help_friendID}"`
	}
	acceptFriendCommand  struct{ friendArg }
	declineFriendCommand struct{ friendArg }
	removeFriendCommand  struct{ friendArg }
	blockFriendCommand   struct{ friendArg }
	unblockFriendCommand struct{ friendArg }
	nameFriendCommand    struct {
		friendArg
		Title string `arg:"" optional:"" help:"${help_friendTitle}"`
	}
	listFriendsCommand struct{ askFlags }
)

// Run asks somebody to be friends.
func (c *addFriendCommand) Run(s *session) error {
	return s.befriend(friendArg{c.askFlags, c.ID}, control.Wish{Verb: control.VerbAddFriend})
}

// Run says yes.
func (c *acceptFriendCommand) Run(s *session) error {
	return s.befriend(c.friendArg, control.Wish{Verb: control.VerbAcceptFriend})
}

// Run says no.
func (c *declineFriendCommand) Run(s *session) error {
	return s.befriend(c.friendArg, control.Wish{Verb: control.VerbDeclineFriend})
}

// Run ends a friendship.
func (c *removeFriendCommand) Run(s *session) error {
	return s.befriend(c.friendArg, control.Wish{Verb: control.VerbRemoveFriend})
}

// Run blocks somebody.
func (c *blockFriendCommand) Run(s *session) error {
	return s.befriend(c.friendArg, control.Wish{Verb: control.VerbBlockFriend})
}

// Run ends a block.
func (c *unblockFriendCommand) Run(s *session) error {
	return s.befriend(c.friendArg, control.Wish{Verb: control.VerbUnblockFriend})
}

// Run keeps what the owner calls somebody.
func (c *nameFriendCommand) Run(s *session) error {
	return s.befriend(c.friendArg, control.Wish{Verb: control.VerbNameFriend, Title: c.Title})
}

// befriend takes a step of friendship and tells how one stands then.
func (s *session) befriend(arg friendArg, wish control.Wish) error {
	a, err := s.asker(arg.askFlags)
	if err != nil {
		return err
	}
	before, err := a.everybody()
	if err != nil {
		return err
	}
	wish.ID = arg.Friend
	// Whom one asks has an id and, as yet, no other name.
	if wish.Verb != control.VerbAddFriend {
		if wish.ID, err = before.friend(arg.Friend, stateFor(wish.Verb)); err != nil {
			return err
		}
	}
	if _, err := a.ask(wish); err != nil {
		return err
	}
	after, err := a.everybody()
	if err != nil {
		return err
	}
	friend := after.findFriend(wish.ID)
	key := "friend.done." + string(wish.Verb)
	if wish.Verb == control.VerbAddFriend || wish.Verb == control.VerbAcceptFriend {
		key = "friend.now." + string(friend.State)
		// Their host is asked again, and may know less of the friendship.
		old := before.findFriend(wish.ID)
		if wish.Verb == control.VerbAddFriend && string(old.State) == "friends" && friend.State == old.State {
			key = "friend.now.still"
		}
	}
	return a.tell(friendStands{wish.ID, string(friend.State), friend.Title}, key,
		"name", before.called(wish.ID), "id", wish.ID, "title", cmp.Or(friend.Title, wish.ID))
}

// stateFor is how one stands with whom a verb is meant for.
func stateFor(verb control.Verb) string {
	switch verb {
	case control.VerbAcceptFriend, control.VerbDeclineFriend:
		return "asked"
	case control.VerbUnblockFriend:
		return "blocked"
	}
	return "friends"
}

// friendStands is how one stands with somebody, for programs.
type friendStands struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Title string `json:"title,omitempty"`
}

// Run lists friends, who asked and who is asked, and who is blocked.
func (c *listFriendsCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	return show(a, e.People.Friends, func() string { return a.friendTable(e.People.Friends) })
}

// friendTable has first who waits for an answer.
func (s *session) friendTable(friends []app.Friend) string {
	if len(friends) == 0 {
		return s.words.say("friend.none") + "\n"
	}
	rank := map[string]int{"asked": 1, "friends": 2, "requested": 3, "blocked": 4}
	friends = slices.SortedStableFunc(slices.Values(friends), func(a, b app.Friend) int {
		return cmp.Compare(rank[string(a.State)], rank[string(b.State)])
	})
	var t table
	t.row(strings.Split(s.words.say("friend.columns"), "\t")...)
	for _, f := range friends {
		t.row(plain(string(f.ID)), cmp.Or(plain(f.Title), nothing), s.words.say("friend.state."+string(f.State)), day(f.ChangedAt))
	}
	return t.String()
}

func day(at time.Time) string {
	if at.IsZero() {
		return nothing
	}
	return at.Local().Format(time.DateOnly)
}

// String is the whole table.
func (t *table) String() string {
	var text bytes.Buffer
	t.writeTo(&text)
	return text.String()
}
