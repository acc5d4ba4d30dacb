package cli

import (
	"cmp"

	"takoshome/app"
	"takoshome/app/control"
)

// identityCommand has the commands about who this host is.
type identityCommand struct {
	Show   showIdentityCommand   `cmd:"" help:"${help_identityShow}"`
	Set    setIdentityCommand    `cmd:"" help:"${help_identitySet}"`
	Export exportIdentityCommand `cmd:"" help:"${help_identityExport}"`
	Import importIdentityCommand `cmd:"" help:"${help_identityImport}"`
}

type (
	showIdentityCommand struct{ askFlags }
	setIdentityCommand  struct {
		askFlags
		Name   *string `name:"name" placeholder:"NAME" help:"${help_identityName}"`
		Domain *string `name:"domain" placeholder:"DOMAIN" help:"${help_identityDomain}"`
	}
	exportIdentityCommand struct {
		askFlags
		// Path is absolute: the running app has a working folder of its own.
		Path string `arg:"" name:"file" type:"path" help:"${help_exportFile}"`
	}
	importIdentityCommand struct {
		askFlags
		Path string `arg:"" name:"file" type:"path" help:"${help_importFile}"`
		Yes  bool   `name:"yes" help:"${help_yes}"`
	}
)

// Run shows who this host is.
func (c *showIdentityCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.whatIsTold()
	if err != nil {
		return err
	}
	return a.tellIdentity(e, "identity."+string(e.Identity.State))
}

// Run chooses name and domain; what is not named stays.
func (c *setIdentityCommand) Run(s *session) error {
	if c.Name == nil && c.Domain == nil {
		return usageError{errNothingToSet}
	}
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	wish := control.Wish{Verb: control.VerbSetIdentity, Name: e.Identity.Name, Domain: e.Identity.Domain}
	if c.Name != nil {
		wish.Name = *c.Name
	}
	if c.Domain != nil {
		wish.Domain = *c.Domain
	}
	if _, err := a.ask(wish); err != nil {
		return err
	}
	after, err := a.everybody()
	if err != nil {
		return err
	}
	key := "identity." + string(after.Identity.State)
	if e.Identity.ID != "" && e.Identity.ID != after.Identity.ID && len(e.People.Friends) > 0 {
		key = "identity.changed"
	}
	return a.tellIdentity(after, key)
}

// Run writes everything that is stored to a new file.
func (c *exportIdentityCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	if _, err := a.ask(control.Wish{Verb: control.VerbExport, Path: c.Path}); err != nil {
		return err
	}
	return a.tell(map[string]string{"path": c.Path}, "identity.exported", "path", c.Path)
}

// Run puts what was exported in the place of everything stored.
func (c *importIdentityCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	before, err := a.everybody()
	if err != nil {
		return err
	}
	if !c.Yes {
		who := cmp.Or(before.Identity.ID, before.Identity.Name, s.words.say("identity.nobody"))
		if err := s.confirm("identity.confirm", "path", plain(c.Path), "who", plain(who)); err != nil {
			return err
		}
	}
	if _, err := a.ask(control.Wish{Verb: control.VerbImport, Path: c.Path}); err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	return a.tellIdentity(e, "identity.imported")
}

// tellIdentity takes stored state that cannot be read for an error.
func (a *asker) tellIdentity(e *everybody, key string) error {
	i := e.Identity
	if i.State == app.IdentityBroken && !a.isJSON {
		return &brokenError{i.Problem, i.ProblemArgs}
	}
	return a.tell(i, key, "id", cmp.Or(i.ID, i.Name), "name", i.Name)
}
