package sfu

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/rtpstream"
	"takoshome/sfu/udp"
)

// srtpOverhead is the most that encryption appends (RFC 7714: 16 bytes).
const srtpOverhead = 16

// rtpHeaderSize is the fixed part of the RTP header (RFC 3550 section 5.1).
const rtpHeaderSize = 12

// forward sends a packet of one layer to the client, if it is of the layer the
// client gets.
func (c *Consumer) forward(p *packet, s *producerStream, out *udp.Batch) {
	slot := out.Slot()
	o := &c.transport.out
	o.mu.Lock()
	sealed, starving := c.forwardLocked(p, s, slot)
	to := o.remote
	o.mu.Unlock()
	if sealed != nil {
		out.Queue(sealed, to)
	}
	if starving {
		c.producer.requestKeyFrame(p.now, s)
	}
}

// forwardLocked returns what is to be sent, or nil; starving says that only a
// keyframe would help.
func (c *Consumer) forwardLocked(p *packet, s *producerStream, slot []byte) (sealed []byte, starving bool) {
	o := &c.transport.out
	payloadType := c.payloads.media[p.header.PayloadType]
	if c.closed || payloadType == 0 || !o.readyLocked() {
		return nil, false
	}
	if !c.chooseLocked(p, s) {
		return nil, c.layer < 0 && s.index == c.wanted(p.now, c.layer)
	}
	if len(p.payload) == 0 {
		c.rewriter.Drop(p.header.SequenceNumber)
		return nil, false
	}
	sequence, timestamp, ok := c.rewriter.Rewrite(s.index, p.header.SequenceNumber, p.header.Timestamp)
	if !ok {
		return nil, false
	}
	head := head{payloadType: payloadType, sequence: sequence, timestamp: timestamp, ssrc: c.ssrc}
	size := c.layOutLocked(slot, p, head)
	if size == 0 {
		return nil, false
	}
	c.send.Sent(p.now, sequence, timestamp, size)
	return o.sealLocked(p.now, slot, size), false
}

// chooseLocked decides whether packets of this layer go to the client, and
// changes the layer at keyframes.
func (c *Consumer) chooseLocked(p *packet, s *producerStream) bool {
	if c.layer == s.index {
		return true
	}
	if s.parse != nil && !p.info.KeyFrame {
		return false
	}
	if c.layer > s.index && c.producer.streams[c.layer].active(p.now) {
		return false
	}
	var previous rtpstream.ReportMapping
	if c.layer >= 0 {
		previous = c.producer.streams[c.layer].reportMapping()
	}
	c.rewriter.Sync(p.now, s.index, p.header.SequenceNumber, p.header.Timestamp, previous, s.reportMapping())
	c.layer = s.index
	return true
}

// head is the part of an RTP header that differs between consumers.
type head struct {
	payloadType uint8
	sequence    uint16
	timestamp   uint32
	ssrc        uint32
	// retransmission puts the original sequence number before the payload.
	retransmission bool
	original       uint16
}

// layOutLocked writes the packet as this client shall get it, unencrypted, and
// returns its size; 0 where it does not fit.
func (c *Consumer) layOutLocked(slot []byte, p *packet, h head) int {
	slot[0] = 0x80
	slot[1] = h.payloadType
	if p.header.Marker {
		slot[1] |= 0x80
	}
	binary.BigEndian.PutUint16(slot[2:], h.sequence)
	binary.BigEndian.PutUint32(slot[4:], h.timestamp)
	binary.BigEndian.PutUint32(slot[8:], h.ssrc)
	at := rtpHeaderSize
	if size := c.putExtensionsLocked(slot[rtpHeaderSize:], p); size > 0 {
		slot[0] |= 0x10
		at += size
	}
	if at+2+len(p.payload)+srtpOverhead > len(slot) {
		return 0
	}
	if h.retransmission {
		binary.BigEndian.PutUint16(slot[at:], h.original)
		at += 2
	}
	return at + copy(slot[at:], p.payload)
}

