package turn

import (
	"net/netip"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// trailOf is a control message of so many bytes that the system gives.
func trailOf(level, kind int32, data []byte) []byte {
	trail := make([]byte, unix.CmsgSpace(len(data)))
	h := (*unix.Cmsghdr)(unsafe.Pointer(unsafe.SliceData(trail)))
	h.Level, h.Type = level, kind
	h.SetLen(unix.CmsgLen(len(data)))
	copy(trail[unix.CmsgLen(0):], data)
	return trail
}

func TestTrailForgetsTheInterface(t *testing.T) {
	global, local := netip.MustParseAddr("2001:db8::1").As16(), netip.MustParseAddr("fe80::1").As16()
	for name, c := range map[string]struct {
		trail []byte
		index int // where the interface's number begins
		want  byte
	}{
		"IPv4":       {trailOf(unix.IPPROTO_IP, unix.IP_PKTINFO, []byte{7, 7, 7, 7, 192, 0, 2, 1, 192, 0, 2, 1}), 0, 0},
		"IPv6":       {trailOf(unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, append(global[:], 7, 7, 7, 7)), 16, 0},
		"link-local": {trailOf(unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, append(local[:], 7, 7, 7, 7)), 16, 7},
		"too short":  {trailOf(unix.IPPROTO_IP, unix.IP_PKTINFO, []byte{7, 7, 7, 7}), 0, 7},
		"another":    {trailOf(unix.SOL_SOCKET, unix.SCM_TIMESTAMP, []byte{7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0}), 0, 7},
	} {
		withoutInterface(c.trail)
		if got := c.trail[unix.CmsgLen(0)+c.index]; got != c.want {
			t.Errorf("%s: the interface is %d, want %d", name, got, c.want)
		}
	}
	withoutInterface(nil)
	withoutInterface([]byte{1, 2, 3})
}
