package pcp

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Port is where routers listen, for both protocols.
const Port = 5351

const (
	versionPCP = 2
	isAnswer   = 0x80

	opcodeAnnounce = 0
	opcodeMap      = 1

	headerLen = 24
	mapLen    = headerLen + 36
	// maxLen bounds a message of PCP (section 7) and so what is read of one.
	maxLen = 1100
)

// Proto is an IP protocol's number.
type Proto uint8

// What ports are of.
const (
	TCP Proto = 6
	UDP Proto = 17
)

// Nonce vouches for who asked: only with the same one may a mapping be renewed
// or deleted.
type Nonce [12]byte

// Request asks for a mapping, renews it, or ends it with a lifetime of 0.
type Request struct {
	Nonce    Nonce
	Proto    Proto
	Internal uint16
	// External is what would be nice to have: a port, and an address where one
	// was given before.
	External netip.AddrPort
	Lifetime time.Duration
}

// Grant is what the router gave.
type Grant struct {
	External netip.AddrPort
	Lifetime time.Duration
}

// mapAnswer is a MAP response of RFC 6887 section 11.1.
type mapAnswer struct {
	result   Result
	lifetime time.Duration
	epoch    uint32
	nonce    Nonce
	proto    Proto
	internal uint16
	external netip.AddrPort
}

// appendHeader adds the header of a request (section 7.1).
//
//	 0                   1                   2                   3
//	|  version 2    |R|   opcode    |           reserved            |
//	|                     lifetime, in seconds                      |
//	|            client's address, 128 bits, IPv4 mapped            |
func appendHeader(b []byte, opcode byte, lifetime time.Duration, client netip.Addr) []byte {
	b = append(b, versionPCP, opcode, 0, 0)
	b = binary.BigEndian.AppendUint32(b, seconds(lifetime))
	address := client.As16()
	return append(b, address[:]...)
}

// appendMap adds a whole MAP request (section 11.1).
//
//	|                      mapping nonce, 96 bits                   |
//	|   protocol    |                  reserved                     |
//	|         internal port         |    suggested external port    |
//	|           suggested external address, 128 bits                |
func appendMap(b []byte, client netip.Addr, r Request) []byte {
	b = appendHeader(b, opcodeMap, r.Lifetime, client)
	b = append(b, r.Nonce[:]...)
	b = append(b, byte(r.Proto), 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, r.Internal)
	b = binary.BigEndian.AppendUint16(b, r.External.Port())
	address := netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff}) // any of IPv4
	if client.Is6() {
		address = netip.IPv6Unspecified()
	}
	if r.External.Addr().IsValid() && r.Lifetime > 0 {
		address = r.External.Addr()
	}
	raw := address.As16()
	return append(b, raw[:]...)
}

// parseHeader reads the header of an answer (section 7.2).
//
//	|  version 2    |R|   opcode    |   reserved    |  result code  |
//	|                     lifetime, in seconds                      |
//	|                     epoch, in seconds                         |
//	|                     reserved, 96 bits                         |
func parseHeader(b []byte, opcode byte) (result Result, lifetime time.Duration, epoch uint32, err error) {
	if len(b) < headerLen || len(b) > maxLen || len(b)%4 != 0 {
		return 0, 0, 0, errShort
	}
	if b[0] != versionPCP || b[1] != opcode|isAnswer {
		return 0, 0, 0, errKind
	}
	lifetime = time.Duration(binary.BigEndian.Uint32(b[4:])) * time.Second
	return Result(b[3]), lifetime, binary.BigEndian.Uint32(b[8:]), nil
}

// parseMap reads a MAP answer; options after it are not for us.
func parseMap(b []byte) (mapAnswer, error) {
	result, lifetime, epoch, err := parseHeader(b, opcodeMap)
	if err != nil {
		return mapAnswer{}, err
	}
	if len(b) < mapLen {
		return mapAnswer{}, errShort
	}
	a := mapAnswer{result: result, lifetime: lifetime, epoch: epoch}
	copy(a.nonce[:], b[24:])
	a.proto = Proto(b[36])
	a.internal = binary.BigEndian.Uint16(b[40:])
	address := netip.AddrFrom16([16]byte(b[44:60])).Unmap()
	a.external = netip.AddrPortFrom(address, binary.BigEndian.Uint16(b[42:]))
	return a, nil
}

// isOldRouter recognises a router that knows NAT-PMP alone and says so to a
// request of PCP (RFC 6886 section 3.5, RFC 6887 section 9).
func isOldRouter(b []byte) bool {
	return len(b) >= 8 && len(b) <= maxLen && b[0] == versionPMP && b[1]&isAnswer != 0 &&
		binary.BigEndian.Uint16(b[2:]) == uint16(UnsupportedVersion)
}

// seconds rounds up, so that a lifetime that is not 0 does not become 0.
func seconds(d time.Duration) uint32 {
	return uint32((d + time.Second - 1) / time.Second)
}
