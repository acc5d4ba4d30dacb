// Command takoshome hosts calls between friends on the computer it runs on,
// with a tray icon and a window, or without.
package main

import (
	"context"
	"fmt"
	"os"

	"takoshome/app/cli"
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
