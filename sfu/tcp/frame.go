package tcp

import "encoding/binary"

const (
	lengthSize = 2
	// maxDatagram is the largest packet that the media port takes: what crosses an
	// Ethernet link.
	maxDatagram = 1500
)

// nextFrame cuts the first datagram off a stream (RFC 4571 section 2). It is nil
// while it has not come whole.
//
//	|  LENGTH (16 bits)  |  datagram of that length ...
func nextFrame(stream []byte) (datagram, rest []byte, err error) {
	if len(stream) < lengthSize {
		return nil, stream, nil
	}
	size := int(binary.BigEndian.Uint16(stream))
	switch {
	case size == 0 || size > maxDatagram:
		return nil, stream, errFrame
	case len(stream) < lengthSize+size:
		return nil, stream, nil
	}
	end := lengthSize + size
	return stream[lengthSize:end:end], stream[end:], nil
}

// appendFrame adds a datagram to a stream.
func appendFrame(stream, datagram []byte) []byte {
	return append(binary.BigEndian.AppendUint16(stream, uint16(len(datagram))), datagram...)
}

// mediaFrame tells what frame of which stream an RTP packet belongs to; ok is
// false for anything else (RFC 7983 section 7, RFC 5761 section 4).
func mediaFrame(datagram []byte) (ssrc, timestamp uint32, ok bool) {
	const rtpHeader = 12
	if len(datagram) < rtpHeader || datagram[0]>>6 != 2 || datagram[1] >= 192 && datagram[1] <= 223 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(datagram[8:]), binary.BigEndian.Uint32(datagram[4:]), true
}

// isCheck tells STUN, which alone can prove a client.
func isCheck(datagram []byte) bool { return datagram[0] <= 3 }
