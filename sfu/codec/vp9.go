package codec

import "encoding/binary"

// Bits of the first byte of the VP9 payload descriptor.
const (
	vp9PictureID  = 0x80 // I
	vp9Predicted  = 0x40 // P: needs an earlier picture
	vp9Layers     = 0x20 // L
	vp9Flexible   = 0x10 // F
	vp9Begin      = 0x08 // B: a layer frame begins
	vp9End        = 0x04 // E: a layer frame ends
	vp9Structure  = 0x02 // V
	vp9References = 3    // the most reference indices there may be
)

// parseVp9 reads the payload descriptor of RFC 9628 §4.2:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|I|P|L|F|B|E|V|Z|
//	+-+-+-+-+-+-+-+-+
//	|M| PictureID   |  if I, one byte more if M
//	+-+-+-+-+-+-+-+-+
//	| TID |U| SID |D|  if L
//	+-+-+-+-+-+-+-+-+
//	|   TL0PICIDX   |  if L and not F
//	+-+-+-+-+-+-+-+-+
//	|   P_DIFF    |N|  if P and F, again while N, up to three times
//	+-+-+-+-+-+-+-+-+
//	|      SS       |  if V
//
// All of it stays readable when frames are encrypted end to end.
func parseVp9(payload []byte) Info {
	if len(payload) < 1 {
		return Info{}
	}
	first, rest := payload[0], payload[1:]
	var ok bool
	info := Info{StartOfFrame: first&vp9Begin != 0, EndOfFrame: first&vp9End != 0}

	if first&vp9PictureID != 0 {
		if rest, ok = skipPictureID(rest); !ok {
			return Info{}
		}
	}
	if first&vp9Layers != 0 {
		if rest, ok = info.readVp9Layers(rest, first&vp9Flexible != 0); !ok {
			return Info{}
		}
	}
	if first&(vp9Predicted|vp9Flexible) == vp9Predicted|vp9Flexible {
		if rest, ok = skipVp9References(rest); !ok {
			return Info{}
		}
	}
	info.KeyFrame = first&vp9Predicted == 0 && info.StartOfFrame && info.SpatialLayer == 0
	if first&vp9Structure != 0 {
		if rest, ok = info.readVp9Structure(rest); !ok {
			return Info{}
		}
	}
	if info.KeyFrame && info.Width == 0 {
		info.readVp9Header(rest)
	}
	return info
}

func (i *Info) readVp9Layers(b []byte, flexible bool) (rest []byte, ok bool) {
	size := 2
	if flexible {
		size = 1
	}
	if len(b) < size {
		return nil, false
	}
	i.TemporalLayer, i.SpatialLayer = b[0]>>5, b[0]>>1&0x07
	return b[size:], true
}

func skipVp9References(b []byte) (rest []byte, ok bool) {
	for range vp9References {
		if len(b) < 1 {
			return nil, false
		}
		more := b[0]&0x01 != 0
		b = b[1:]
		if !more {
			break
		}
	}
	return b, true
}

// readVp9Structure reads the scalability structure (RFC 9628 §4.2.1), which
// keyframes of browsers carry. The last layer is the largest.
//
//	+-+-+-+-+-+-+-+-+
//	| N_S |Y|G| RES |
//	+-+-+-+-+-+-+-+-+
//	|     WIDTH     |  16 bits each, N_S + 1 times, if Y
//	|     HEIGHT    |
//	+-+-+-+-+-+-+-+-+
//	|      N_G      |  if G
//	+-+-+-+-+-+-+-+-+
//	| TID |U| R | RES |  N_G times, each followed by R bytes P_DIFF
//	+-+-+-+-+-+-+-+-+
func (i *Info) readVp9Structure(b []byte) (rest []byte, ok bool) {
	if len(b) < 1 {
		return nil, false
	}
	first, rest := b[0], b[1:]
	if first&0x10 != 0 {
		size := 4 * (int(first>>5) + 1)
		if len(rest) < size {
			return nil, false
		}
		if i.KeyFrame {
			last := rest[size-4 : size]
			i.setSize(uint64(binary.BigEndian.Uint16(last)), uint64(binary.BigEndian.Uint16(last[2:])))
		}
		rest = rest[size:]
	}
	if first&0x08 != 0 {
		return skipVp9PictureGroup(rest)
	}
	return rest, true
}

func skipVp9PictureGroup(b []byte) (rest []byte, ok bool) {
	if len(b) < 1 {
		return nil, false
	}
	pictures, rest := b[0], b[1:]
	for range pictures {
		if len(rest) < 1 {
			return nil, false
		}
		size := 1 + int(rest[0]>>2&0x03)
		if len(rest) < size {
			return nil, false
		}
		rest = rest[size:]
	}
	return rest, true
}

// readVp9Header finds the size in a keyframe's uncompressed header (VP9
// bitstream specification §6.2), for senders that give no structure.
func (i *Info) readVp9Header(frame []byte) {
	const (
		frameMarker = 2
		syncCode    = 0x498342
		colorRgb    = 7
	)
	r := bitReader{data: frame}
	if r.bits(2) != frameMarker {
		return
	}
	profile := r.bits(1) | r.bits(1)<<1
	if profile == 3 {
		r.bits(1) // reserved
	}
	showExisting, inter := r.flag(), r.flag()
	r.bits(2) // show_frame, error_resilient_mode
	if showExisting || inter || r.bits(24) != syncCode {
		return
	}
	if profile >= 2 {
		r.bits(1) // bit depth
	}
	switch rgb, subsampled := r.bits(3) == colorRgb, profile%2 == 1; {
	case rgb && subsampled:
		r.bits(1) // reserved
	case !rgb && subsampled:
		r.bits(4) // color range, subsampling, reserved
	case !rgb:
		r.bits(1) // color range
	}
	width, height := uint64(r.bits(16))+1, uint64(r.bits(16))+1
	if !r.failed {
		i.setSize(width, height)
	}
}
