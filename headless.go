//go:build headless

package main

import "takoshome/app/cli"

// addWindow adds nothing: this build has no window.
func addWindow(*cli.Config) {}
