package sfu

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/codec"
	"takoshome/sfu/ortc"
	"takoshome/sfu/rtpstream"
)

// The retransmission buffer of one video stream: two seconds of 2.5 Mbit/s, and
// enough packets for the same in small ones.
const (
	cacheMaxPackets = 1024
	cacheMaxBytes   = 1 << 20
)

// keyFrameInterval is how often a client is asked for a keyframe at most: rarely
// enough that nobody can make it send nothing else, often enough that people
// who come one after the other do not wait long for a picture.
const keyFrameInterval = 500 * time.Millisecond

const (
	// layerSilence is after how long a layer of simulcast counts as off, as in
	// mediasoup.
	layerSilence = 1500 * time.Millisecond
	// nackDelay gives packets that were overtaken on the way time to come.
	nackDelay = 10 * time.Millisecond
)

// producerStream is one layer of a Producer: an RTP stream with its RTX.
type producerStream struct {
	producer *Producer
	index    int
	rid      string
	codec    ortc.RtpCodecParameters
	nack     bool
	parse    codec.Parser

	// Learned from packets where the client did not announce them; written
	// under the transport's in.mu.
	ssrc    atomic.Uint32
	rtxSsrc atomic.Uint32

	// Protected by the transport's in.mu:
	recv          *rtpstream.RecvStream // nil before the SSRC is known
	width, height uint16

	// lastRtp is when the newest packet came, in the nanoseconds of
	// WebRtcServer.since; 0: none has.
	lastRtp atomic.Int64

	// report is the newest sender report, for consumers that change the layer.
	report atomic.Pointer[rtpstream.ReportMapping]

	keyFrames rtpstream.KeyFrameRequests // protected by producer.mu
	firNumber atomic.Uint32

	history *history // for consumers that will ask for packets again; nil for audio
}

func newProducerStream(p *Producer, index int) (*producerStream, error) {
	encoding := p.parameters.Encodings[index]
	s := &producerStream{
		producer: p, index: index, rid: encoding.Rid, parse: p.parserFor(),
		keyFrames: rtpstream.NewKeyFrameRequests(keyFrameInterval),
	}
	s.codec = p.parameters.Codecs[0]
	for _, c := range p.parameters.Codecs {
		if encoding.CodecPayloadType != nil && c.PayloadType == *encoding.CodecPayloadType && !c.IsRtx() {
			s.codec = c
		}
	}
	s.nack = p.feedback("nack", "")
	if p.kind == ortc.KindVideo {
		cache, err := rtpstream.NewCache(cacheMaxPackets, cacheMaxBytes)
		if err != nil {
			return nil, err
		}
		s.history = &history{cache: cache}
	}
	if encoding.Rtx != nil {
		s.rtxSsrc.Store(encoding.Rtx.Ssrc)
	}
	if encoding.Ssrc == 0 {
		return s, nil
	}
	return s, s.learnMedia(encoding.Ssrc)
}

// learnMedia binds the layer to the SSRC it is sent with. Needs in.mu, except
// before the Producer is known to anyone.
func (s *producerStream) learnMedia(ssrc uint32) (err error) {
	s.recv, err = rtpstream.NewRecvStream(rtpstream.RecvConfig{
		Ssrc: ssrc, RtxSsrc: s.rtxSsrc.Load(), ClockRate: s.codec.ClockRate,
		Nack: s.nack, Video: s.producer.kind == ortc.KindVideo, Inactivity: s.inactivity(), NackDelay: nackDelay,
	})
	if err == nil {
		s.ssrc.Store(ssrc)
	}
	return err
}

// inactivity is the silence after which a layer of simulcast counts as off. A
// single stream may be silent for long: a shared screen that does not change.
func (s *producerStream) inactivity() time.Duration {
	if len(s.producer.parameters.Encodings) == 1 {
		return 0
	}
	return layerSilence
}

// learnRtx binds the layer to the SSRC of its retransmissions. Needs in.mu.
func (s *producerStream) learnRtx(ssrc uint32) {
	s.rtxSsrc.Store(ssrc)
	if s.recv != nil {
		s.recv.SetRtxSsrc(ssrc)
	}
}

// match finds the layer that an unknown SSRC is: by RID in simulcast, else the
// only one. Each layer takes one SSRC and one for RTX.
func (p *Producer) match(payloadType uint8, ext *extensions) (source, bool) {
	rtx := p.payloads.isRtx[payloadType]
	if !rtx && p.payloads.toRouter[payloadType] == 0 {
		return source{}, false
	}
	for _, s := range p.streams {
		taken := s.ssrc.Load() != 0
		if rtx {
			taken = s.rtxSsrc.Load() != 0
		}
		if !taken && s.hasRid(p, ext, rtx) {
			return source{stream: s, rtx: rtx}, true
		}
	}
	return source{}, false
}

func (s *producerStream) hasRid(p *Producer, ext *extensions, rtx bool) bool {
	if s.rid == "" {
		return len(p.streams) == 1
	}
	return string(ext[extRid]) == s.rid || rtx && string(ext[extRepairedRid]) == s.rid
}

