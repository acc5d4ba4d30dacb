package udp

import "net/netip"

// ListenMany opens the UDP port of addr with up to n Sockets, for as many
// goroutines that each read one: the system gives all datagrams from one sender
// to the same Socket, whichever that is. Replies go out of any of them alike.
// Each must be read, or what it gets is lost, and all are to be closed together:
// with their number, the Socket of a sender changes. They are fewer, at least
// one, where the system does not share a port so.
func ListenMany(addr netip.AddrPort, n int) ([]*Socket, error) {
	first, err := Listen(addr)
	if err != nil {
		return nil, err
	}
	sockets := []*Socket{first}
	if n < 2 || !first.share() {
		return sockets, nil
	}
	for len(sockets) < n {
		next, err := listenShared(addr, first)
		if err != nil {
			break // the port is open: fewer read it
		}
		sockets = append(sockets, next)
	}
	return sockets, nil
}
