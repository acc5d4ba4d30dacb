package sfu

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/srtp/v3"

	"takoshome/sfu/ice"
	"takoshome/sfu/rtpstream"
)

// inbound is what a transport hears.
type inbound struct {
	// stirred asks for the next tick, whatever was due: keys or a Producer came.
	stirred atomic.Bool

	mu sync.Mutex // protects all below, and the receive streams of the transport's Producers

	closed   bool
	ice      *ice.Server
	password string        // of the newest credentials
	ufrags   []string      // by which the WebRtcServer finds the transport, the newest last
	adopted  uint64        // the generation of ICE's addresses that is in use
	srtp     *srtp.Context // nil before DTLS
	listener listener
	cname    string         // of all the transport's Producers; empty before the first
	arrivals *twcc.Recorder // nil before the first packet with a transport-wide number
	born     time.Time      // the zero of the arrival clock
	rate     rtpstream.RateCounter
	bytes    uint64
	due      deadlines
	reports  reporters
}

func (in *inbound) init(server *ice.Server) {
	in.ice = server
	in.born = time.Now()
	in.listener.init()
	in.reports.init()
}

// nameStreams gives the CNAME for a Producer: one for all of a transport, the
// first that the client gives, so that its streams play in step (mediasoup does
// the same; for simulcast by RID mediasoup-client gives none).
func (in *inbound) nameStreams(given, otherwise string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.cname == "" {
		in.cname = given
	}
	if in.cname == "" {
		in.cname = otherwise
	}
	return in.cname
}

// handleRtp takes an RTP packet in: decrypt, find the stream, account for it,
// keep it for forwarding. It reports whether the packet was the peer's.
func (t *WebRtcTransport) handleRtp(now time.Time, raw []byte, r *reader) (authentic bool) {
	p := r.next()
	t.in.mu.Lock()
	stream, outcome := t.in.receive(now, raw, p)
	var repair repair
	if stream != nil {
		repair = stream.repairLocked(now)
	}
	t.in.mu.Unlock()
	if outcome == dropped {
		t.dropped.Add(1)
	}
	if repair.needed() {
		repair.send(now)
	}
	if outcome != fresh {
		return outcome != dropped
	}
	// What nobody may see is not there to be asked for either.
	if stream.history != nil && !stream.producer.Paused() {
		stream.history.put(now, p)
	}
	p.stream = stream
	r.keep(p)
	return true
}

// outcome is what becomes of a packet that came in.
type outcome int

const (
	dropped outcome = iota // bad, replayed or of no known stream
	spent                  // counted, and not to be forwarded: seen before, a probe, or of a closed Producer
	excess                 // beyond what the Producer may send: as if it had been lost on the way
	fresh                  // to be forwarded
)

// receive returns the stream of a packet, with p filled in. Needs mu.
func (in *inbound) receive(now time.Time, raw []byte, p *packet) (*producerStream, outcome) {
	if in.srtp == nil || len(raw) < rtpHeaderSize {
		return nil, dropped
	}
	// The header is not encrypted. Only a packet that can belong to a stream is
	// decrypted: each SSRC costs the SRTP context memory for good.
	ssrc := binary.BigEndian.Uint32(raw[8:])
	src, known := in.listener.bySsrc[ssrc]
	_, retired := in.listener.retired[ssrc]
	if !known && !retired {
		p.ext.read(raw, &in.listener.ids)
		if src, known = in.listener.match(raw[1]&0x7F, &p.ext); !known {
			return nil, dropped
		}
	}
	size := len(raw)
	plain, err := in.srtp.DecryptRTP(raw, raw, &p.header)
	if err != nil {
		return nil, dropped
	}
	if known {
		in.listener.learn(ssrc, src)
	}
	if !p.parse(now, plain, &in.listener.ids) {
		return nil, dropped
	}
	in.rate.Add(now, size)
	in.bytes += uint64(size)
	if known && !src.stream.producer.policer.admits(now, size) {
		return nil, excess
	}
	in.recordArrival(now, p)
	if !known {
		return nil, spent
	}
	if !src.stream.receiveLocked(now, p, src.rtx, size) {
		return src.stream, spent
	}
	return src.stream, fresh
}

// recordArrival notes the packet for transport-cc feedback.
func (in *inbound) recordArrival(now time.Time, p *packet) {
	number := p.ext[extTransportCC]
	if len(number) != 2 {
		return
	}
	if in.arrivals == nil {
		in.arrivals = twcc.NewRecorder(feedbackSsrc)
	}
	in.arrivals.Record(p.header.SSRC, binary.BigEndian.Uint16(number), now.Sub(in.born).Microseconds())
}
