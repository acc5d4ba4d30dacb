package sfu

import (
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/rtpstream"
	"takoshome/sfu/udp"
)

// maxNacked bounds the packets that one NACK may ask for: a datagram can name
// thousands, and looking each one up costs more than asking for it.
const maxNacked = 500

// forward sends those of a Producer's packets to the client that are of the
// layer the client gets.
func (c *Consumer) forward(packets []*packet, stretch uint32, out *udp.Batch) {
	out.Reserve(len(packets)) // nothing is sent under the lock
	var starving *packet
	o := &c.transport.out
	o.mu.Lock()
	c.followLocked(stretch)
	var sum sent
	for _, p := range packets {
		sealed, starves := c.forwardLocked(p, p.stream, out.Slot(), &sum)
		if sealed != nil {
			o.remote.queue(out, sealed)
			sum.sealed += len(sealed)
		}
		if starves {
			starving = p
		}
	}
	if sum.packets > 0 {
		now := packets[0].now
		c.send.Sent(now, sum.sequence, sum.timestamp, sum.packets, sum.bytes)
		o.countLocked(now, sum.sealed)
	}
	o.mu.Unlock()
	if starving != nil {
		c.producer.requestKeyFrame(starving.now, starving.stream)
	}
}

// sent sums up what a burst brings to one client, so that it is counted once.
type sent struct {
	packets       int
	bytes, sealed int    // before and after encryption
	sequence      uint16 // of the newest
	timestamp     uint32
}

func (s *sent) add(sequence uint16, timestamp uint32, bytes int) {
	if s.packets == 0 || rtpstream.SeqLess(s.sequence, sequence) {
		s.sequence, s.timestamp = sequence, timestamp
	}
	s.packets++
	s.bytes += bytes
}

// followLocked begins anew after the Producer was paused, with the next packet
// that can be played without those before it.
func (c *Consumer) followLocked(stretch uint32) {
	if c.stretch != stretch {
		c.stretch, c.layer = stretch, -1
	}
}

// forwardLocked returns what is to be sent, or nil; starving says that only a
// keyframe would help.
func (c *Consumer) forwardLocked(p *packet, s *producerStream, slot []byte, sum *sent) (sealed []byte, starving bool) {
	o := &c.transport.out
	payloadType := c.payloads.media[p.header.PayloadType]
	if c.closed || payloadType == 0 {
		return nil, false
	}
	if !o.readyLocked() {
		c.layer = -1 // what is missed now ends the picture: begin again with a keyframe
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
	if !c.sealed.take(sequence) {
		c.layer = -1 // the numbers go on where the next picture begins
		return nil, false
	}
	head := head{payloadType: payloadType, sequence: sequence, timestamp: timestamp, ssrc: c.ssrc}
	headerSize := c.layout.write(slot, p, head, &o.sequence)
	if headerSize == 0 {
		return nil, false
	}
	c.frameEnded = p.header.Marker
	sum.add(sequence, timestamp, headerSize+len(p.payload))
	return o.sealLocked(slot, headerSize, p.body, &c.rollover), false
}

// chooseLocked decides whether packets of this layer go to the client, and
// changes the layer at keyframes.
func (c *Consumer) chooseLocked(p *packet, s *producerStream) bool {
	if c.layer == s.index {
		return true
	}
	// A stream whose frames are encrypted end to end so that no keyframe can be
	// recognized is not forwarded.
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
	if s.parse != nil && !c.frameEnded {
		c.rewriter.Skip() // a gap, or the frame cut off would seem to go on with the new layer's
	}
	c.rewriter.Sync(p.now, s.index, p.header.SequenceNumber, p.header.Timestamp, previous, s.reportMapping())
	c.layer = s.index
	return true
}

// handleNack sends again what the client has lost and the Producer's buffer
// still has.
func (c *Consumer) handleNack(now time.Time, pairs []rtcp.NackPair, r *reader) {
	c.transport.out.mu.Lock()
	c.send.CountNack()
	c.transport.out.mu.Unlock()
	asked := 0
	for _, pair := range pairs {
		pair.Range(func(sequence uint16) bool {
			asked++
			c.retransmit(now, sequence, r)
			return asked < maxNacked
		})
		if asked >= maxNacked {
			return
		}
	}
}

// retransmit repeats a packet as RTX (RFC 4588). Without RTX it would have to be
// encrypted again under its own number with other extensions, which gives away
// AES-GCM's authentication key.
func (c *Consumer) retransmit(now time.Time, sequence uint16, r *reader) {
	stream, original, offset, ok := c.mayRetransmit(now, sequence)
	if !ok {
		return
	}
	raw, ok := stream.history.get(original, r.scratch[:])
	if !ok || !r.repeat.parse(now, raw, &c.producer.ids) {
		return
	}
	slot := r.out.Slot()
	c.transport.out.mu.Lock()
	sealed := c.retransmitLocked(&r.repeat, sequence, r.repeat.header.Timestamp+offset, slot)
	to := c.transport.out.remote
	c.transport.out.mu.Unlock()
	if sealed != nil {
		to.queue(r.out, sealed)
	}
}

// mayRetransmit finds the packet that was sent under a number, if it is still
// there and the budget allows it.
func (c *Consumer) mayRetransmit(now time.Time, sequence uint16) (s *producerStream, original uint16, offset uint32, ok bool) {
	c.transport.out.mu.Lock()
	defer c.transport.out.mu.Unlock()
	layer, original, offset, ok := c.rewriter.Original(sequence)
	if !ok || c.rtxSsrc == 0 {
		return nil, 0, 0, false
	}
	s = c.producer.streams[layer]
	if s.history == nil {
		return nil, 0, 0, false
	}
	size := s.history.size(original)
	return s, original, offset, size > 0 && c.send.AllowRetransmit(now, sequence, size)
}

func (c *Consumer) retransmitLocked(p *packet, sequence uint16, timestamp uint32, slot []byte) []byte {
	o := &c.transport.out
	payloadType := c.payloads.rtx[p.header.PayloadType]
	if c.closed || payloadType == 0 || !o.readyLocked() {
		return nil
	}
	headerSize := c.layout.write(slot, p, head{
		payloadType: payloadType,
		sequence:    c.send.NextRtxSeq(), timestamp: timestamp, ssrc: c.rtxSsrc,
		retransmission: true,
	}, &o.sequence)
	if headerSize == 0 {
		return nil
	}
	content := writeRtx(slot, headerSize, sequence, p.payload)
	c.send.SentRtx(p.now, headerSize+len(content))
	sealed := o.sealLocked(slot, headerSize, content, &c.rtxRollover)
	o.countLocked(p.now, len(sealed))
	return sealed
}
