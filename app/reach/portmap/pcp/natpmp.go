package pcp

import (
	"encoding/binary"
	"net/netip"
	"time"
)

const (
	versionPMP = 0

	opcodeAddress = 0
	opcodePMPUDP  = 1
	opcodePMPTCP  = 2

	addressLen = 12
	pmpMapLen  = 16
	// pmpHeaderLen is all that an answer has which is a refusal, with some routers.
	pmpHeaderLen = 8
)

// addressAnswer tells the router's address outside (RFC 6886 section 3.2).
type addressAnswer struct {
	result   Result
	epoch    uint32
	external netip.Addr
}

// pmpMapAnswer is a mapping's answer (RFC 6886 section 3.3).
type pmpMapAnswer struct {
	result             Result
	epoch              uint32
	internal, external uint16
	lifetime           time.Duration
}

func appendAddress(b []byte) []byte { return append(b, versionPMP, opcodeAddress) }

// appendPMPMap adds a request for a mapping (RFC 6886 section 3.3).
//
//	|   version 0   | opcode 1 or 2 |           reserved            |
//	|         internal port         |    suggested external port    |
//	|                     lifetime, in seconds                      |
func appendPMPMap(b []byte, r Request) []byte {
	b = append(b, versionPMP, pmpOpcode(r.Proto), 0, 0)
	b = binary.BigEndian.AppendUint16(b, r.Internal)
	external := r.External.Port()
	if r.Lifetime == 0 {
		external = 0 // section 3.4
	}
	b = binary.BigEndian.AppendUint16(b, external)
	return binary.BigEndian.AppendUint32(b, seconds(r.Lifetime))
}

func pmpOpcode(p Proto) byte {
	if p == TCP {
		return opcodePMPTCP
	}
	return opcodePMPUDP
}

// parsePMPHeader reads what all answers begin with.
//
//	|   version 0   | 128 + opcode  |          result code          |
//	|               seconds since the start of epoch                |
func parsePMPHeader(b []byte, opcode byte) (Result, uint32, error) {
	if len(b) < pmpHeaderLen || len(b) > maxLen {
		return 0, 0, errShort
	}
	if b[0] != versionPMP || b[1] != opcode|isAnswer {
		return 0, 0, errKind
	}
	return pmpResult(binary.BigEndian.Uint16(b[2:])), binary.BigEndian.Uint32(b[4:]), nil
}

func parseAddress(b []byte) (addressAnswer, error) {
	result, epoch, err := parsePMPHeader(b, opcodeAddress)
	if err != nil {
		return addressAnswer{}, err
	}
	a := addressAnswer{result: result, epoch: epoch}
	if result != Success {
		return a, nil
	}
	if len(b) != addressLen {
		return addressAnswer{}, errShort
	}
	a.external = netip.AddrFrom4([4]byte(b[8:12]))
	return a, nil
}

func parsePMPMap(b []byte, p Proto) (pmpMapAnswer, error) {
	result, epoch, err := parsePMPHeader(b, pmpOpcode(p))
	if err != nil {
		return pmpMapAnswer{}, err
	}
	a := pmpMapAnswer{result: result, epoch: epoch}
	if len(b) != pmpMapLen && (result == Success || len(b) != pmpHeaderLen) {
		return pmpMapAnswer{}, errShort
	}
	if len(b) == pmpMapLen {
		a.internal = binary.BigEndian.Uint16(b[8:])
		a.external = binary.BigEndian.Uint16(b[10:])
		a.lifetime = time.Duration(binary.BigEndian.Uint32(b[12:])) * time.Second
	}
	return a, nil
}

// pmpResult gives a result of NAT-PMP PCP's number (RFC 6886 section 3.5).
func pmpResult(code uint16) Result {
	switch code {
	case 0:
		return Success
	case 1:
		return UnsupportedVersion
	case 2:
		return NotAuthorized
	case 3:
		return NetworkFailure
	case 4:
		return NoResources
	default:
		return UnsupportedOpcode
	}
}
