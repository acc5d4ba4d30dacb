package cli

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"takoshome/app/reach/portmap/routertest"
)

// What this test's binary is in namespaces, besides the program.
const (
	asForwarder = "TAKOSHOME_TEST_AS_FORWARDER"
	asStun      = "TAKOSHOME_TEST_AS_STUN"
	asOccupant  = "TAKOSHOME_TEST_AS_OCCUPANT"
)

// actAs is one of them, until its standard input ends.
func actAs() (acted bool) {
	var answer func(line string) string
	var err error
	ready := func(string) string { return "ready" }
	args := os.Args[1:]
	switch {
	case os.Getenv(asForwarder) != "":
		answer, err = routerOf(args)
	case os.Getenv(asStun) != "":
		answer, err = ready, stunAt(args)
	case os.Getenv(asOccupant) != "":
		answer, err = ready, listenAs(args[0], args[1])
	default:
		return false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(answer(lines.Text()))
	}
	return true
}

// routerOf is the home's router, that does what it says: its mappings are rules of
// its namespace. The arguments are its address outside, and the ways to ask it.
func routerOf(args []string) (func(string) string, error) {
	knows := func(way string) bool { return slices.Contains(args[1:], way) }
	r, err := routertest.NewAt(netip.MustParseAddr(routerAddr), netip.MustParseAddr(insideAddr), time.Now, routertest.Behaviour{
		PCP: knows("pcp"), NATPMP: knows("natpmp"), UPnP: knows("upnp"), External: netip.MustParseAddr(args[0]),
	})
	if err != nil {
		return nil, err
	}
	go func() {
		for range time.Tick(50 * time.Millisecond) {
			forward(r.Entries())
		}
	}()
	return func(line string) string {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "external":
			r.Change(func(b *routertest.Behaviour) { b.External = netip.MustParseAddr(rest) })
		case "silent":
			r.Change(func(b *routertest.Behaviour) { b.Silent = rest == "true" })
		case "restart":
			err = r.Restart()
		case "forward":
			forward(r.Entries())
		case "entries":
			var list []string
			for _, e := range r.Entries() {
				list = append(list, fmt.Sprintf("%s:%d>%d", e.Proto, e.External, e.Internal.Port()))
			}
			return strings.Join(list, " ")
		}
		return fmt.Sprint(word, " ", err)
	}, nil
}

// forward makes rules of mappings. What went through is not cut off, as with any
// router.
func forward(entries []routertest.Entry) {
	rules := "flush chain ip nat pre\n"
	for _, e := range entries {
		rules += fmt.Sprintf("add rule ip nat pre iifname out %s dport %d dnat to %s\n", strings.ToLower(e.Proto), e.External, e.Internal)
	}
	cmd := exec.Command("nft", "-f", "-")
	cmd.Stdin, cmd.Stderr = strings.NewReader(rules), os.Stderr
	_ = cmd.Run()
}

// stunAt answers binding requests (RFC 8489) with where they came from, at every
// address.
func stunAt(addrs []string) error {
	for _, addr := range addrs {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
		if err != nil {
			return err
		}
		go func() {
			request := make([]byte, 1500)
			for {
				n, from, err := conn.ReadFromUDPAddrPort(request)
				if err != nil {
					return
				}
				if n >= 20 && binary.BigEndian.Uint16(request) == 1 {
					_, _ = conn.WriteToUDPAddrPort(bindingOf(request[:20], from), from)
				}
			}
		}()
	}
	return nil
}

func bindingOf(header []byte, from netip.AddrPort) []byte {
	const cookie = 0x2112A442
	answer := append([]byte{1, 1, 0, 12}, header[4:20]...)
	answer = append(answer, 0, 0x20, 0, 8, 0, 1)
	answer = binary.BigEndian.AppendUint16(answer, from.Port()^(cookie>>16))
	ip := from.Addr().Unmap().As4()
	return binary.BigEndian.AppendUint32(answer, binary.BigEndian.Uint32(ip[:])^cookie)
}
