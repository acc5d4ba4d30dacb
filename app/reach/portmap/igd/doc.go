// Package igd asks a router for ports by UPnP (Internet Gateway Device 1 and 2):
// it is found by a datagram to everybody in the network (SSDP), describes itself
// in XML over HTTP, and is told what to do in SOAP. IPv4 ports are mapped by
// WANIPConnection and WANPPPConnection, IPv6 ones opened by WANIPv6FirewallControl.
//
// Anybody in the network may answer the search, with any URL. So an answer
// counts only if it comes from the router that the machine's packets leave by,
// and only URLs of that router are ever opened: over IPv4 at its very address,
// over IPv6 there or at one of the network that this machine's address is in.
// There are no redirects and no proxies, and time, size, depth and number of all
// that is read are bounded. Documents with a DOCTYPE are refused unread.
//
// No goroutine outlives a call, and a Router has no lock: it belongs to one
// goroutine at a time.
package igd
