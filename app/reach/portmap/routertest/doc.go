// Package routertest has routers for tests: they speak PCP, NAT-PMP and UPnP on
// an address of the loopback network, on the ports of the standards, and have
// the faults that routers in homes have. For tests alone.
//
// Goroutines: one for each socket, and those of net/http; Close ends and awaits
// them. Locks: Router.mu is a leaf.
package routertest
