// Package address finds by which addresses this machine can be reached: those
// of its interfaces, and those that servers outside see its packets come from
// (STUN, RFC 8489). It says what the router in between does to ports, and whether
// there is another one behind it that nobody at home can configure.
//
// A Finder asks when it starts, when the machine's interfaces change, when
// Recheck is called, and every so often. Without servers it sends nothing at all
// and only watches the interfaces. An address is believed when two servers agree
// on it, where there are two.
//
// Goroutines: Finder.run, which does everything and calls OnChange, and one that
// waits for the system's word that interfaces have changed. Close ends both and
// waits. Locks: Finder.mu is a leaf.
package address
