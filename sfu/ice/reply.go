package ice

import (
	"encoding/binary"
	"net/netip"

	"github.com/pion/stun/v3"
)

// maxReplySize is header, XOR-MAPPED-ADDRESS of IPv6, MESSAGE-INTEGRITY and
// FINGERPRINT, the longest reply there is.
const maxReplySize = headerSize + 24 + 24 + 8

const (
	familyIPv4 = 1
	familyIPv6 = 2
)

// reply builds one answer. Answers leave the transport's lock before they are
// sent, so each has memory of its own.
type reply []byte

func newReply(r *request, class stun.MessageClass) reply {
	b := make(reply, headerSize, maxReplySize)
	binary.BigEndian.PutUint16(b, stun.NewType(stun.MethodBinding, class).Value())
	binary.BigEndian.PutUint32(b[4:], magicCookie)
	copy(b[transactionIDAt:], r.transactionID())
	return b
}

// success answers a check with the address it came from (RFC 8445 §7.3.1).
func success(r *request, from netip.AddrPort, c *credentials) []byte {
	return newReply(r, stun.ClassSuccessResponse).mappedAddress(from).integrity(c).fingerprint()
}

// failure answers with an error code and no words: to someone unauthenticated
// a reply must not be worth asking for (amplification). c is nil for those; a
// check without FINGERPRINT gets none either, which keeps its answer shortest.
func failure(r *request, code stun.ErrorCode, c *credentials) []byte {
	b := newReply(r, stun.ClassErrorResponse).errorCode(code)
	if code == stun.CodeUnknownAttribute {
		b = b.unknownAttributes(r.unknown[:r.unknownCount])
	}
	if c != nil {
		b = b.integrity(c)
	}
	if r.fingerprintAt == 0 {
		return b.finish()
	}
	return b.fingerprint()
}

// mappedAddress adds XOR-MAPPED-ADDRESS (RFC 8489 §14.2):
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|0 0 0 0 0 0 0 0|    Family     |         X-Port                |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                X-Address (32 or 128 bits)                     |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
func (b reply) mappedAddress(from netip.AddrPort) reply {
	addr := from.Addr().Unmap()
	family, size := byte(familyIPv6), 16
	if addr.Is4() {
		family, size = familyIPv4, 4
	}
	b = b.attribute(stun.AttrXORMappedAddress, 4+size)
	b = append(b, 0, family)
	b = binary.BigEndian.AppendUint16(b, from.Port()^(magicCookie>>16))

	// The key is the magic cookie followed by the transaction ID.
	key := b[4:headerSize]
	ip := addr.As16()
	for i, octet := range ip[16-size:] {
		b = append(b, octet^key[i])
	}
	return b
}

// errorCode adds ERROR-CODE (RFC 8489 §14.8) without a reason phrase.
func (b reply) errorCode(code stun.ErrorCode) reply {
	b = b.attribute(stun.AttrErrorCode, 4)
	return append(b, 0, 0, byte(code/100), byte(code%100))
}

// unknownAttributes adds UNKNOWN-ATTRIBUTES (RFC 8489 §14.9).
func (b reply) unknownAttributes(types []stun.AttrType) reply {
	b = b.attribute(stun.AttrUnknownAttributes, 2*len(types))
	for _, t := range types {
		b = binary.BigEndian.AppendUint16(b, t.Value())
	}
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// integrity adds MESSAGE-INTEGRITY (RFC 8489 §14.5).
func (b reply) integrity(c *credentials) reply {
	sum := c.integrity(b, len(b)-headerSize+attributeHeaderSize+integritySize)
	return append(b.attribute(stun.AttrMessageIntegrity, integritySize), sum...)
}

// fingerprint adds FINGERPRINT (RFC 8489 §14.7) and finishes the message.
func (b reply) fingerprint() []byte {
	const size = attributeHeaderSize + fingerprintSize
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-headerSize+size))
	value := fingerprint(b)
	return binary.BigEndian.AppendUint32(b.attribute(stun.AttrFingerprint, fingerprintSize), value)
}

// finish writes the message's length.
func (b reply) finish() []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-headerSize))
	return b
}

func (b reply) attribute(typ stun.AttrType, size int) reply {
	b = binary.BigEndian.AppendUint16(b, typ.Value())
	return binary.BigEndian.AppendUint16(b, uint16(size))
}
