// Command takoshome hosts calls between friends on the computer it runs on,
// with a tray icon and a window, or without.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"takoshome/app"
	"takoshome/app/cli"
	"takoshome/app/config"
	"takoshome/assets"
	"takoshome/ui"
)

// appVersion is that of FyneApp.toml too.
const appVersion = "0.1.0"

func main() {
	page, err := assets.Web()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "takoshome: the join page is missing from this build:", err)
		os.Exit(1)
	}
	os.Exit(cli.Run(context.Background(), cli.Config{
		Args:    os.Args[1:],
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Version: appVersion,
		Page:    page,
		Window:  showWindow,
		Icon:    assets.Icon("app.png"),

		OpenDevices:  openDevices,
		CheckDisplay: ui.CheckDisplay,
		NoDisplay:    ui.ErrNoDisplay,
	}))
}

// showWindow must run on the main goroutine, as cli.Run does.
func showWindow(a *app.App, options cli.WindowOptions) error {
	if err := speak(options.Language); err != nil {
		return err
	}
	return ui.Run(a, ui.Options{Version: options.Version, Logger: options.Logger})
}

// speak makes the window take the language of the settings: Fyne asks nobody
// but the environment.
func speak(language config.Language) error {
	if language == config.LanguageAuto {
		return nil
	}
	return errors.Join(os.Setenv("LC_ALL", string(language)), os.Setenv("LANGUAGE", string(language)))
}
