package turn

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// withoutInterface takes the interface that a packet came by out of its trail:
// answers go from the address that was asked, by whatever way the system has to the
// client. A link-local address is one of its interface, and keeps it.
func withoutInterface(trail []byte) {
	messages, err := unix.ParseSocketControlMessage(trail) // which has the trail's own memory
	if err != nil {
		return
	}
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_PKTINFO && len(m.Data) >= unix.SizeofInet4Pktinfo:
			binary.NativeEndian.PutUint32(m.Data, 0) // | interface | address to answer from | address asked |
		case m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_PKTINFO && len(m.Data) >= unix.SizeofInet6Pktinfo:
			if addr := netip.AddrFrom16([16]byte(m.Data)); !addr.IsLinkLocalUnicast() {
				binary.NativeEndian.PutUint32(m.Data[16:], 0) // | address | interface |
			}
		}
	}
}
