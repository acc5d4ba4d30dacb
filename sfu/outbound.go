package sfu

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"takoshome/sfu/rtpstream"
	"takoshome/sfu/udp"
)

// feedbackSsrc is who our RTCP feedback comes from: we send no media of our
// own, and mediasoup uses 0 as well.
const feedbackSsrc = 0

// outbound is what a transport sends.
type outbound struct {
	mu sync.Mutex // protects all below, and the state of the transport's Consumers

	keys     *sendKeys  // nil before DTLS
	remote   route      // to ICE's selected address; invalid while there is none
	sequence uint16     // transport-wide sequence number of the next packet
	header   rtp.Header // memory for srtp, which takes the header apart again
	bySsrc   map[uint32]*Consumer
	nextMid  uint64
	rate     rtpstream.RateCounter
	bytes    uint64
}

func (o *outbound) init() {
	o.bySsrc = map[uint32]*Consumer{}
}

func (o *outbound) setKeys(keys *sendKeys) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keys = keys
}

func (o *outbound) setRemote(remote route) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.remote = remote
}

func (o *outbound) route() route {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.remote
}

// readyLocked reports whether media can be sent.
func (o *outbound) readyLocked() bool { return o.keys != nil && o.remote.IsValid() }

func (o *outbound) consumer(ssrc uint32) *Consumer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bySsrc[ssrc]
}

func (o *outbound) allConsumers() []*Consumer {
	o.mu.Lock()
	defer o.mu.Unlock()
	consumers := make([]*Consumer, 0, len(o.bySsrc))
	for _, c := range o.bySsrc {
		consumers = append(consumers, c)
	}
	return consumers
}

// sealLocked puts the payload, encrypted, behind the header at the start of slot
// and returns what is to be sent, or nil where that failed. The payload may lie
// there already.
func (o *outbound) sealLocked(slot []byte, headerSize int, payload []byte, rollover *rtpstream.Extender) []byte {
	if o.keys.sealer != nil {
		return o.keys.sealer.seal(slot, headerSize, payload, rollover)
	}
	size := headerSize + copy(slot[headerSize:], payload)
	sealed, err := o.keys.context.EncryptRTP(slot, slot[:size], &o.header)
	if err != nil {
		return nil
	}
	return sealed
}

// countLocked counts bytes sent.
func (o *outbound) countLocked(now time.Time, bytes int) {
	o.rate.Add(now, bytes)
	o.bytes += uint64(bytes)
}

// maxRtcpSize is how much is put into one datagram before the next is begun; it
// leaves room for SRTCP within the smallest MTU of IPv6.
const maxRtcpSize = 1100

// sendRtcp encrypts and sends RTCP packets, as few compounds as fit the MTU. It
// reports whether there was anybody to send to.
func (t *WebRtcTransport) sendRtcp(now time.Time, packets ...rtcp.Packet) (sent bool) {
	return t.eachCompound(packets, func(packets []rtcp.Packet) bool {
		sealed, to := t.sealCompound(now, packets, nil)
		if sealed == nil {
			return false
		}
		// A send error is counted by the socket; the next report follows soon.
		_ = t.server.port.writeTo(sealed, to)
		return true
	})
}

// queueRtcp is sendRtcp that sends with the next Flush of out.
func (t *WebRtcTransport) queueRtcp(now time.Time, out *udp.Batch, packets ...rtcp.Packet) {
	t.eachCompound(packets, func(packets []rtcp.Packet) bool {
		sealed, to := t.sealCompound(now, packets, out.Slot())
		if sealed != nil {
			to.queue(out, sealed)
		}
		return sealed != nil
	})
}

// eachCompound calls f for as many packets as fit the MTU at a time, until it
// returns false.
func (t *WebRtcTransport) eachCompound(packets []rtcp.Packet, f func([]rtcp.Packet) bool) (all bool) {
	for len(packets) > 0 {
		n, size := 1, packets[0].MarshalSize()
		for n < len(packets) && size+packets[n].MarshalSize() <= maxRtcpSize {
			size += packets[n].MarshalSize()
			n++
		}
		if !f(packets[:n]) {
			return false
		}
		packets, all = packets[n:], true
	}
	return all
}

// sealCompound encrypts a compound into slot, or into new memory where that is
// nil. It returns nil where there is nobody to send to.
func (t *WebRtcTransport) sealCompound(now time.Time, packets []rtcp.Packet, slot []byte) (sealed []byte, to route) {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		t.log().Error("make RTCP", "error", err)
		return nil, to
	}
	t.out.mu.Lock()
	if !t.out.readyLocked() {
		t.out.mu.Unlock()
		return nil, to
	}
	sealed, err = t.out.keys.sealRtcp(slot, plain)
	to = t.out.remote
	t.out.countLocked(now, len(sealed))
	t.out.mu.Unlock()
	if err != nil {
		t.log().Error("encrypt RTCP", "error", err)
		return nil, to
	}
	return sealed, to
}
