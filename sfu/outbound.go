package sfu

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"takoshome/sfu/rtpstream"
)

// feedbackSsrc is who our RTCP feedback comes from: we send no media of our
// own, and mediasoup uses 0 as well.
const feedbackSsrc = 0

// outbound is what a transport sends.
type outbound struct {
	mu sync.Mutex // protects all below, and the state of the transport's Consumers

	srtp     *srtp.Context  // nil before DTLS
	remote   netip.AddrPort // ICE's selected address; invalid while there is none
	sequence uint16         // transport-wide sequence number of the next packet
	header   rtp.Header     // memory for srtp, which takes the header apart again
	bySsrc   map[uint32]*Consumer
	nextMid  uint64
	rate     rtpstream.RateCounter
	bytes    uint64
}

func (o *outbound) init() {
	o.bySsrc = map[uint32]*Consumer{}
}

func (o *outbound) setKeys(context *srtp.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.srtp = context
}

func (o *outbound) setRemote(remote netip.AddrPort) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.remote = remote
}

func (o *outbound) remoteAddr() netip.AddrPort {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.remote
}

// readyLocked reports whether media can be sent.
func (o *outbound) readyLocked() bool { return o.srtp != nil && o.remote.IsValid() }

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

// sealLocked encrypts the plain packet at the start of slot in place and
// returns what is to be sent, or nil where that failed.
func (o *outbound) sealLocked(now time.Time, slot []byte, size int) []byte {
	sealed, err := o.srtp.EncryptRTP(slot, slot[:size], &o.header)
	if err != nil {
		return nil
	}
	o.rate.Add(now, len(sealed))
	o.bytes += uint64(len(sealed))
	return sealed
}

// maxRtcpSize is how much is put into one datagram before the next is begun; it
// leaves room for SRTCP within the smallest MTU of IPv6.
const maxRtcpSize = 1100

// sendRtcp encrypts and sends RTCP packets, as few compounds as fit the MTU. It
// reports whether there was anybody to send to.
func (t *WebRtcTransport) sendRtcp(now time.Time, packets ...rtcp.Packet) (sent bool) {
	for len(packets) > 0 {
		n, size := 1, packets[0].MarshalSize()
		for n < len(packets) && size+packets[n].MarshalSize() <= maxRtcpSize {
			size += packets[n].MarshalSize()
			n++
		}
		if !t.sendCompound(now, packets[:n]) {
			return false
		}
		packets, sent = packets[n:], true
	}
	return sent
}

func (t *WebRtcTransport) sendCompound(now time.Time, packets []rtcp.Packet) bool {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		t.log.Error("make RTCP", "error", err)
		return false
	}
	t.out.mu.Lock()
	if !t.out.readyLocked() {
		t.out.mu.Unlock()
		return false
	}
	sealed, err := t.out.srtp.EncryptRTCP(nil, plain, nil)
	to := t.out.remote
	t.out.rate.Add(now, len(sealed))
	t.out.bytes += uint64(len(sealed))
	t.out.mu.Unlock()
	if err != nil {
		t.log.Error("encrypt RTCP", "error", err)
		return false
	}
	// A send error is counted by the socket; the next report follows soon.
	_ = t.server.writeTo(sealed, to)
	return true
}
