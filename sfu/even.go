package sfu

// maxEven is how many bytes a packet may be padded by to be as long as the next.
const maxEven = 4

// even pads the packets of a frame to one length. Encoders divide a frame about
// equally, the first packets a byte shorter than the others (libwebrtc's
// SplitAboutEqually), and the system takes packets to one address in one piece
// only where none but the last is shorter: two pieces would cost more than the
// bytes (RFC 3550 section 5.1 allows padding in any packet).
func even(packets []*packet) {
	for i := len(packets) - 1; i >= 0; i-- {
		p := packets[i]
		if p.stream.parse == nil {
			continue // sound: each packet is a frame
		}
		next := nextOf(p.stream, packets[i+1:])
		if next == nil {
			continue
		}
		if short := next.bodySize() - p.bodySize(); short > 0 && short <= maxEven {
			p.pad(short)
		}
	}
}

// pad puts so many bytes behind the payload, the last of which says how many
// (RFC 3550 section 5.1). The memory behind it is free: that of the encryption's
// tag, which is longer. A packet restored from a retransmission has none.
func (p *packet) pad(bytes int) {
	size := len(p.payload)
	if cap(p.payload) < size+bytes {
		return
	}
	p.body = p.payload[:size+bytes]
	clear(p.body[size:])
	p.body[size+bytes-1] = uint8(bytes)
}

// nextOf is the first packet of a layer.
func nextOf(s *producerStream, packets []*packet) *packet {
	for _, p := range packets {
		if p.stream == s {
			return p
		}
	}
	return nil
}

// bodySize is of what a Consumer takes from the packet: the rest is as long in
// all packets.
func (p *packet) bodySize() int {
	size := len(p.body)
	for _, e := range passedOn {
		size += len(p.ext[e])
	}
	return size
}
