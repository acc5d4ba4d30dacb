package turn

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"net/netip"
)

const (
	headerSize          = 20
	attributeHeaderSize = 4
	magicCookie         = 0x2112A442 // RFC 8489 section 5
	integritySize       = sha1.Size
	maxMessage          = 1600 // larger ones are nobody's
	maxUsername         = 508
)

// Methods and classes as they stand in the first 16 bits (RFC 8656 section 17).
const (
	bindingRequest          = 0x0001
	allocateRequest         = 0x0003
	refreshRequest          = 0x0004
	createPermissionRequest = 0x0008
	channelBindRequest      = 0x0009
	connectRequest          = 0x000A // RFC 6062
	connectionBindRequest   = 0x000B
	sendIndication          = 0x0016

	classBits     = 0x0110
	classRequest  = 0x0000
	classSuccess  = 0x0100
	classError    = 0x0110
	notStunBits   = 0xC000
	channelBit    = 0x4000 // first two bits 01: ChannelData
	lastChannel   = 0x7FFF // RFC 5766 section 11; fewer in RFC 8656
	channelHeader = 4
)

// Attributes.
const (
	attrUsername         = 0x0006
	attrIntegrity        = 0x0008
	attrErrorCode        = 0x0009
	attrChannel          = 0x000C // CHANNEL-NUMBER
	attrLifetime         = 0x000D
	attrXorPeerAddress   = 0x0012
	attrRealm            = 0x0014
	attrNonce            = 0x0015
	attrFamily           = 0x0017 // REQUESTED-ADDRESS-FAMILY
	attrEvenPort         = 0x0018
	attrTransport        = 0x0019 // REQUESTED-TRANSPORT
	attrXorMappedAddress = 0x0020
	attrReservation      = 0x0022 // RESERVATION-TOKEN

	familyIPv4 = 1
	familyIPv6 = 2
	protoUDP   = 17
)

// message is a STUN message laid open; its slices point into the packet. Nothing
// behind MESSAGE-INTEGRITY is in it: it is not signed (RFC 8489 section 14.5).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|0 0|   STUN Message Type       |         Message Length        |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                   Magic Cookie 0x2112A442                     |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                   Transaction ID (96 bits)                    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|  Attributes: Type (16) | Length (16) | Value, padded to 32    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type message struct {
	packet   []byte
	kind     uint16 // method and class
	signedTo int    // where MESSAGE-INTEGRITY is; 0: there is none
	end      int    // of the attributes before it

	username, realm, nonce []byte
}

// parse walks the attributes; ok is false for what is no STUN message.
func parse(packet []byte) (m message, ok bool) {
	if len(packet) < headerSize || len(packet)%4 != 0 || packet[0] > 0x3F ||
		binary.BigEndian.Uint32(packet[4:]) != magicCookie ||
		int(binary.BigEndian.Uint16(packet[2:])) != len(packet)-headerSize {
		return m, false
	}
	m = message{packet: packet, kind: binary.BigEndian.Uint16(packet), end: len(packet)}
	for at := headerSize; at < len(packet); {
		size := int(binary.BigEndian.Uint16(packet[at+2:]))
		next := at + attributeHeaderSize + (size+3)&^3
		if next > len(packet) {
			return m, false
		}
		if !m.add(binary.BigEndian.Uint16(packet[at:]), at, packet[at+attributeHeaderSize:][:size]) {
			return m, false
		}
		at = next
	}
	return m, true
}

func (m *message) add(kind uint16, at int, value []byte) bool {
	if m.signedTo != 0 {
		return true
	}
	switch kind {
	case attrIntegrity:
		m.signedTo, m.end = at, at
		return len(value) == integritySize
	case attrUsername:
		setFirst(&m.username, value)
		return len(value) <= maxUsername
	case attrRealm:
		setFirst(&m.realm, value)
	case attrNonce:
		setFirst(&m.nonce, value)
	}
	return true
}

func setFirst(field *[]byte, value []byte) {
	if *field == nil {
		*field = value
	}
}

// each calls f for the attributes that are signed, or for all of a message that
// is not, until it returns false.
func (m *message) each(f func(kind uint16, value []byte) bool) bool {
	for at := headerSize; at < m.end; {
		size := int(binary.BigEndian.Uint16(m.packet[at+2:]))
		if !f(binary.BigEndian.Uint16(m.packet[at:]), m.packet[at+attributeHeaderSize:][:size]) {
			return false
		}
		at += attributeHeaderSize + (size+3)&^3
	}
	return true
}

// get is the first attribute of a kind; nil where there is none.
func (m *message) get(kind uint16) (found []byte) {
	m.each(func(k uint16, value []byte) bool {
		if k == kind {
			found = value
		}
		return k != kind
	})
	return found
}

// signedBy compares MESSAGE-INTEGRITY (RFC 8489 section 14.5).
func (m *message) signedBy(key []byte) bool {
	got := m.packet[m.signedTo+attributeHeaderSize:][:integritySize]
	return hmac.Equal(got, integrity(key, m.packet[:m.signedTo]))
}

