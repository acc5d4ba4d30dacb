package udp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// enterNamespace moves the test to a network of its own, where loopback is up.
// The thread ends with the test's goroutine, and the network with the thread.
func enterNamespace(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); errors.Is(err, unix.EPERM) {
		runtime.UnlockOSThread()
		t.Skip("only root may make a network namespace")
	} else if err != nil {
		t.Fatal(err)
	}
	setUp(t, "lo")
}

// ioctl changes an interface.
func ioctl(t *testing.T, name string, request uint, set func(*unix.Ifreq)) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	ifreq, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	set(ifreq)
	if err := unix.IoctlIfreq(fd, request, ifreq); err != nil {
		t.Fatalf("interface %s: %v", name, err)
	}
}

func setUp(t *testing.T, name string) {
	t.Helper()
	ioctl(t, name, unix.SIOCSIFFLAGS, func(r *unix.Ifreq) { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING) })
}

func setAddr(t *testing.T, name string, addr [4]byte) {
	t.Helper()
	ioctl(t, name, unix.SIOCSIFADDR, func(r *unix.Ifreq) { _ = r.SetInet4Addr(addr[:]) })
	ioctl(t, name, unix.SIOCSIFNETMASK, func(r *unix.Ifreq) { _ = r.SetInet4Addr([]byte{255, 255, 255, 0}) })
}

// addTap adds an Ethernet interface with the address 192.0.2.1/24, on which
// nobody answers. It is gone when the file is closed.
func addTap(t *testing.T, name string) *os.File {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatalf("TAP device: %v", err)
	}
	file := os.NewFile(uintptr(fd), "tap")
	t.Cleanup(func() { _ = file.Close() })
	ifreq, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	ifreq.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifreq); err != nil {
		t.Fatalf("TAP device: %v", err)
	}
	setAddr(t, name, [4]byte{192, 0, 2, 1})
	setUp(t, name)
	return file
}

// nobody is an address on the TAP interface.
var nobody = netip.MustParseAddrPort("192.0.2.2:5000")

// A packet that is larger than the MTU goes in fragments, as it would alone.
func TestBatchOnASmallMtu(t *testing.T) {
	enterNamespace(t)
	ioctl(t, "lo", unix.SIOCSIFMTU, func(r *unix.Ifreq) { r.SetUint32(1000) })
	b, server := pair(t, "127.0.0.1:0")
	const packets = 20
	for i := range packets {
		b.Queue(numbered(b, i, 1200), server.LocalAddr())
	}
	b.Queue(numbered(b, packets, 300), server.LocalAddr())
	b.Queue(numbered(b, packets+1, 300), server.LocalAddr())
	b.Flush()
	if b.Errors != 0 || !b.socket.Features().Gso {
		t.Errorf("%d errors, in use: %v", b.Errors, b.socket.Features())
	}
	readNumbered(t, server, b.socket.LocalAddr(), packets+2, func(i int) int {
		if i < packets {
			return 1200
		}
		return 300
	})
}

// Without checksums the kernel refuses GSO, as it does for interfaces that
// cannot compute them (before Linux 6.11).
func TestBatchWhereGsoIsRefused(t *testing.T) {
	b, server := pair(t, "127.0.0.1:0")
	setOption(t, b.socket, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NO_CHECK, 1) })
	const packets = 30
	for range 2 {
		for i := range packets {
			b.Queue(numbered(b, i, 1200), server.LocalAddr())
		}
		b.Flush()
		readNumbered(t, server, b.socket.LocalAddr(), packets, func(int) int { return 1200 })
		if got, want := b.socket.Features().String(), "recvmmsg GRO sendmmsg"; got != want || b.Errors != 0 {
			t.Errorf("in use: %v, %d errors; want %v", got, b.Errors, want)
		}
	}
}

// Packets for somebody who left the local network wait in the socket's buffer
// until it is full. Nothing waits for that.
func TestBatchWithAFullBuffer(t *testing.T) {
	enterNamespace(t)
	addTap(t, "tap0")
	server, client := listen(t, "127.0.0.1:0"), listen(t, "0.0.0.0:0")
	if err := client.conn.SetWriteBuffer(16 << 10); err != nil {
		t.Fatal(err)
	}
	b := NewBatch(client, 200)
	b.Queue(append(b.Slot()[:0], "first"...), server.LocalAddr())
	const packets = 100
	for i := range packets {
		b.Queue(b.Slot()[:1000+i], nobody) // each larger than the one before: a message each
	}
	b.Flush()
	if m := receive(t, server); string(m.Buf[:m.N]) != "first" {
		t.Errorf("received %q", m.Buf[:m.N])
	}
	if b.Errors == 0 || b.Errors == packets || client.SendsFull() != b.Errors || client.SendErrors() != b.Errors {
		t.Errorf("%d of %d packets refused, %d for want of room", b.Errors, packets, client.SendsFull())
	}
	if err := client.WriteTo(make([]byte, 1000), nobody); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("WriteTo: got %v, want EAGAIN", err)
	}
}

