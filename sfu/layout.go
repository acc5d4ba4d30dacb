package sfu

import "encoding/binary"

const (
	rtpHeaderSize = 12 // the fixed part (RFC 3550 section 5.1)
	rtxHeaderSize = 2  // what a retransmission has before the payload
	srtpOverhead  = 16 // the most that encryption appends (RFC 7714)
)

// layout is how a client wants its packets written.
type layout struct {
	mid string
	ids [extensionCount]uint8 // how the client knows the extensions; 0: not at all
}

// head is the part of an RTP header that differs between consumers.
type head struct {
	payloadType uint8
	sequence    uint16
	timestamp   uint32
	ssrc        uint32
	// retransmission leaves padding out.
	retransmission bool
}

// write lays a packet's header into slot and returns its size; 0 where the packet
// does not fit. transportSequence is the transport-wide number to stamp, which
// counts on.
func (l *layout) write(slot []byte, p *packet, h head, transportSequence *uint16) int {
	slot[0] = 0x80
	slot[1] = h.payloadType
	if p.header.Marker {
		slot[1] |= 0x80
	}
	binary.BigEndian.PutUint16(slot[2:], h.sequence)
	binary.BigEndian.PutUint32(slot[4:], h.timestamp)
	binary.BigEndian.PutUint32(slot[8:], h.ssrc)
	at := rtpHeaderSize
	if size := l.writeExtensions(slot[rtpHeaderSize:], p, transportSequence); size > 0 {
		slot[0] |= 0x10
		at += size
	}
	if at+rtxHeaderSize+len(p.body)+srtpOverhead > len(slot) {
		return 0
	}
	if len(p.body) > len(p.payload) && !h.retransmission {
		slot[0] |= 0x20
	}
	return at
}

// writeRtx lays what a retransmission carries behind its header: the original
// number before the payload (RFC 4588 section 4).
func writeRtx(slot []byte, headerSize int, original uint16, payload []byte) []byte {
	content := slot[headerSize:]
	binary.BigEndian.PutUint16(content, original)
	return content[:rtxHeaderSize+copy(content[rtxHeaderSize:], payload)]
}

// writeExtensions stamps MID, sending time and transport-wide number, and copies
// what the Producer said of the picture or the voice.
func (l *layout) writeExtensions(buf []byte, p *packet, transportSequence *uint16) int {
	w := extensionWriter{buf: buf, n: 4, twoByte: l.needsTwoByte(p)}
	if id := l.ids[extMid]; id != 0 {
		copy(w.add(id, len(l.mid)), l.mid)
	}
	if id := l.ids[extAbsSendTime]; id != 0 {
		if place := w.add(id, 3); place != nil {
			putAbsSendTime(place, p.now)
		}
	}
	if id := l.ids[extTransportCC]; id != 0 {
		if place := w.add(id, 2); place != nil {
			binary.BigEndian.PutUint16(place, *transportSequence)
			*transportSequence++
		}
	}
	for _, e := range passedOn {
		if id := l.ids[e]; id != 0 && p.ext[e] != nil {
			copy(w.add(id, len(p.ext[e])), p.ext[e])
		}
	}
	return w.finish()
}

// needsTwoByte reports whether an element is too long, or empty, for the
// one-byte form (RFC 8285 section 4.2).
func (l *layout) needsTwoByte(p *packet) bool {
	for _, e := range passedOn {
		if size := len(p.ext[e]); l.ids[e] != 0 && p.ext[e] != nil && (size > 16 || size == 0) {
			return true
		}
	}
	return false
}
