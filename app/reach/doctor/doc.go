// Package doctor finds out whether friends can reach this host, and says in plain
// words what stands in the way: name, web port, media port, router, relay,
// certificate, clock and uplink. What nobody outside has tried is never called
// open: a router that says yes has been seen to let nothing in.
//
// A Doctor examines a Subject, the host as it stands, which the app describes.
// What it finds are words, keys of sentences with what fills their places.
//
// Goroutines: the probes of one Examine, which it awaits. No locks but
// collector.mu, a leaf.
package doctor
