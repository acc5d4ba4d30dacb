// Package app is the application without a window: it starts and stops the
// host, lets people in, and publishes what is going on.
//
// What the window needs is three things: Snapshot, an immutable picture of all
// there is to show; Command, a request; and App, which turns the one into the
// other. The control socket of package control asks the same App.
//
// The call that the person takes part in is package session's; its commands do not
// wait behind those of the host. A call on our own host is joined by the loopback
// address.
//
// Goroutines: one carries out commands one after the other (App.work); one
// builds and publishes snapshots (publisher.run); each Watch has one that calls
// its function (watcher.run); one shows calls that ring (App.ring); a short one
// makes links open the program (App.registerLinks). While nobody is in a call
// none of them has a repeating timer. Package session brings its own, and a host
// those of its web server, signaling, rooms and SFU. App.Close stops and awaits
// all of them, in the order call, accept loops, rooms, transports, sockets,
// control socket, within five seconds.
//
// Locks: App.mu, publisher.mu and cpuMeter.mu are leaves, held for fields only.
package app
