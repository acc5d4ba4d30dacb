package cli

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"takoshome/app"
	"takoshome/app/control"
)

// groupCommand has the commands about groups.
type groupCommand struct {
	New    newGroupCommand     `cmd:"" help:"${help_groupNew}"`
	List   listGroupsCommand   `cmd:"" help:"${help_groupList}"`
	Show   showGroupCommand    `cmd:"" help:"${help_groupShow}"`
	Rename renameGroupCommand  `cmd:"" help:"${help_groupRename}"`
	Delete deleteGroupCommand  `cmd:"" help:"${help_groupDelete}"`
	Leave  leaveGroupCommand   `cmd:"" help:"${help_groupLeave}"`
	Follow followGroupCommand  `cmd:"" help:"${help_groupFollow}"`
	Add    addMemberCommand    `cmd:"" help:"${help_groupAdd}"`
	Remove removeMemberCommand `cmd:"" help:"${help_groupRemove}"`
	Role   setRoleCommand      `cmd:"" help:"${help_groupRole}"`
	Call   callGroupCommand    `cmd:"" help:"${help_groupCall}"`
}

// groupArg says which group a command is about.
type groupArg struct {
	askFlags
	Group string `arg:"" help:"${help_groupArg}"`
}

// memberArg says which person of which group.
type memberArg struct {
	groupArg
	Person string `arg:"" help:"${help_personArg}"`
}

type (
	newGroupCommand struct {
		askFlags
		Title string `arg:"" help:"${help_groupTitle}"`
	}
	listGroupsCommand  struct{ askFlags }
	showGroupCommand   struct{ groupArg }
	renameGroupCommand struct {
		groupArg
		Title string `arg:"" help:"${help_groupTitle}"`
	}
	deleteGroupCommand struct{ groupArg }
	leaveGroupCommand  struct{ groupArg }
	followGroupCommand struct {
		askFlags
		ID    string `arg:"" name:"id" help:"${help_groupID}"`
		Title string `arg:"" help:"${help_groupTitle}"`
	}
	addMemberCommand    struct{ memberArg }
	removeMemberCommand struct{ memberArg }
	setRoleCommand      struct {
		memberArg
		Role string `arg:"" enum:"owner,admin,member" help:"${help_role}"`
	}
	callGroupCommand struct {
		groupArg
		Type string `name:"type" default:"audio" enum:"audio,video" placeholder:"audio|video" help:"${help_type}"`
	}
)

// Run makes a group.
func (c *newGroupCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	done, err := a.ask(control.Wish{Verb: control.VerbNewGroup, Title: c.Title})
	if err != nil {
		return err
	}
	return a.tellOfGroup(done.ID, "group.made", "title", c.Title, "id", done.ID)
}

// Run lists the owner's groups.
func (c *listGroupsCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	return show(a, e.People.Groups, func() string { return a.groupTable(e.People.Groups) })
}

// Run shows one group with its members.
func (c *showGroupCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, group, err := a.whichGroup(c.Group)
	if err != nil {
		return err
	}
	if a.isJSON {
		return a.printJSON(group)
	}
	_, err = fmt.Fprint(a.Stdout, a.groupText(e, group))
	return err
}

// Run gives a group another title.
func (c *renameGroupCommand) Run(s *session) error {
	return s.changeGroup(c.groupArg, control.Wish{Verb: control.VerbRenameGroup, Title: c.Title}, "group.renamed")
}

// Run ends a group.
func (c *deleteGroupCommand) Run(s *session) error {
	return s.changeGroup(c.groupArg, control.Wish{Verb: control.VerbDeleteGroup}, "group.deleted")
}

// Run takes the owner out of a group.
func (c *leaveGroupCommand) Run(s *session) error {
	return s.changeGroup(c.groupArg, control.Wish{Verb: control.VerbLeaveGroup}, "group.left")
}

// Run remembers a group of another server.
func (c *followGroupCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	done, err := a.ask(control.Wish{Verb: control.VerbFollowGroup, Group: c.ID, Title: c.Title})
	if err != nil {
		return err
	}
	return a.tellOfGroup(cmp.Or(done.ID, c.ID), "group.followed", "title", c.Title)
}

// Run puts somebody into a group.
func (c *addMemberCommand) Run(s *session) error {
	return s.changeMember(c.memberArg, control.Wish{Verb: control.VerbAddMember}, "group.added")
}

