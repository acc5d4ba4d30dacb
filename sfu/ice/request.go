package ice

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/pion/stun/v3"
)

const (
	headerSize          = 20
	attributeHeaderSize = 4
	transactionIDAt     = 8

	magicCookie    = 0x2112A442 // RFC 8489 §5
	fingerprintXor = 0x5354554E // RFC 8489 §14.7

	integritySize   = 20 // HMAC-SHA1, RFC 8489 §14.5
	fingerprintSize = 4

	// attrNomination is NOMINATION of draft-thatcher-ice-renomination: the
	// highest value nominates, which lets a browser change its mind.
	attrNomination = stun.AttrType(0xC001)

	// maxUsername is the longest USERNAME (RFC 8489 §14.3).
	maxUsername = 508

	// maxUnknown bounds the list in a 420 reply; one is enough to be refused.
	maxUnknown = 4
)

// request is a STUN message laid open; its slices point into the packet.
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
type request struct {
	packet []byte
	typ    stun.MessageType

	username      []byte
	integrityAt   int // offset of MESSAGE-INTEGRITY, 0 when there is none
	fingerprintAt int // offset of FINGERPRINT, 0 when there is none

	controlled    bool
	useCandidate  bool
	hasNomination bool
	nomination    uint32

	unknown      [maxUnknown]stun.AttrType
	unknownCount int
}

// IsStun tells whether b is a STUN message rather than another protocol of
// the same port (RFC 7983 §7, RFC 8489 §5); it may still be malformed.
func IsStun(b []byte) bool {
	return len(b) >= headerSize && b[0] <= 3 && binary.BigEndian.Uint32(b[4:]) == magicCookie
}

// LocalUsernameFragment returns what stands before the colon in USERNAME,
// which is our own fragment in a check sent to us (RFC 8445 §7.2.2): it tells
// which transport the check is for. Nothing is authenticated yet.
func LocalUsernameFragment(stunMessage []byte) (string, bool) {
	r, err := parse(stunMessage)
	if err != nil {
		return "", false
	}
	local, ok := r.localFragment()
	return string(local), ok
}

// parse walks the attributes of a STUN message (RFC 8489 §14). It takes the
// first attribute of each type, as §14 wants, and none of those behind
// MESSAGE-INTEGRITY but FINGERPRINT: they are not signed (§14.5).
func parse(packet []byte) (request, error) {
	if !IsStun(packet) || len(packet)%4 != 0 ||
		int(binary.BigEndian.Uint16(packet[2:])) != len(packet)-headerSize {
		return request{}, ErrMalformed
	}
	r := request{packet: packet}
	r.typ.ReadValue(binary.BigEndian.Uint16(packet))

	for at := headerSize; at < len(packet); {
		if r.fingerprintAt != 0 {
			return request{}, ErrMalformed // it is always the last one, §14.7
		}
		// The whole message and every attribute before this one are multiples
		// of four bytes: the attribute's header fits.
		typ := stun.AttrType(binary.BigEndian.Uint16(packet[at:]))
		size := int(binary.BigEndian.Uint16(packet[at+2:]))
		next := at + attributeHeaderSize + (size+3)&^3
		if next > len(packet) {
			return request{}, ErrMalformed
		}
		value := packet[at+attributeHeaderSize:][:size]
		if err := r.add(typ, at, value); err != nil {
			return request{}, err
		}
		at = next
	}
	return r, nil
}

func (r *request) add(typ stun.AttrType, at int, value []byte) error {
	if typ == stun.AttrFingerprint {
		r.fingerprintAt = at
		return wantSize(value, fingerprintSize)
	}
	if r.integrityAt != 0 {
		return nil
	}
	switch typ {
	case stun.AttrMessageIntegrity:
		r.integrityAt = at
		return wantSize(value, integritySize)
	case stun.AttrUsername:
		if r.username == nil && len(value) <= maxUsername {
			r.username = value
		}
	case stun.AttrUseCandidate:
		r.useCandidate = true
		return wantSize(value, 0)
	case stun.AttrICEControlled:
		r.controlled = true
	case attrNomination:
		return r.addNomination(value)
	default:
		r.addOther(typ)
	}
	return nil
}

func (r *request) addNomination(value []byte) error {
	if err := wantSize(value, 4); err != nil {
		return err
	}
	if !r.hasNomination {
		r.hasNomination, r.nomination = true, binary.BigEndian.Uint32(value)
	}
	return nil
}

// addOther remembers attributes that a receiver has to understand (types
// below 0x8000) and that neither STUN nor ICE defines. Those they define and
// that have no meaning in a check are ignored, RFC 8489 §14.
func (r *request) addOther(typ stun.AttrType) {
	switch typ {
	case stun.AttrPriority, stun.AttrMappedAddress, stun.AttrErrorCode, stun.AttrUnknownAttributes,
		stun.AttrRealm, stun.AttrNonce, stun.AttrXORMappedAddress,
		stun.AttrMessageIntegritySHA256, stun.AttrPasswordAlgorithm, stun.AttrUserhash:
		return
	}
	if typ.Required() && r.unknownCount < maxUnknown {
		r.unknown[r.unknownCount] = typ
		r.unknownCount++
	}
}

// localFragment is what stands before the colon in USERNAME.
func (r *request) localFragment() (fragment []byte, ok bool) {
	end := bytes.IndexByte(r.username, ':')
	if end <= 0 {
		return nil, false
	}
	return r.username[:end], true
}

// fingerprintMatches compares FINGERPRINT with the message before it.
func (r *request) fingerprintMatches() bool {
	got := binary.BigEndian.Uint32(r.packet[r.fingerprintAt+attributeHeaderSize:])
	return got == fingerprint(r.packet[:r.fingerprintAt])
}

func (r *request) transactionID() []byte {
	return r.packet[transactionIDAt:headerSize]
}

func fingerprint(message []byte) uint32 {
	return crc32.ChecksumIEEE(message) ^ fingerprintXor
}

func wantSize(value []byte, size int) error {
	if len(value) != size {
		return ErrMalformed
	}
	return nil
}
