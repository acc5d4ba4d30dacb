// Package control is the way in for the person at the machine: a Unix socket in
// the data folder that only its owner can open, with a small JSON API over HTTP
// on it. `takoshome invite` and `takoshome status` ask through it, a second start
// asks the first to show its window, and whatever a desktop can start by a key
// can mute and hang up.
//
// A lock on a file beside the socket makes the single instance: the system
// frees it with the process, however that ends, so whoever holds it may remove
// a socket left behind. The lock file itself stays; removing it would let two
// processes hold locks on two files of one name.
//
//	POST /v1/invite  Invite → Link
//	GET  /v1/status  the host's snapshot
//	POST /v1/raise   204
//	POST /v1/join    Join → 204
//	POST /v1/call    Deed → 204
//	GET  /v1/people  whom the owner knows
//	POST /v1/people  Wish → Done
//
// Serve starts one goroutine and net/http one for each connection; Close ends
// and awaits them. The package has no locks of its own.
package control