// integrity signs a message that ends where MESSAGE-INTEGRITY begins, as if its
// length counted that.
func integrity(key, upTo []byte) []byte {
	mac := hmac.New(sha1.New, key)
	var header [4]byte
	copy(header[:], upTo)
	binary.BigEndian.PutUint16(header[2:], uint16(len(upTo)-headerSize+attributeHeaderSize+integritySize))
	_, _ = mac.Write(header[:]) // it never fails
	_, _ = mac.Write(upTo[len(header):])
	return mac.Sum(nil)
}

// peers calls f for each peer address that the message names; all is false where
// f was for any, or one cannot be read.
func (m *message) peers(f func(netip.AddrPort) bool) (all bool) {
	return m.each(func(kind uint16, value []byte) bool {
		if kind != attrXorPeerAddress {
			return true
		}
		peer, ok := m.xorAddress(value)
		return ok && f(peer)
	})
}

// xorAddress reads an address (RFC 8489 section 14.2). An IPv4 address that is
// wrapped into IPv6 stays so, and is nobody's.
func (m *message) xorAddress(value []byte) (netip.AddrPort, bool) {
	if len(value) < 4 {
		return netip.AddrPort{}, false
	}
	port := binary.BigEndian.Uint16(value[2:]) ^ magicCookie>>16
	raw := make([]byte, 0, 16)
	switch raw = append(raw, value[4:]...); {
	case value[1] == familyIPv4 && len(raw) == 4, value[1] == familyIPv6 && len(raw) == 16:
	default:
		return netip.AddrPort{}, false
	}
	for i := range raw {
		raw[i] ^= m.packet[4+i] // the cookie, and the transaction's ID behind it
	}
	addr, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(addr, port), ok
}

// builder makes a message in the memory it is given.
type builder struct{ packet []byte }

// begin takes over the request's transaction.
func begin(into []byte, kind uint16, m *message) builder {
	into = binary.BigEndian.AppendUint16(into[:0], kind)
	into = append(into, 0, 0)
	return builder{append(into, m.packet[4:headerSize]...)}
}

func (b *builder) add(kind uint16, value []byte) {
	b.packet = binary.BigEndian.AppendUint16(b.packet, kind)
	b.packet = binary.BigEndian.AppendUint16(b.packet, uint16(len(value)))
	b.packet = append(b.packet, value...)
	for len(b.packet)%4 != 0 {
		b.packet = append(b.packet, 0)
	}
}

// finish is the whole message, signed where there is a key.
func (b *builder) finish(key []byte) []byte {
	if key != nil {
		b.add(attrIntegrity, integrity(key, b.packet))
	}
	binary.BigEndian.PutUint16(b.packet[2:], uint16(len(b.packet)-headerSize))
	return b.packet
}

// errorCode is the value of ERROR-CODE without a phrase, which nobody reads
// (RFC 8489 section 14.8).
func errorCode(code int) []byte { return []byte{0, 0, byte(code / 100), byte(code % 100)} }

// errorOf is the code of an error response; 0 of anything else.
func errorOf(m *message) int {
	value := m.get(attrErrorCode)
	if m.kind&classBits != classError || len(value) < 4 {
		return 0
	}
	return int(value[2])*100 + int(value[3])
}

// isChannelData tells ChannelData that is whole (RFC 8656 section 12.4).
//
//	|  Channel Number (16) |  Length (16)  |  data, and what pads it over TCP ...
func isChannelData(packet []byte) bool {
	if len(packet) < channelHeader {
		return false
	}
	number := binary.BigEndian.Uint16(packet)
	return number >= channelBit && number <= lastChannel &&
		int(binary.BigEndian.Uint16(packet[2:])) <= len(packet)-channelHeader
}

// isChannel is whether the value of CHANNEL-NUMBER is one that can be bound.
func isChannel(value []byte) bool {
	return len(value) == 4 && value[0] >= channelBit>>8 && value[0] <= lastChannel>>8
}

// nextFrame cuts the first message off a TCP stream (RFC 8656 sections 3.1 and
// 12.5). It is nil while that has not come whole.
func nextFrame(stream []byte) (frame, rest []byte, err error) {
	if len(stream) < channelHeader {
		return nil, stream, nil
	}
	kind, size := binary.BigEndian.Uint16(stream), int(binary.BigEndian.Uint16(stream[2:]))
	switch {
	case kind&notStunBits == 0:
		size += headerSize
		if have := min(len(stream), headerSize); have >= 8 && binary.BigEndian.Uint32(stream[4:]) != magicCookie {
			return nil, stream, errFrame
		}
	case kind >= channelBit && kind <= lastChannel:
		size = channelHeader + (size+3)&^3
	default:
		return nil, stream, errFrame
	}
	switch {
	case size > maxMessage-1 || size%4 != 0:
		return nil, stream, errFrame
	case len(stream) < size:
		return nil, stream, nil
	}
	return stream[:size:size], stream[size:], nil
}

// sameBytes is bytes.Equal for a constant.
func sameBytes(a []byte, b string) bool { return bytes.Equal(a, []byte(b)) }