// An interface that goes away takes only its own packets with it.
func TestBatchWhenAnInterfaceGoes(t *testing.T) {
	enterNamespace(t)
	tap := addTap(t, "tap0")
	server, client := listen(t, "127.0.0.1:0"), listen(t, "0.0.0.0:0")
	b := NewBatch(client, 100)
	fill := func() {
		for i := range 10 {
			b.Queue(b.Slot()[:1000], nobody)
			b.Queue(append(b.Slot()[:0], byte(i)), server.LocalAddr())
		}
		for range 10 {
			b.Queue(b.Slot()[:1000], nobody)
		}
		b.Flush()
		for i := range 10 {
			if m := receive(t, server); m.N != 1 || m.Buf[0] != byte(i) {
				t.Errorf("received %v, want %d", m.Buf[:m.N], i)
			}
		}
	}
	fill()
	if b.Errors != 0 {
		t.Errorf("%d errors while it was there", b.Errors)
	}
	_ = tap.Close()
	fill()
	if b.Errors != 20 || !client.Features().Gso {
		t.Errorf("%d errors, want 20; in use: %v", b.Errors, client.Features())
	}
	addTap(t, "tap0")
	fill()
	if b.Errors != 20 {
		t.Errorf("%d errors once it is back, want no more than 20", b.Errors)
	}
}

// A sender on the link has a zone, by which it is answered.
func TestSocketCarriesLinkLocalAddresses(t *testing.T) {
	enterNamespace(t)
	addTap(t, "tap0")
	local := linkLocal(t, "tap0")
	server, client := listen(t, "[::]:0"), listen(t, netip.AddrPortFrom(local, 0).String())
	for _, s := range []*Socket{server, client} {
		_ = s.conn.SetReadDeadline(time.Now().Add(patience))
	}
	send(t, client, "question", netip.AddrPortFrom(local, server.LocalAddr().Port()))
	question := receive(t, server)
	if !question.Addr.Addr().IsLinkLocalUnicast() || question.Addr.Addr().Zone() == "" {
		t.Errorf("from %v, want a zone", question.Addr)
	}
	b := NewBatch(server, 8)
	named := netip.AddrPortFrom(local.WithZone("tap0"), question.Addr.Port())
	for i, to := range []netip.AddrPort{question.Addr, named, question.Addr} {
		b.Queue(append(b.Slot()[:0], byte(i)), to)
	}
	b.Flush()
	for i := range 3 {
		if m := receive(t, client); m.N != 1 || m.Buf[0] != byte(i) {
			t.Errorf("answer %d: got %q", i, m.Buf[:m.N])
		}
	}
	allocs := testing.AllocsPerRun(20, func() {
		b.Queue(b.Slot()[:20], question.Addr)
		b.Flush()
	})
	if allocs != 0 || b.Errors != 0 {
		t.Errorf("%v allocations, %d errors", allocs, b.Errors)
	}
}

// linkLocal waits for the address that the kernel gives an interface.
func linkLocal(t *testing.T, name string) netip.Addr {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		i, err := net.InterfaceByName(name)
		if err != nil {
			t.Fatal(err)
		}
		addrs, err := i.Addrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addrs {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil || !prefix.Addr().IsLinkLocalUnicast() {
				continue
			}
			addr := prefix.Addr().WithZone(fmt.Sprint(i.Index))
			// It cannot be bound to before the kernel knows that nobody has it.
			if s, err := Listen(netip.AddrPortFrom(addr, 0)); err == nil {
				_ = s.Close()
				return addr
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("interface %s has no link-local address", name)
	return netip.Addr{}
}

func readNumbered(t *testing.T, s *Socket, from netip.AddrPort, packets int, size func(number int) int) {
	t.Helper()
	ms := messageRoom(100, 1501)
	for next := 0; next < packets; {
		n, err := s.ReadBatch(ms)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms[:n] {
			checkNumbered(t, m, next, size(next), from)
			next++
		}
	}
}

// setOption calls set with the socket's descriptor.
func setOption(t *testing.T, s *Socket, set func(fd int) error) {
	t.Helper()
	var err error
	if controlErr := s.raw.Control(func(fd uintptr) { err = set(int(fd)) }); controlErr != nil || err != nil {
		t.Fatal(controlErr, err)
	}
}
