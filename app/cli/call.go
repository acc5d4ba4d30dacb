package cli

import (
	"context"
	"path/filepath"
	"strings"

	"takoshome/app"
	"takoshome/app/control"
)

const linkScheme = "takoshome:"

// joinCommand opens a call in the window, that of the running app or its own.
type joinCommand struct {
	hostFlags
	Link       string `arg:"" placeholder:"LINK" help:"${help_link}"`
	Camera     string `name:"camera" placeholder:"NAME|FILE.y4m|none" help:"${help_camera}"`
	Microphone string `name:"microphone" placeholder:"NAME|tone:HZ|none" help:"${help_microphone}"`
	Speaker    string `name:"speaker" placeholder:"NAME|none" help:"${help_speaker}"`
	Name       string `name:"name" placeholder:"NAME" help:"${help_name}"`
	Now        bool   `name:"now" help:"${help_now}"`
}

// Run hands the link to the running app's window, or starts one. The window
// explains a link that does not work: whoever clicked on it sees no terminal.
func (c *joinCommand) Run(s *session) error {
	camera := c.Camera
	if strings.EqualFold(filepath.Ext(camera), ".y4m") {
		// The running app has a working folder of its own.
		path, err := filepath.Abs(camera)
		if err != nil {
			return err
		}
		camera = path
	}
	return s.showWindow(c.hostFlags, ownerFlag{}, opening{join: &control.Join{
		Link:       c.Link,
		Name:       c.Name,
		Microphone: c.Microphone,
		Speaker:    c.Speaker,
		Camera:     camera,
		Now:        c.Now,
	}})
}

// joinOf is a join as the app takes it.
func joinOf(j *control.Join) app.PrepareCall {
	return app.PrepareCall{
		Link:   j.Link,
		Wishes: app.Wishes{Name: j.Name, Microphone: j.Microphone, Speaker: j.Speaker, Camera: j.Camera},
		Now:    j.Now,
	}
}

// withBareLink lets a desktop hand over nothing but a link: `takoshome
// takoshome:https://…` is `takoshome join takoshome:https://…`.
func withBareLink(args []string) []string {
	if len(args) > 0 && len(args[0]) > len(linkScheme) && strings.EqualFold(args[0][:len(linkScheme)], linkScheme) {
		return append([]string{"join"}, args...)
	}
	return args
}

// The commands for the call that is going on.
type (
	muteCommand   struct{ folderFlag }
	unmuteCommand struct{ folderFlag }
	hangUpCommand struct{ folderFlag }
	pttCommand    struct {
		folderFlag
		Key string `arg:"" enum:"on,off" help:"${help_pttKey}"`
	}
)

// Run mutes.
func (c *muteCommand) Run(s *session) error { return s.act(c.folderFlag, control.ActionMute) }

// Run unmutes.
func (c *unmuteCommand) Run(s *session) error { return s.act(c.folderFlag, control.ActionUnmute) }

// Run hangs up.
func (c *hangUpCommand) Run(s *session) error { return s.act(c.folderFlag, control.ActionHangUp) }

// Run presses or lets go of the key of push-to-talk.
func (c *pttCommand) Run(s *session) error {
	if c.Key == "on" {
		return s.act(c.folderFlag, control.ActionTalkOn)
	}
	return s.act(c.folderFlag, control.ActionTalkOff)
}

func (s *session) act(flag folderFlag, action control.Action) error {
	dir, err := s.folder(flag)
	if err != nil {
		return err
	}
	return control.NewClient(dir).Call(s.ctx, action)
}

// handOver asks the first start for its window, and to open the link if there
// is one.
func (s *session) handOver(how opening) error {
	ctx, cancel := context.WithTimeout(s.ctx, raiseTime)
	defer cancel()
	client := control.NewClient(s.dataDir)
	switch {
	case how.join != nil:
		return client.Join(ctx, *how.join)
	case how.minimised:
		return nil // the session has started what was running already
	}
	return client.Raise(ctx)
}
