package codec

import "encoding/binary"

// NAL unit types of ITU-T H.264 table 7-1 and RFC 6184 table 1.
const (
	h264Slice      = 1
	h264SliceA     = 2 // data partition A
	h264Idr        = 5
	h264Sps        = 7
	h264Delimiter  = 9
	h264StapA      = 24
	h264FuA        = 28
	h264TypeMask   = 0x1f
	h264FuStartBit = 0x80
)

// parseH264 reads the payloads that packetization modes 0 and 1 allow (RFC
// 6184 §5.4), the only ones browsers speak: single NAL units, STAP-A, FU-A.
//
//	+-+-+-+-+-+-+-+-+
//	|F|NRI|  Type   |  NAL unit header, §1.3
//	+-+-+-+-+-+-+-+-+
//	|S|E|R|  Type   |  FU header, §5.8, if the first Type is FU-A
//	+-+-+-+-+-+-+-+-+
//
// A keyframe begins with the sequence parameters, as mediasoup takes it: an
// IDR picture alone is nothing a decoder could start with.
func parseH264(payload []byte) Info {
	var info Info
	if len(payload) < 2 {
		return info
	}
	switch payload[0] & h264TypeMask {
	case h264StapA:
		info.readStapA(payload[1:])
	case h264FuA:
		if payload[1]&h264FuStartBit != 0 {
			info.readNal(payload[1]&h264TypeMask, payload[2:])
		}
	default:
		info.readNal(payload[0]&h264TypeMask, payload[1:])
	}
	return info
}

// readStapA walks the NAL units of an aggregation packet (RFC 6184 §5.7.1):
// 16 bits of size before each.
func (i *Info) readStapA(b []byte) {
	for len(b) > 2 {
		size := int(binary.BigEndian.Uint16(b))
		b = b[2:]
		if size == 0 || size > len(b) {
			return
		}
		i.readNal(b[0]&h264TypeMask, b[1:size])
		b = b[size:]
	}
}

// readNal takes what follows a NAL unit's header.
func (i *Info) readNal(nalType byte, body []byte) {
	switch nalType {
	case h264Sps:
		// Only the first one is read on: a packet full of them would cost
		// a sender little and the server much.
		if !i.KeyFrame {
			i.readSps(body)
		}
		i.KeyFrame, i.StartOfFrame = true, true
	case h264Delimiter:
		i.StartOfFrame = true
	case h264Slice, h264SliceA, h264Idr:
		// first_mb_in_slice is 0 in a picture's first slice, and 0 is the
		// Exp-Golomb number that starts with a one (ITU-T H.264 §7.3.3).
		if len(body) > 0 && body[0]&0x80 != 0 {
			i.StartOfFrame = true
		}
	}
}
