package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"takoshome/app"
	"takoshome/app/control"
	takingpart "takoshome/app/session"
)

// askFlags are those of every command about people.
type askFlags struct {
	folderFlag
	JSON bool `name:"json" help:"${help_json}"`
}

// everybody is what the running app tells about people.
type everybody struct {
	Identity app.Identity          `json:"identity"`
	People   app.People            `json:"people"`
	Incoming []takingpart.Incoming `json:"incoming"`
}

// asker asks the running app about people, and shows what it says.
type asker struct {
	*session
	client *control.Client
	isJSON bool
}

func (s *session) asker(flags askFlags) (*asker, error) {
	dir, err := s.folder(flags.folderFlag)
	if err != nil {
		return nil, err
	}
	return &asker{s, control.NewClient(dir), flags.JSON}, nil
}

// everybody takes stored state that cannot be read for an error: lists of it
// would be empty, and say that nobody is a friend.
func (a *asker) everybody() (*everybody, error) {
	e, err := a.whatIsTold()
	if err == nil && e.Identity.State == app.IdentityBroken {
		return nil, &brokenError{e.Identity.Problem, e.Identity.ProblemArgs}
	}
	return e, err
}

func (a *asker) whatIsTold() (*everybody, error) {
	text, err := a.client.People(a.ctx)
	if err != nil {
		return nil, err
	}
	e := &everybody{}
	if err := json.Unmarshal(text, e); err != nil {
		return nil, fmt.Errorf("read the answer of the running host: %w", err)
	}
	return e, nil
}

func (a *asker) ask(wish control.Wish) (control.Done, error) { return a.askIn(a.ctx, wish) }

func (a *asker) askIn(ctx context.Context, wish control.Wish) (control.Done, error) {
	return a.client.Ask(ctx, wish)
}

// tell prints a value for programs, or a sentence for people.
func (a *asker) tell(value any, key string, pairs ...string) error {
	if a.isJSON {
		return a.printJSON(value)
	}
	for i := 1; i < len(pairs); i += 2 {
		pairs[i] = plain(pairs[i])
	}
	_, err := fmt.Fprintln(a.Stdout, a.words.say(key, pairs...))
	return err
}

// show prints a list for programs, or a table of it for people.
func show[T any](a *asker, list []T, draw func() string) error {
	if !a.isJSON {
		_, err := fmt.Fprint(a.Stdout, draw())
		return err
	}
	if list == nil {
		list = []T{}
	}
	return a.printJSON(list)
}

// friend is the id that a person means: one as it stands, or that of who they
// call so, or whose id begins so.
func (e *everybody) friend(text, state string) (string, error) {
	if strings.Contains(text, "@") {
		return text, nil
	}
	return onlyOne("friend", text, e.friendsCalled(text, state))
}

// friendsCalled prefers those with whom one stands so to all others.
func (e *everybody) friendsCalled(text, state string) []string {
	var preferred, others []string
	for _, f := range e.People.Friends {
		switch {
		case !strings.EqualFold(f.Title, text) && !strings.EqualFold(f.ID.Name(), text):
		case string(f.State) == state:
			preferred = append(preferred, string(f.ID))
		default:
			others = append(others, string(f.ID))
		}
	}
	if len(preferred) > 0 {
		return preferred
	}
	return others
}

// group is the id of the group that a person means.
func (e *everybody) group(text string) (string, error) {
	if strings.Contains(text, "@") {
		return text, nil
	}
	return onlyOne("group", text, e.groupsCalled(text))
}

func (e *everybody) groupsCalled(text string) []string {
	var groups []string
	for _, g := range e.People.Groups {
		if strings.EqualFold(g.Title, text) {
			groups = append(groups, string(g.ID))
		}
	}
	return groups
}

// findGroup gives a group by its id.
func (e *everybody) findGroup(id string) (app.Group, bool) {
	i := slices.IndexFunc(e.People.Groups, func(g app.Group) bool { return strings.EqualFold(string(g.ID), id) })
	if i < 0 {
		return app.Group{}, false
	}
	return e.People.Groups[i], true
}

// findFriend gives how one stands with somebody; a stranger is a friend of no state.
func (e *everybody) findFriend(id string) app.Friend {
	for _, f := range e.People.Friends {
		if strings.EqualFold(string(f.ID), id) {
			return f
		}
	}
	return app.Friend{State: "none"}
}

// called is how one speaks of somebody.
func (e *everybody) called(id string) string {
	if f := e.findFriend(id); f.Title != "" {
		return f.Title
	}
	return id
}

// onlyOne takes the one that was found.
func onlyOne(kind, text string, found []string) (string, error) {
	if len(found) == 1 {
		return found[0], nil
	}
	return "", &whoError{kind, text, found}
}
