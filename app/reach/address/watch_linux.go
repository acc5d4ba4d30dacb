package address

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// watch calls changed whenever the system says that an interface, an address or
// a route has come or gone (rtnetlink(7)). What it says exactly is not looked at.
// Where the system says nothing to us, the interfaces are still looked at every
// so often.
func watch(changed func()) (stop func()) {
	socket, err := listenNetlink()
	if err != nil {
		return func() {}
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		buffer := make([]byte, 8<<10)
		for {
			// Too much to be read in time is an error too, and a change.
			n, err := socket.Read(buffer)
			if err != nil && !isOverflow(err) {
				return
			}
			if n > 0 || err != nil {
				changed()
			}
		}
	})
	return func() {
		_ = socket.Close() // which ends the reading
		reading.Wait()
	}
}

// listenNetlink opens a socket that hears of changes.
func listenNetlink() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR |
		unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	return os.NewFile(uintptr(fd), "netlink"), nil
}

func isOverflow(err error) bool { return errors.Is(err, unix.ENOBUFS) }
