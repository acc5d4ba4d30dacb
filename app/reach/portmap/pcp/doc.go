// Package pcp asks a router for ports in its own two protocols: the Port Control
// Protocol (RFC 6887), which opens IPv6 firewalls too, and the older NAT-PMP
// (RFC 6886). Both speak in single datagrams to the router's port 5351, told
// apart by the first byte.
//
// Anybody in the same network may send a datagram. So an answer counts only if
// it comes from the router's address and port, is of the right size and kind,
// and repeats what was asked: PCP's nonce, or NAT-PMP's port. All else is left
// alone and told to Ignored.
//
// No goroutine outlives a call, and a Client has no lock: it belongs to one
// goroutine at a time.
package pcp
