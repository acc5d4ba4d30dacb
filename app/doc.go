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
// The people of the host are what package identity stores. While the host runs
// under a domain they have a line: the foundation API of other servers (package
// federation) and the API of the owner's devices (clientapi) are mounted, calls
// come and go through a calls.Exchange and friendships through friends.Friends.
// Another name or domain takes the line down and up again; that, like starting
// and stopping to host, is done by App.work alone. Whatever may wait for another
// server is a task of the crew.
//
// Goroutines: one carries out commands one after the other (App.work); one
// builds and publishes snapshots (publisher.run); each Watch has one that calls
// its function (watcher.run); one goes into calls that were answered and ends
// those that were left (App.attend); at most maxTasks carry out what waits for
// others (crew); a short one makes links open the program (App.registerLinks).
// While nobody is in a call none of them has a repeating timer. Package session
// brings its own, and a host one that looks who is in its rooms (presence.run),
// one that gives memory back (tidier.run), and one that follows how the internet
// reaches it (outside.run), beside those of the packages portmap, address and dyndns,
// and those of its web server, signaling, rooms and SFU. App.Close stops and
// awaits all of them, in the order tasks, call, line, accept loops, rooms,
// transports, sockets, control socket, stored state, within five seconds.
//
// Locks: App.mu, examinations.mu, publisher.mu, cpuMeter.mu, crew.mu, stay.mu,
// presence.mu and outside.mu are leaves, held for fields only.
package app
