// Package bundle gathers what somebody needs who helps with a problem into one zip
// file: what the app shows, its settings, its log, and facts about the computer.
//
// No secret is in it: JSON is gone through value by value, and all texts once more
// as texts (app/logfile). Keys, passwords, links and stored state are not looked at
// at all; neither are names of friends, groups and past calls, of which only the
// numbers are told. What is in it is plain text that its owner can read before
// giving it away, and the file is for the owner alone.
//
// The package starts no goroutine, and asks nothing of the network.
package bundle
