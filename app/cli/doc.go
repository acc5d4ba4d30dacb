// Package cli is the command line: it reads flags and settings, runs the app
// with or without a window, and asks a running one for invitations and its
// state. It knows nothing of how a window is drawn; main brings that along.
//
// What it says to people are whole sentences from words/en.json and
// words/ja.json, with what to do about it; what it says to programs is JSON on
// stdout. Exit status: 0 done, 1 failed, 2 called wrongly.
//
// It starts no goroutine but what os/signal does for it.
package cli
