// Package awake keeps the computer from going to sleep while somebody needs it,
// lets it sleep again at once after that, and tells when it has slept all the same:
// a lid is closed whatever anybody wishes.
//
// On Linux systemd's logind is asked on the system bus for an inhibitor that blocks
// "sleep:idle" (org.freedesktop.login1.Manager.Inhibit): "idle" for logind's own
// timer, "sleep" for desktops, which have timers of their own and then ask logind.
// A process outside of any session may block "idle" alone, and does. Windows takes
// a power request (PowerSetRequest), macOS the program caffeinate. None of them
// outlives this process.
//
// That the computer has slept is told by logind's PrepareForSleep, and noticed by a
// clock that runs on in sleep: a look every few seconds that comes far too late. So
// are a stopped process and a paused virtual machine. Setting the clock is no sleep
// on Linux; elsewhere it looks like one, which costs a look at the network.
//
// One goroutine does all that, and OnResume is called on it; Close ends and awaits
// it. There is one mutex, a leaf.
package awake