// receiveLocked accounts for a packet and turns a retransmission back into what
// it repeats. It reports false for packets that are not to be forwarded: seen
// before, or without content. Needs in.mu.
func (s *producerStream) receiveLocked(now time.Time, p *packet, rtx bool, size int) bool {
	if s.recv == nil {
		return false
	}
	if !s.isFreshLocked(now, p, rtx, size) {
		return false
	}
	s.lastRtp.Store(max(s.producer.transport.server.since(now), 1))
	s.producer.presence.RtpReceived(now)
	s.producer.voice.hearLocked(p.ext[extAudioLevel])
	s.inspectLocked(p)
	return true
}

func (s *producerStream) isFreshLocked(now time.Time, p *packet, rtx bool, size int) bool {
	if !rtx {
		return s.producer.payloads.toRouter[p.header.PayloadType] != 0 && s.recv.Receive(now, &p.header, size)
	}
	header := p.header
	original, ok := s.restore(p)
	return ok && s.recv.ReceiveRtx(now, &header, original, size)
}

// restore turns a retransmission into the packet that it repeats.
func (s *producerStream) restore(p *packet) (original uint16, ok bool) {
	raw, original, ok := rtpstream.RestoreRtx(p.raw, p.headerSize(), s.ssrc.Load(), s.codec.PayloadType)
	return original, ok && p.parse(p.now, raw, &s.producer.ids)
}

// inspectLocked looks into a video payload for keyframes and the picture's size.
func (s *producerStream) inspectLocked(p *packet) {
	p.info = codec.Info{}
	if s.parse == nil || len(p.payload) == 0 {
		return
	}
	p.info = s.parse(p.payload)
	if p.info.KeyFrame {
		s.recv.KeyFrame(p.header.SequenceNumber)
	}
	if p.info.Width != 0 && p.info.Height != 0 {
		s.width, s.height = p.info.Width, p.info.Height
	}
}

// repair is what a stream needs to be whole again.
type repair struct {
	stream   *producerStream
	lost     []uint16 // to ask for again
	keyFrame bool     // what was lost is given up
}

func (r *repair) needed() bool { return len(r.lost) > 0 || r.keyFrame }

// repairLocked finds what is due now. Needs in.mu.
func (s *producerStream) repairLocked(now time.Time) repair {
	r := repair{stream: s}
	if !s.nack || s.recv == nil {
		return r
	}
	r.lost, r.keyFrame = s.recv.Nacks(now, nil)
	if len(r.lost) > 0 {
		s.recv.CountNack()
	}
	return r
}

// send asks the client. It is called without locks held.
func (r *repair) send(now time.Time) {
	if len(r.lost) > 0 {
		r.stream.producer.transport.sendRtcp(now, &rtcp.TransportLayerNack{
			SenderSSRC: feedbackSsrc,
			MediaSSRC:  r.stream.ssrc.Load(),
			Nacks:      rtcp.NackPairsFromSequenceNumbers(r.lost),
		})
	}
	if r.keyFrame {
		r.stream.producer.requestKeyFrame(now, r.stream)
	}
}

// handleSenderReportLocked needs in.mu.
func (s *producerStream) handleSenderReportLocked(now time.Time, report *rtcp.SenderReport) {
	if s.recv == nil {
		return
	}
	s.recv.HandleSenderReport(now, report)
	s.report.Store(&rtpstream.ReportMapping{Ntp: report.NTPTime, RtpTs: report.RTPTime, Known: report.NTPTime != 0})
	s.producer.presence.SenderReport(now)
}

func (s *producerStream) reportMapping() rtpstream.ReportMapping {
	if report := s.report.Load(); report != nil {
		return *report
	}
	return rtpstream.ReportMapping{}
}

// active reports whether the layer is being sent.
func (s *producerStream) active(now time.Time) bool {
	last := s.lastRtp.Load()
	return last != 0 && s.producer.transport.server.since(now)-last < int64(layerSilence)
}

// sendKeyFrameRequest reports false where there is nobody to ask yet. It is
// called without locks held.
func (s *producerStream) sendKeyFrameRequest(now time.Time) (sent bool) {
	ssrc := s.ssrc.Load()
	if ssrc == 0 {
		return false // its first packet is a keyframe anyway
	}
	request := s.producer.keyFrameRequest(ssrc, uint8(s.firNumber.Add(1)))
	if !s.producer.transport.sendRtcp(now, request) {
		return false
	}
	s.countKeyFrameRequest(request)
	return true
}

func (s *producerStream) countKeyFrameRequest(request rtcp.Packet) {
	in := &s.producer.transport.in
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

// statsLocked needs in.mu.
func (s *producerStream) statsLocked(now time.Time) LayerStats {
	stats := LayerStats{Rid: s.rid, Width: s.width, Height: s.height}
	if s.recv != nil {
		stats.Stats = s.recv.Stats(now)
	}
	return stats
}