// Run takes somebody out of a group.
func (c *removeMemberCommand) Run(s *session) error {
	return s.changeMember(c.memberArg, control.Wish{Verb: control.VerbRemoveMember}, "group.removed")
}

// Run gives a member another role.
func (c *setRoleCommand) Run(s *session) error {
	return s.changeMember(c.memberArg, control.Wish{Verb: control.VerbSetRole, Role: c.Role}, "group.role."+c.Role)
}

// whichGroup finds a group that the owner is in.
func (a *asker) whichGroup(text string) (*everybody, app.Group, error) {
	e, err := a.everybody()
	if err != nil {
		return nil, app.Group{}, err
	}
	id, err := e.group(text)
	if err != nil {
		return nil, app.Group{}, err
	}
	group, ok := e.findGroup(id)
	if !ok {
		return nil, app.Group{}, &whoError{kind: "group", name: text}
	}
	return e, group, nil
}

func (s *session) changeGroup(arg groupArg, wish control.Wish, key string) error {
	a, err := s.asker(arg.askFlags)
	if err != nil {
		return err
	}
	_, group, err := a.whichGroup(arg.Group)
	if err != nil {
		return err
	}
	wish.Group = string(group.ID)
	if _, err := a.ask(wish); err != nil {
		return err
	}
	return a.tellOfGroup(wish.Group, key, "title", group.Title, "new", wish.Title)
}

func (s *session) changeMember(arg memberArg, wish control.Wish, key string) error {
	a, err := s.asker(arg.askFlags)
	if err != nil {
		return err
	}
	e, group, err := a.whichGroup(arg.Group)
	if err != nil {
		return err
	}
	wish.Group = string(group.ID)
	if wish.Verb == control.VerbAddMember {
		wish.ID, err = e.friend(arg.Person, "friends")
	} else {
		wish.ID, err = e.member(group, arg.Person)
	}
	if err != nil {
		return err
	}
	if _, err := a.ask(wish); err != nil {
		return err
	}
	return a.tellOfGroup(wish.Group, key, "title", group.Title, "name", e.called(wish.ID))
}

// member is the id of the member that a person means.
func (e *everybody) member(group app.Group, text string) (string, error) {
	if strings.Contains(text, "@") {
		return text, nil
	}
	var found []string
	for _, m := range group.Members {
		if strings.EqualFold(m.ID.Name(), text) || strings.EqualFold(e.called(string(m.ID)), text) {
			found = append(found, string(m.ID))
		}
	}
	return onlyOne("member", text, found)
}

// tellOfGroup prints, for programs, the group as it is now; of one that is gone
// the id alone.
func (a *asker) tellOfGroup(id, key string, pairs ...string) error {
	if !a.isJSON {
		return a.tell(nil, key, pairs...)
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	if group, ok := e.findGroup(id); ok {
		return a.printJSON(group)
	}
	return a.printJSON(map[string]string{"id": id})
}

func (s *session) groupTable(groups []app.Group) string {
	if len(groups) == 0 {
		return s.words.say("group.none") + "\n"
	}
	var t table
	t.row(strings.Split(s.words.say("group.columns"), "\t")...)
	for _, g := range groups {
		members, role := nothing, s.words.say("group.elsewhere")
		if g.Own {
			members, role = strconv.Itoa(len(g.Members)), s.words.say("role."+string(g.Role))
		}
		t.row(plain(g.Title), members, role, inCall(g), plain(string(g.ID)))
	}
	return t.String()
}

func inCall(g app.Group) string {
	if g.People == 0 {
		return nothing
	}
	return strconv.Itoa(g.People)
}

func (s *session) groupText(e *everybody, g app.Group) string {
	var t table
	text := s.words.say("group.title", "title", plain(g.Title), "id", plain(string(g.ID))) + "\n"
	if g.People > 0 {
		text += s.words.say("group.inCall", "count", strconv.Itoa(g.People)) + "\n"
	}
	if !g.Own {
		return text + s.words.say("group.membersElsewhere") + "\n"
	}
	t.row(strings.Split(s.words.say("group.memberColumns"), "\t")...)
	for _, m := range g.Members {
		name := nothing
		if called := e.called(string(m.ID)); called != string(m.ID) {
			name = plain(called)
		}
		t.row(plain(string(m.ID)), name, s.words.say("role."+string(m.Role)), day(m.Since))
	}
	return text + t.String()
}
