package loadtest

import "encoding/binary"

const (
	rtpHeader      = 12
	profileOneByte = 0xBEDE // RFC 8285 section 4.2
)

// parse takes a decrypted RTP packet apart (RFC 3550 section 5.1).
func (r *received) parse(packet []byte) bool {
	if len(packet) < rtpHeader || packet[0]>>6 != 2 {
		return false
	}
	end := len(packet)
	if packet[0]&0x20 != 0 {
		end -= int(packet[end-1])
	}
	start := rtpHeader + 4*int(packet[0]&0x0F)
	*r = received{
		payloadType: packet[1] & 0x7F,
		marker:      packet[1]&0x80 != 0,
		sequence:    binary.BigEndian.Uint16(packet[2:]),
		timestamp:   binary.BigEndian.Uint32(packet[4:]),
		ssrc:        binary.BigEndian.Uint32(packet[8:]),
		size:        len(packet),
	}
	if packet[0]&0x10 != 0 {
		if start+4 > end {
			return false
		}
		size := 4 * int(binary.BigEndian.Uint16(packet[start+2:]))
		r.twoByte = binary.BigEndian.Uint16(packet[start:]) != profileOneByte
		start += 4
		if start+size > end {
			return false
		}
		r.extension = packet[start : start+size]
		start += size
	}
	if start > end {
		return false
	}
	r.payload = packet[start:end]
	return true
}

// element finds a header extension's value (RFC 8285), nil where there is none.
func (r *received) element(id uint8) []byte {
	for rest := r.extension; len(rest) > 1; {
		if rest[0] == 0 { // padding
			rest = rest[1:]
			continue
		}
		found, size, header := rest[0]>>4, int(rest[0]&0x0F)+1, 1
		if r.twoByte {
			found, size, header = rest[0], int(rest[1]), 2
		}
		if header+size > len(rest) {
			return nil
		}
		if found == id {
			return rest[header : header+size]
		}
		rest = rest[header+size:]
	}
	return nil
}

// Identifiers of header extensions in what we send, as Chromium numbers them.
const (
	absSendTimeID = 2
	transportCCID = 3
	midID         = 4
)

// rtpHead is the header of a packet to be sent.
type rtpHead struct {
	payloadType     uint8
	marker          bool
	sequence        uint16
	timestamp       uint32
	ssrc            uint32
	mid             string // left out where empty
	transportNumber uint16
	sentNs          int64
}

// append writes the header with its extensions.
func (h *rtpHead) append(b []byte) []byte {
	second := h.payloadType
	if h.marker {
		second |= 0x80
	}
	b = append(b, 0x90, second)
	b = binary.BigEndian.AppendUint16(b, h.sequence)
	b = binary.BigEndian.AppendUint32(b, h.timestamp)
	b = binary.BigEndian.AppendUint32(b, h.ssrc)
	b = binary.BigEndian.AppendUint16(b, profileOneByte)
	lengthAt := len(b)
	b = append(b, 0, 0)
	sendTime := absSendTime(h.sentNs)
	b = append(b, absSendTimeID<<4|2, byte(sendTime>>16), byte(sendTime>>8), byte(sendTime))
	b = append(b, transportCCID<<4|1, byte(h.transportNumber>>8), byte(h.transportNumber))
	if h.mid != "" {
		b = append(b, midID<<4|byte(len(h.mid)-1))
		b = append(b, h.mid...)
	}
	for (len(b)-lengthAt-2)%4 != 0 {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint16(b[lengthAt:], uint16((len(b)-lengthAt-2)/4))
	return b
}

// absSendTime is a time as 24 bits of 6.18 fixed point seconds.
func absSendTime(ns int64) uint32 {
	const second = 1_000_000_000
	return uint32((ns/second)<<18 | (ns%second)<<18/second)
}
