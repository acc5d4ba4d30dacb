package codec

// OBU types of the AV1 bitstream specification §6.2.2.
const (
	obuSequenceHeader    = 1
	obuTemporalDelimiter = 2
	obuFrameHeader       = 3
	obuFrame             = 6
)

// parseAv1 reads the aggregation header (RTP payload format for AV1 §4.4) and
// the OBU elements behind it:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|Z|Y| W |N|-|-|-|  Z: goes on an OBU of the packet before, W: how many
//	+-+-+-+-+-+-+-+-+     elements, 0 unknown, N: a coded sequence begins
//	| leb128 length |  not before element W
//	+-+-+-+-+-+-+-+-+
//	|  OBU element  |
//	      ...
func parseAv1(payload []byte) Info {
	var info Info
	if len(payload) < 2 {
		return info
	}
	first, rest := payload[0], payload[1:]
	count := int(first >> 4 & 0x03)
	continued := first&0x80 != 0
	info.KeyFrame = first&0x08 != 0

	obus := 0
	for element := 1; len(rest) > 0 && (count == 0 || element <= count); element++ {
		var obu []byte
		var ok bool
		if obu, rest, ok = nextElement(rest, element == count); !ok {
			break
		}
		if element == 1 && continued {
			continue
		}
		obus += info.readObu(obu, obus == 0)
	}
	info.KeyFrame = info.KeyFrame && !continued
	info.StartOfFrame = info.StartOfFrame || info.KeyFrame
	if !info.KeyFrame {
		info.Width, info.Height = 0, 0
	}
	return info
}

// nextElement splits an OBU element off; the last one has no length.
func nextElement(b []byte, last bool) (element, rest []byte, ok bool) {
	if last {
		return b, nil, true
	}
	size, b, ok := leb128(b)
	if !ok || size > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:size], b[size:], true
}

// readObu takes an OBU from its header on (AV1 bitstream specification §5.3)
// and tells how many counting ones it is: temporal delimiters do not.
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|F| type  |X|S|-|
//	+-+-+-+-+-+-+-+-+
//	| TID |SID|-|-|-|  if X
//	+-+-+-+-+-+-+-+-+
//	| leb128 size   |  if S
//	+-+-+-+-+-+-+-+-+
func (i *Info) readObu(obu []byte, first bool) (counted int) {
	if len(obu) < 1 || obu[0]&0x80 != 0 {
		return 0
	}
	header, body := obu[0], obu[1:]
	if header&0x04 != 0 {
		if len(body) < 1 {
			return 0
		}
		if first {
			i.TemporalLayer, i.SpatialLayer = body[0]>>5, body[0]>>3&0x03
		}
		body = body[1:]
	}
	if header&0x02 != 0 {
		size, rest, ok := leb128(body)
		if !ok {
			return 0
		}
		body = rest[:min(size, uint64(len(rest)))] // the rest may follow in the next packet
	}
	switch header >> 3 & 0x0f {
	case obuTemporalDelimiter:
		return 0
	case obuSequenceHeader:
		i.StartOfFrame = true
		if first {
			i.KeyFrame = true // N says the same, but not all senders set it
			i.readSequenceHeader(body)
		}
	case obuFrameHeader, obuFrame:
		i.StartOfFrame = true
	}
	return 1
}

// leb128 reads a number of seven bits a byte, least significant first (AV1
// bitstream specification §4.10.5).
func leb128(b []byte) (value uint64, rest []byte, ok bool) {
	for n := range min(len(b), 8) {
		value |= uint64(b[n]&0x7f) << (7 * n)
		if b[n]&0x80 == 0 {
			return value, b[n+1:], true
		}
	}
	return 0, nil, false
}
