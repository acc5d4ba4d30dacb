//go:build !headless

package main

import (
	"errors"
	"os"

	"takoshome/app"
	"takoshome/app/cli"
	"takoshome/app/config"
	"takoshome/app/sound"
	"takoshome/assets"
	"takoshome/ui"
)

// addWindow gives the command line what only a desktop has.
func addWindow(c *cli.Config) {
	c.Window = showWindow
	c.Icon = assets.Icon("app.png")
	c.OpenDevices = openDevices
	c.CheckDisplay = ui.CheckDisplay
	c.NoDisplay = ui.ErrNoDisplay
}

// showWindow must run on the main goroutine, as cli.Run does.
func showWindow(a *app.App, options cli.WindowOptions) error {
	if err := speak(options.Language); err != nil {
		return err
	}
	ringer := sound.NewRinger(options.Logger)
	defer ringer.Close()
	return ui.Run(a, ui.Options{Version: options.Version, Logger: options.Logger, Ringer: ringer, Minimised: options.Minimised})
}

// speak makes the window take the language of the settings: Fyne asks nobody
// but the environment.
func speak(language config.Language) error {
	if language == config.LanguageAuto {
		return nil
	}
	return errors.Join(os.Setenv("LC_ALL", string(language)), os.Setenv("LANGUAGE", string(language)))
}
