package udp

import "net/netip"

// Match tells datagrams by their first two bytes, the first being the higher one:
// those of which the bits of Mask are Want. What is shorter matches no Match.
type Match struct{ Mask, Want uint16 }

// ListenAside is ListenMany with an Aside that gets the datagrams that match,
// whoever sends them. It is nil where the system cannot do that; then they come
// to the others.
func ListenAside(addr netip.AddrPort, n int, match Match) (sockets []*Socket, aside *Aside, err error) {
	sockets, err = ListenMany(addr, n)
	if err != nil {
		return nil, nil, err
	}
	return sockets, listenAside(addr, sockets, match), nil
}

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
