//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// checkDisplay finds out whether a window can be opened. Fyne would only find
// out while it starts, by a panic. GLFW is built for X11, so a Wayland session
// is reached through XWayland, which sets DISPLAY as well.
func checkDisplay() error {
	display := os.Getenv("DISPLAY")
	if display == "" {
		return ErrNoDisplay
	}
	addresses, err := displayAddresses(display)
	if err != nil {
		return fmt.Errorf("%w (DISPLAY is %q)", ErrNoDisplay, display)
	}
	for _, address := range addresses {
		conn, err := net.DialTimeout(address.network, address.address, 2*time.Second)
		if err == nil {
			return conn.Close()
		}
	}
	return fmt.Errorf("%w (nothing answers at DISPLAY %q)", ErrNoDisplay, display)
}

type displayAddress struct{ network, address string }

// displayAddresses are the sockets that a display's name stands for, as in
// X(7), "DISPLAY NAMES": [protocol/][host]:number[.screen].
func displayAddresses(display string) ([]displayAddress, error) {
	at := strings.LastIndexByte(display, ':')
	if at < 0 {
		return nil, fmt.Errorf("display %q has no number", display)
	}
	host, number := display[:at], display[at+1:]
	number, _, _ = strings.Cut(number, ".")
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("display %q: %w", display, err)
	}
	if _, rest, ok := strings.Cut(host, "/"); ok {
		host = rest
	}
	socket := "/tmp/.X11-unix/X" + strconv.FormatUint(n, 10)
	port := strconv.FormatUint(6000+n, 10)
	if host == "" || host == "unix" {
		return []displayAddress{{"unix", "@" + socket}, {"unix", socket}, {"tcp", net.JoinHostPort("localhost", port)}}, nil
	}
	return []displayAddress{{"tcp", net.JoinHostPort(strings.Trim(host, "[]"), port)}}, nil
}
