package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/control"
)

// inviteCommand makes an invitation on the running host.
type inviteCommand struct {
	folderFlag
	Room string           `name:"room" required:"" placeholder:"NAME" help:"${help_room}"`
	User string           `name:"user" placeholder:"ID" help:"${help_user}"`
	Type string           `name:"type" default:"video" enum:"audio,video" placeholder:"audio|video" help:"${help_type}"`
	TTL  *config.Duration `name:"ttl" placeholder:"TIME" help:"${help_ttl}"`
	Uses *config.Uses     `name:"uses" placeholder:"N" help:"${help_uses}"`
	JSON bool             `name:"json" help:"${help_json}"`
}

// Run prints the invitation.
func (c *inviteCommand) Run(s *session) error {
	if c.User != "" && c.Uses != nil {
		return usageError{errUsesWithUser}
	}
	dir, err := s.folder(c.folderFlag)
	if err != nil {
		return err
	}
	invite := control.Invite{Room: c.Room, User: c.User, CallType: c.Type}
	if c.TTL != nil {
		invite.TTLMs = time.Duration(*c.TTL).Milliseconds()
	}
	if c.Uses != nil {
		invite.Uses = int(*c.Uses)
	}
	link, err := control.NewClient(dir).Invite(s.ctx, invite)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(link)
	}
	sentence := s.words.say("invite.room", "room", c.Room)
	if c.User != "" {
		sentence = s.words.say("invite.user", "room", c.Room, "user", c.User)
	}
	if link.HomeURL != "" {
		sentence += "\n" + s.words.say("invite.home", "link", link.HomeURL)
	}
	_, err = fmt.Fprintf(s.Stdout, "%s\n%s\n", sentence, link.JoinURL)
	return err
}

// statusCommand shows what the running host shows.
type statusCommand struct {
	folderFlag
	JSON bool `name:"json" help:"${help_json}"`
}

// Run prints the snapshot.
func (c *statusCommand) Run(s *session) error {
	dir, err := s.folder(c.folderFlag)
	if err != nil {
		return err
	}
	text, err := control.NewClient(dir).Status(s.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = s.Stdout.Write(text)
		return err
	}
	var snapshot app.Snapshot
	if err := json.Unmarshal(text, &snapshot); err != nil {
		return fmt.Errorf("read the answer of the running host: %w", err)
	}
	return s.printStatus(&snapshot)
}

func (s *session) printJSON(value any) error {
	encoder := json.NewEncoder(s.Stdout)
	encoder.SetEscapeHTML(false) // a link's & stays readable
	return encoder.Encode(value)
}
