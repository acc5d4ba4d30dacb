// Package portmap has the router at home send ports of this machine its way, so
// that friends outside reach the host: by PCP, NAT-PMP or UPnP, whichever the
// router knows, in this order; and it opens the same ports in the router's
// firewall for IPv6. See the packages pcp and igd for what is believed of what
// comes from the network.
//
// Mappings are asked for with an end, renewed at half their time, looked after
// every 20 seconds, made again when the router has lost or changed them, and
// ended by Close. A port outside that belongs to somebody else is left alone.
// That a port is mapped does not tell that it is open: another router, the
// provider or a firewall may be in the way.
//
// Goroutines: one for a Mapper, that asks everything one after the other, and,
// while it looks for routers, one more for each kind of search, which it awaits.
// Locks: Mapper.mu is a leaf; OnChange is called without it.
package portmap
