package assembly

import (
	"encoding/binary"

	"takoshome/sfu/codec"
)

// NAL unit types of RFC 6184 table 1 and ITU-T H.264 table 7-1.
const (
	nalTypeMask   = 0x1f
	nalRefMask    = 0x60
	nalLastSlice  = 5
	nalStapA      = 24
	nalFuA        = 28
	fuStart       = 0x80
	nalLastSingle = 23
)

// readH264 turns a payload into a piece of byte stream (RFC 6184 §5.6 to 5.8).
// What belongs to interleaved mode makes no sense here.
//
//	+-+-+-+-+-+-+-+-+
//	|F|NRI|  Type   |
//	+-+-+-+-+-+-+-+-+
func readH264(data []byte) (p payload, ok bool) {
	if len(data) < 2 {
		return payload{}, false
	}
	info := codec.ParserFor("video/H264")(data)
	p = payload{start: info.StartOfFrame, key: info.KeyFrame, alone: true}
	switch kind := data[0] & nalTypeMask; {
	case kind >= 1 && kind <= nalLastSingle:
		p.addNal(data)
	case kind == nalStapA:
		ok = p.addStapA(data[1:])
		return p, ok
	case kind == nalFuA && len(data) > 2:
		p.addFuA(data)
	default:
		return payload{}, false
	}
	return p, true
}

// h264Size leaves it to the decoder, which takes no more than level 5.2 allows:
// 36,864 macroblocks.
func h264Size([]byte) (width, height int) { return 0, 0 }

// addNal adds a whole NAL unit.
func (p *payload) addNal(nal []byte) {
	kind := nal[0] & nalTypeMask
	p.noteReference(kind, nal[0]&nalRefMask)
	// What is no slice goes before the picture it belongs to.
	p.start = p.start || (len(p.body) == 0 && kind > nalLastSlice)
	p.body = append(p.body, 0, 0, 0, 1)
	p.body = append(p.body, nal...)
}

// addStapA adds NAL units that have 16 bits of size before each.
func (p *payload) addStapA(data []byte) bool {
	for len(data) > 2 {
		size := int(binary.BigEndian.Uint16(data))
		data = data[2:]
		if size == 0 || size > len(data) {
			return false
		}
		p.addNal(data[:size])
		data = data[size:]
	}
	return len(p.body) > 0
}

// addFuA adds a fragment; the first one has the NAL unit's header in two halves.
func (p *payload) addFuA(data []byte) {
	kind := data[1] & nalTypeMask
	p.noteReference(kind, data[0]&nalRefMask)
	if data[1]&fuStart != 0 {
		p.body = append(p.body, 0, 0, 0, 1, data[0]&^nalTypeMask|kind)
	}
	p.body = append(p.body, data[2:]...)
}

// noteReference: frames may build on a slice that says so, and on all that is
// not a slice.
func (p *payload) noteReference(kind, reference byte) {
	if kind > nalLastSlice || reference != 0 {
		p.alone = false
	}
}
