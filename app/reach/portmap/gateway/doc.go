// Package gateway finds the router that this machine's packets leave by, and
// the addresses of its own that a router could send packets to.
//
// It asks the system: files of /proc on Linux, the routing table elsewhere. It
// sends nothing, keeps nothing and has no goroutine.
package gateway
