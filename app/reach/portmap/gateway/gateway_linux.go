package gateway

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strconv"
)

// Flags of a route, of linux/route.h.
const (
	flagUp      = 0x1
	flagGateway = 0x2
)

func defaults() ([]hop, error) {
	var hops []hop
	for path, parse := range map[string]func([]byte) []hop{
		"/proc/net/route":      parse4,
		"/proc/net/ipv6_route": parse6, // missing where IPv6 is off
	} {
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		hops = append(hops, parse(text)...)
	}
	return hops, nil
}

// parse4 reads /proc/net/route. Numbers are hexadecimal in the machine's order
// of bytes, little-endian wherever this runs; the metric is decimal.
//
//	Iface Destination Gateway  Flags RefCnt Use Metric Mask     MTU Window IRTT
//	eth0  00000000    010200C0 0003  0      0   0      00000000 0   0      0
func parse4(text []byte) []hop {
	var hops []hop
	for line := range bytes.Lines(text) {
		f := bytes.Fields(line)
		if len(f) < 8 || string(f[1]) != "00000000" || string(f[7]) != "00000000" {
			continue
		}
		raw, err := hex.DecodeString(string(f[2]))
		metric, badMetric := strconv.ParseUint(string(f[6]), 10, 32)
		if err != nil || badMetric != nil || len(raw) != 4 || !leads(f[3]) {
			continue
		}
		slices.Reverse(raw)
		hops = append(hops, hop{name: string(f[0]), gateway: netip.AddrFrom4([4]byte(raw)), metric: uint32(metric)})
	}
	return hops
}

// parse6 reads /proc/net/ipv6_route, all of it hexadecimal.
//
//	destination length source length next-hop metric refcnt use flags interface
func parse6(text []byte) []hop {
	var hops []hop
	for line := range bytes.Lines(text) {
		f := bytes.Fields(line)
		if len(f) < 10 || string(f[1]) != "00" || len(bytes.Trim(f[0], "0")) > 0 {
			continue
		}
		raw, err := hex.DecodeString(string(f[4]))
		metric, badMetric := strconv.ParseUint(string(f[5]), 16, 32)
		if err != nil || badMetric != nil || len(raw) != 16 || !leads(f[8]) {
			continue
		}
		hops = append(hops, hop{name: string(f[9]), gateway: netip.AddrFrom16([16]byte(raw)), metric: uint32(metric)})
	}
	return hops
}

// leads tells whether a route is in use and has a router at its end.
func leads(flags []byte) bool {
	bits, err := strconv.ParseUint(string(flags), 16, 32)
	return err == nil && bits&flagUp != 0 && bits&flagGateway != 0
}
