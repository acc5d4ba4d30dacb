package rtpstream

import "encoding/binary"

// rtxHeaderSize is that of the original sequence number that precedes the
// payload of a retransmission (RFC 4588 §4):
//
//	+-----------------+-----------+--------------------------+
//	|    RTP header   |    OSN    |  original RTP payload    |
//	|  of the RTX     |  2 bytes  |                          |
//	+-----------------+-----------+--------------------------+
const rtxHeaderSize = 2

const (
	versionMask  = 0xc0 // first byte of the RTP header (RFC 3550 §5.1)
	version2     = 0x80
	paddingFlag  = 0x20
	markerFlag   = 0x80 // second byte
	payloadTypes = 0x7f
)

// RestoreRtx turns a plaintext RTX packet in place back into the packet it
// repeats (RFC 4588 §4): the original sequence number, payload type and SSRC,
// without padding. headerSize is the size of its RTP header with CSRCs and
// extensions. The result lies in packet and starts two bytes later. ok is false
// for a packet that repeats nothing, such as the padding browsers probe for
// bandwidth with, and for a malformed one.
func RestoreRtx(packet []byte, headerSize int, ssrc uint32, payloadType uint8) (original []byte, seq uint16, ok bool) {
	end, ok := payloadEnd(packet, headerSize)
	if !ok || end-headerSize < rtxHeaderSize {
		return nil, 0, false
	}
	seq = binary.BigEndian.Uint16(packet[headerSize:])
	original = packet[rtxHeaderSize:end:end]
	copy(original, packet[:headerSize])
	original[0] &^= paddingFlag
	original[1] = original[1]&markerFlag | payloadType&payloadTypes
	binary.BigEndian.PutUint16(original[2:], seq)
	binary.BigEndian.PutUint32(original[8:], ssrc)
	return original, seq, true
}

// payloadEnd returns where the payload ends and padding begins.
func payloadEnd(packet []byte, headerSize int) (int, bool) {
	if headerSize < fixedHeaderSize || headerSize > len(packet) || packet[0]&versionMask != version2 {
		return 0, false
	}
	if packet[0]&paddingFlag == 0 {
		return len(packet), true
	}
	padding := int(packet[len(packet)-1])
	if padding == 0 || padding > len(packet)-headerSize {
		return 0, false
	}
	return len(packet) - padding, true
}
