package codec

import "encoding/binary"

const (
	// vp8KeyFrameHeader is the frame tag (3 bytes), the start code (3) and
	// both dimensions (2 each), RFC 6386 §9.1. Frames encrypted end to end
	// leave these ten bytes clear.
	vp8KeyFrameHeader = 10
	vp8DimensionMask  = 1<<14 - 1 // the upper two bits are a scaling hint
)

// parseVp8 reads the payload descriptor of RFC 7741 §4.2 and, where a keyframe
// begins, the frame header of RFC 6386 §9.1 behind it.
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|X|R|N|S|R| PID |  S: start of partition PID
//	+-+-+-+-+-+-+-+-+
//	|I|L|T|K|  RSV  |  if X
//	+-+-+-+-+-+-+-+-+
//	|M| PictureID   |  if I, one byte more if M
//	+-+-+-+-+-+-+-+-+
//	|   TL0PICIDX   |  if L
//	+-+-+-+-+-+-+-+-+
//	|TID|Y| KEYIDX  |  if T or K
//	+-+-+-+-+-+-+-+-+
func parseVp8(payload []byte) Info {
	temporalLayer, frame, ok := splitVp8(payload)
	if !ok || len(frame) == 0 {
		return Info{}
	}
	info := Info{
		TemporalLayer: temporalLayer,
		StartOfFrame:  payload[0]&0x10 != 0 && payload[0]&0x07 == 0,
	}
	if info.StartOfFrame {
		info.readVp8Frame(frame)
	}
	return info
}

// splitVp8 reads the descriptor and returns what follows it; ok is false when
// the payload ends before that.
func splitVp8(payload []byte) (temporalLayer uint8, frame []byte, ok bool) {
	if len(payload) < 1 {
		return 0, nil, false
	}
	extended, rest := payload[0]&0x80 != 0, payload[1:]
	if !extended {
		return 0, rest, true
	}
	if len(rest) < 1 {
		return 0, nil, false
	}
	extension, rest := rest[0], rest[1:]
	if extension&0x80 != 0 {
		if rest, ok = skipPictureID(rest); !ok {
			return 0, nil, false
		}
	}
	size := 0
	if extension&0x40 != 0 {
		size++
	}
	if extension&0x30 != 0 {
		if size++; extension&0x20 != 0 && len(rest) >= size {
			temporalLayer = rest[size-1] >> 6
		}
	}
	if len(rest) < size {
		return 0, nil, false
	}
	return temporalLayer, rest[size:], true
}

// readVp8Frame reads a frame header. Without the start code a keyframe's bit
// means nothing: the frame is encrypted as a whole, or damaged.
func (i *Info) readVp8Frame(frame []byte) {
	if len(frame) < vp8KeyFrameHeader || frame[0]&0x01 != 0 ||
		frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a {
		return
	}
	i.KeyFrame = true
	width := binary.LittleEndian.Uint16(frame[6:]) & vp8DimensionMask
	height := binary.LittleEndian.Uint16(frame[8:]) & vp8DimensionMask
	i.setSize(uint64(width), uint64(height))
}

// skipPictureID drops the PictureID of VP8 and VP9: 7 bits, or 15 where the
// first bit says so.
func skipPictureID(b []byte) (rest []byte, ok bool) {
	size := 1
	if len(b) > 0 && b[0]&0x80 != 0 {
		size = 2
	}
	if len(b) < size {
		return nil, false
	}
	return b[size:], true
}