// putExtensionsLocked stamps MID, sending time and transport-wide number, and
// copies what the Producer said of the picture or the voice.
func (c *Consumer) putExtensionsLocked(buf []byte, p *packet) int {
	w := extensionWriter{buf: buf, n: 4, twoByte: c.needsTwoByte(p)}
	if id := c.ids[extMid]; id != 0 {
		copy(w.add(id, len(c.mid)), c.mid)
	}
	if id := c.ids[extAbsSendTime]; id != 0 {
		if place := w.add(id, 3); place != nil {
			putAbsSendTime(place, p.now)
		}
	}
	if id := c.ids[extTransportCC]; id != 0 {
		if place := w.add(id, 2); place != nil {
			binary.BigEndian.PutUint16(place, c.transport.out.sequence)
			c.transport.out.sequence++
		}
	}
	for _, e := range passedOn {
		if id := c.ids[e]; id != 0 && p.ext[e] != nil {
			copy(w.add(id, len(p.ext[e])), p.ext[e])
		}
	}
	return w.finish()
}

// needsTwoByte reports whether an element is too long, or empty, for the
// one-byte form (RFC 8285 section 4.2).
func (c *Consumer) needsTwoByte(p *packet) bool {
	for _, e := range passedOn {
		if size := len(p.ext[e]); c.ids[e] != 0 && p.ext[e] != nil && (size > 16 || size == 0) {
			return true
		}
	}
	return false
}

// handleNack sends again what the client has lost and the Producer's buffer
// still has.
func (c *Consumer) handleNack(now time.Time, pairs []rtcp.NackPair, r *reader) {
	c.transport.out.mu.Lock()
	c.send.CountNack()
	c.transport.out.mu.Unlock()
	for _, pair := range pairs {
		pair.Range(func(sequence uint16) bool {
			c.retransmit(now, sequence, r)
			return true
		})
	}
}

func (c *Consumer) retransmit(now time.Time, sequence uint16, r *reader) {
	c.transport.out.mu.Lock()
	stream, original, offset, ok := c.rewriter.Original(sequence)
	c.transport.out.mu.Unlock()
	if !ok {
		return
	}
	raw, ok := c.producer.streams[stream].recall(original, r.scratch[:])
	if !ok || !r.packet.parse(now, raw, &c.producer.ids) {
		return
	}
	slot := r.out.Slot()
	c.transport.out.mu.Lock()
	sealed := c.retransmitLocked(&r.packet, sequence, r.packet.header.Timestamp+offset, slot)
	to := c.transport.out.remote
	c.transport.out.mu.Unlock()
	if sealed != nil {
		r.out.Queue(sealed, to)
	}
}

// retransmitLocked repeats a packet: as RTX (RFC 4588), or as it was where the
// client knows no RTX.
func (c *Consumer) retransmitLocked(p *packet, sequence uint16, timestamp uint32, slot []byte) []byte {
	o := &c.transport.out
	if c.closed || !o.readyLocked() || !c.send.AllowRetransmit(p.now, sequence, len(p.raw)) {
		return nil
	}
	h := head{
		payloadType: c.payloads.media[p.header.PayloadType],
		sequence:    sequence, timestamp: timestamp, ssrc: c.ssrc,
	}
	if rtx := c.payloads.rtx[p.header.PayloadType]; rtx != 0 && c.rtxSsrc != 0 {
		h = head{
			payloadType: rtx,
			sequence:    c.send.NextRtxSeq(), timestamp: timestamp, ssrc: c.rtxSsrc,
			retransmission: true, original: sequence,
		}
	}
	size := c.layOutLocked(slot, p, h)
	if size == 0 || h.payloadType == 0 {
		return nil
	}
	c.send.SentRtx(p.now, size)
	return o.sealLocked(p.now, slot, size)
}
