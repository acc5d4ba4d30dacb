package sfu

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"takoshome/sfu/ice"
	"takoshome/sfu/rtpstream"
)

// inbound is what a transport hears.
type inbound struct {
	mu sync.Mutex // protects all below, and the receive streams of the transport's Producers

	closed   bool
	ice      *ice.Server
	adopted  uint64        // the generation of ICE's addresses that is in use
	srtp     *srtp.Context // nil before DTLS
	listener listener
	arrivals *twcc.Recorder // nil before the first packet with a transport-wide number
	born     time.Time      // the zero of the arrival clock
	rate     rtpstream.RateCounter
	bytes    uint64
	due      deadlines
}

func (in *inbound) init(server *ice.Server) {
	in.ice = server
	in.born = time.Now()
	in.listener.init()
}

// handleRtp takes an RTP packet its whole way: decrypt, find the stream,
// account for it, forward it.
func (t *WebRtcTransport) handleRtp(now time.Time, raw []byte, r *reader) {
	t.in.mu.Lock()
	stream, fresh := t.in.receive(now, raw, &r.packet)
	var repair repair
	if stream != nil {
		repair = stream.repairLocked(now)
	}
	t.in.mu.Unlock()
	if stream == nil {
		t.dropped.Add(1)
		return
	}
	if repair.needed() {
		repair.send(now)
	}
	if !fresh {
		return
	}
	if stream.cache != nil {
		stream.remember(now, &r.packet)
	}
	stream.producer.forward(&r.packet, stream, r)
}

// receive returns the stream of a good packet, with p filled in, or nil. A
// packet that is not fresh has been counted and is not to be forwarded: seen
// before, or only a probe of the bandwidth. Needs mu.
func (in *inbound) receive(now time.Time, raw []byte, p *packet) (s *producerStream, fresh bool) {
	if in.srtp == nil || len(raw) < rtpHeaderSize {
		return nil, false
	}
	// The header is not encrypted. Only a packet that can belong to a stream is
	// decrypted: each SSRC costs the SRTP context memory for good.
	ssrc := binary.BigEndian.Uint32(raw[8:])
	src, known := in.listener.bySsrc[ssrc]
	if !known {
		p.ext.read(raw, &in.listener.ids)
		if src, known = in.listener.match(raw[1]&0x7F, &p.ext); !known {
			return nil, false
		}
	}
	plain, err := in.srtp.DecryptRTP(raw, raw, &p.header)
	if err != nil || !p.parse(now, plain, &in.listener.ids) {
		return nil, false
	}
	in.listener.learn(ssrc, src)
	in.rate.Add(now, len(raw))
	in.bytes += uint64(len(raw))
	in.recordArrival(now, p)
	return src.stream, src.stream.receiveLocked(now, p, src.rtx, len(raw))
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

// handleRtcp decrypts an RTCP packet and hands its parts to their streams.
func (t *WebRtcTransport) handleRtcp(now time.Time, raw []byte, r *reader) {
	t.in.mu.Lock()
	if t.in.srtp == nil {
		t.in.mu.Unlock()
		t.dropped.Add(1)
		return
	}
	plain, err := t.in.srtp.DecryptRTCP(raw, raw, nil)
	t.in.mu.Unlock()
	if err != nil {
		t.dropped.Add(1)
		return
	}
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		t.dropped.Add(1)
		return
	}
	for _, p := range packets {
		t.handleRtcpPacket(now, p, r)
	}
}

func (t *WebRtcTransport) handleRtcpPacket(now time.Time, p rtcp.Packet, r *reader) {
	switch p := p.(type) {
	case *rtcp.SenderReport:
		t.in.handleSenderReport(now, p)
		t.handleReports(now, p.Reports)
	case *rtcp.ReceiverReport:
		t.in.handleReceiverReport(now, p.SSRC)
		t.handleReports(now, p.Reports)
	case *rtcp.Goodbye:
		t.in.handleGoodbye(now, p.Sources)
	case *rtcp.TransportLayerNack:
		if c := t.out.consumer(p.MediaSSRC); c != nil {
			c.handleNack(now, p.Nacks, r)
		}
	case *rtcp.PictureLossIndication:
		if c := t.out.consumer(p.MediaSSRC); c != nil {
			c.handlePli(now)
		}
	case *rtcp.FullIntraRequest:
		for _, entry := range p.FIR {
			if c := t.out.consumer(entry.SSRC); c != nil {
				c.handleFir(now)
			}
		}
	}
	// Source descriptions and bandwidth estimates (REMB, transport-cc) of the
	// receiver are understood but not acted on.
}

func (t *WebRtcTransport) handleReports(now time.Time, reports []rtcp.ReceptionReport) {
	for _, report := range reports {
		if c := t.out.consumer(report.SSRC); c != nil {
			c.handleReceptionReport(now, report)
		}
	}
}

func (in *inbound) handleSenderReport(now time.Time, report *rtcp.SenderReport) {
	in.mu.Lock()
	defer in.mu.Unlock()
	src, ok := in.listener.bySsrc[report.SSRC]
	if !ok || src.rtx {
		return
	}
	src.stream.handleSenderReportLocked(now, report)
}

// handleReceiverReport: Chromium goes on with receiver reports, and stops
// sender reports, for a stream it does not send any more.
func (in *inbound) handleReceiverReport(now time.Time, sender uint32) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if src, ok := in.listener.bySsrc[sender]; ok {
		src.stream.producer.presence.ReceiverReport(now)
	}
}

func (in *inbound) countKeyFrameRequest(s *producerStream, request rtcp.Packet) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if s.recv == nil {
		return
	}
	if _, fir := request.(*rtcp.FullIntraRequest); fir {
		s.recv.CountFir()
	} else {
		s.recv.CountPli()
	}
}

// handleGoodbye believes a peer about its own streams only: others' SSRCs are
// not in this transport's table.
func (in *inbound) handleGoodbye(now time.Time, sources []uint32) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, ssrc := range sources {
		if src, ok := in.listener.bySsrc[ssrc]; ok && !src.rtx {
			src.stream.producer.presence.Bye(now)
		}
	}
}
