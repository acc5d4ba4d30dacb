package cli

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"takoshome/app"
)

// autostartCommand starts the app with the session, or no more.
type autostartCommand struct {
	State  string `arg:"" enum:"on,off,status" help:"${help_autostartState}"`
	Window bool   `name:"window" help:"${help_autostartWindow}"`
	JSON   bool   `name:"json" help:"${help_json}"`
}

// Run asks nothing of a running app: the system's own place says it all.
func (c *autostartCommand) Run(s *session) error {
	// For the language alone; a broken file does not stand in the way.
	_, _ = s.readSettings(slog.New(slog.DiscardHandler), false)
	if c.State != "status" {
		if c.State == "on" && s.Window == nil {
			return errNoWindow
		}
		if err := app.WriteAutostart(app.SetAutostart{On: c.State == "on", Minimised: !c.Window}); err != nil {
			return &app.AutostartError{Err: err}
		}
	}
	state, err := app.ReadAutostart()
	if err != nil {
		return &app.AutostartError{Err: err}
	}
	if c.JSON {
		return json.NewEncoder(s.Stdout).Encode(state)
	}
	key := "autostart.off"
	switch {
	case state.On && state.Minimised:
		key = "autostart.tray"
	case state.On:
		key = "autostart.window"
	}
	_, err = fmt.Fprintln(s.Stdout, s.words.say(key))
	return err
}
