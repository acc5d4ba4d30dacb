// Command takoshome hosts calls between friends on the computer it runs on,
// with a tray icon and a window, or without. Built with the tag headless it has no
// window, takes part in no calls itself, and needs no C.
package main

import (
	"context"
	"fmt"
	"os"

	"takoshome/app/cli"
	"takoshome/assets"
)

// appVersion is that of FyneApp.toml too.
const appVersion = "0.1.0"

func main() {
	page, err := assets.Web()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "takoshome: the join page is missing from this build:", err)
		os.Exit(1)
	}
	config := cli.Config{
		Args:    os.Args[1:],
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Version: appVersion,
		Page:    page,
	}
	addWindow(&config)
	os.Exit(cli.Run(context.Background(), config))
}
