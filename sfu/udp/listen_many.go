package udp

import (
	"errors"
	"fmt"
	"net/netip"
)

// ListenMany opens the UDP port of addr with up to n Sockets, for as many
// goroutines that each read one: the system gives all datagrams from one sender
// to the same Socket, whichever that is. Replies go out of any of them alike.
// Each must be read, or what it gets is lost, and all are to be closed together:
// with their number, the Socket of a sender changes. There is one Socket where
// the system cannot share a port so.
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
			return nil, errors.Join(fmt.Errorf("share port %d: %w", first.LocalAddr().Port(), err), closeAll(sockets))
		}
		sockets = append(sockets, next)
	}
	return sockets, nil
}

func closeAll(sockets []*Socket) (err error) {
	for _, s := range sockets {
		err = errors.Join(err, s.Close())
	}
	return err
}
