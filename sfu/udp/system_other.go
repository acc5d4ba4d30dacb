//go:build !linux

package udp

import (
	"errors"
	"net/netip"
)

// Systems without calls for many datagrams: the plain way is the only one.

type (
	reader = plainReader
	writer = plainWriter
)

func newReader(s *Socket) *reader { return newPlainReader(s) }

func newWriter(s *Socket) *writer { return newPlainWriter(s) }

// TellLocal does nothing: packets leave by the address that the system likes.
func (s *Socket) TellLocal() {}

// enable has nothing to switch on.
func (s *Socket) enable() {}

// share is not possible: elsewhere a shared port does not mean that each sender
// has its socket.
func (s *Socket) share() bool { return false }

func listenShared(netip.AddrPort, *Socket) (*Socket, error) { return nil, errors.ErrUnsupported }

// Aside is not to be had here.
type Aside struct{}

// ReadReady finds nothing.
func (a *Aside) ReadReady([]Message) (n int, err error) { return 0, nil }

// ReadDrops counts nothing.
func (a *Aside) ReadDrops() uint64 { return 0 }

// TellLocal does nothing.
func (a *Aside) TellLocal() {}

// Close does nothing.
func (a *Aside) Close() error { return nil }

func listenAside(netip.AddrPort, []*Socket, Match) *Aside { return nil }

// serve is never called: there is no recvmmsg.
func (s *Socket) serve([]Message, func(int)) error { return errors.ErrUnsupported }

// drops is not told.
func (s *Socket) drops() uint64 { return 0 }
