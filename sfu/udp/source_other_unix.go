//go:build unix && !linux

package udp

import "net/netip"

// control is of no use here: packets leave by the address that the system likes.
type control struct{}

func (*control) setSource(bool, netip.Addr) (size int) { return 0 }

func (*control) bytes(int) []byte { return nil }
