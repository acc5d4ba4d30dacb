package udp

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockaddr is room for an address of either family as the kernel writes it.
type sockaddr = unix.RawSockaddrInet6

// addrPortOf reads what the kernel wrote. A link-local sender's zone is the
// number of the interface: that needs no table, and names may change.
func addrPortOf(name *sockaddr) (from netip.AddrPort, ok bool) {
	var addr netip.Addr
	switch name.Family {
	case unix.AF_INET:
		addr = netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(name)).Addr)
	case unix.AF_INET6:
		addr = netip.AddrFrom16(name.Addr).Unmap()
		if name.Scope_id != 0 && addr.Is6() {
			addr = addr.WithZone(strconv.FormatUint(uint64(name.Scope_id), 10))
		}
	default:
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port(name)[:])), true
}

// setSockaddr writes an unmapped address for a socket of the given family. It
// reports false for one that such a socket cannot reach, and for a zone that is
// no number.
func setSockaddr(name *sockaddr, inet6 bool, to netip.AddrPort) (size uint32, ok bool) {
	addr := to.Addr()
	zone, ok := zoneNumber(addr.Zone())
	if !ok || !addr.IsValid() || !inet6 && !addr.Is4() {
		return 0, false
	}
	binary.BigEndian.PutUint16(port(name)[:], to.Port())
	if inet6 {
		name.Family, name.Flowinfo, name.Addr, name.Scope_id = unix.AF_INET6, 0, addr.As16(), zone
		return unix.SizeofSockaddrInet6, true
	}
	inet4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
	inet4.Family, inet4.Addr, inet4.Zero = unix.AF_INET, addr.As4(), [8]uint8{}
	return unix.SizeofSockaddrInet4, true
}

// port is in network byte order, and at the same place in both families.
func port(name *sockaddr) *[2]byte {
	return (*[2]byte)(unsafe.Pointer(&name.Port))
}
