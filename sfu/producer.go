package sfu

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/pion/rtcp"

	"takoshome/sfu/codec"
	"takoshome/sfu/ortc"
	"takoshome/sfu/rtpstream"
	"takoshome/sfu/udp"
)

// ProducerOptions describe a stream that a client sends.
type ProducerOptions struct {
	Kind          ortc.MediaKind
	RtpParameters ortc.RtpParameters
	// Source tells a second video apart, such as "screen"; passed on as it is.
	Source string
	// OnPresence hears that the client stopped the stream without a word
	// (gone), and that it came back. Without locks held; it must return at once.
	OnPresence func(gone bool)
}

// Producer is a stream that a client sends, of one or more layers.
type Producer struct {
	id         string
	kind       ortc.MediaKind
	source     string
	streamType string // "simple", "simulcast" or "svc"
	mimeType   string
	parameters ortc.RtpParameters // as the client sends
	consumable ortc.RtpParameters // as the router carries
	payloads   payloadMap
	ids        extensionIDs // how the client numbers the header extensions
	transport  *WebRtcTransport
	streams    []*producerStream // a layer each, lowest first
	presence   presence
	voice      voice
	pauses     pauses
	policer    policer

	mu sync.Mutex // protects closed, writes of consumers, and the streams' keyFrames
	// consumers is replaced whole on every change, so that forwarding takes no lock.
	consumers atomic.Pointer[[]*Consumer]
	closed    bool
}

// presence is the local-close rule of a Producer with who wants to hear of it.
type presence struct {
	rtpstream.Presence // protected by the transport's in.mu
	gone               atomic.Bool
	notifier           notifier
}

// restartLocked begins anew with a stream that is there until its first RTP, and
// reports whether it was gone. Needs in.mu.
func (p *presence) restartLocked() (wasGone bool) {
	p.Presence = rtpstream.Presence{}
	return p.gone.Swap(false)
}

// checkLocked reports a change. Needs in.mu.
func (p *presence) checkLocked(now, lastStun time.Time, kind ortc.MediaKind) (changed bool) {
	p.Stun(lastStun)
	state, changed := p.Check(now, kind == ortc.KindVideo)
	p.gone.Store(state == rtpstream.Gone)
	return changed
}

// payloadMap translates a client's payload types into the router's.
type payloadMap struct {
	toRouter [128]uint8 // 0: none
	isRtx    [128]bool
}

// Produce makes a Producer of what the client says it sends on t.
func (t *WebRtcTransport) Produce(options ProducerOptions) (*Producer, error) {
	if t.direction != DirectionSend {
		return nil, fmt.Errorf("produce: %w", ErrWrongDirection)
	}
	p, err := newProducer(t, options)
	if err != nil {
		return nil, fmt.Errorf("produce: %w", err)
	}
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	if t.in.closed {
		return nil, fmt.Errorf("produce: %w", ErrClosed)
	}
	if err := t.in.listener.add(p); err != nil {
		return nil, fmt.Errorf("produce: %w", err)
	}
	t.in.stirred.Store(true)
	return p, nil
}

func newProducer(t *WebRtcTransport, options ProducerOptions) (*Producer, error) {
	parameters := options.RtpParameters.Clone() // validation fills in what is missing
	if err := ortc.ValidateRtpParameters(&parameters); err != nil {
		return nil, err
	}
	if len(parameters.Encodings) == 0 {
		parameters.Encodings = []ortc.RtpEncodingParameters{{}} // as mediasoup does
	}
	if err := ortc.ValidateProducerRtpParameters(options.Kind, parameters); err != nil {
		return nil, err
	}
	parameters.Rtcp.Cname = t.in.nameStreams(parameters.Rtcp.Cname, t.id)
	capabilities := t.router.capabilities
	mapping, err := ortc.GetProducerRtpParametersMapping(parameters, capabilities)
	if err != nil {
		return nil, err
	}
	consumable, err := ortc.GetConsumableRtpParameters(options.Kind, parameters, capabilities, mapping)
	if err != nil {
		return nil, err
	}
	p := &Producer{
		id:         uuid.NewString(),
		kind:       options.Kind,
		source:     options.Source,
		streamType: producerType(parameters),
		mimeType:   parameters.Codecs[0].MimeType,
		parameters: parameters,
		consumable: consumable,
		transport:  t,
	}
	p.policer = newPolicer(options.Kind, parameters.Encodings)
	p.payloads.fill(parameters, mapping)
	p.ids.learn(parameters.HeaderExtensions)
	for i := range parameters.Encodings {
		s, err := newProducerStream(p, i)
		if err != nil {
			return nil, err
		}
		p.streams = append(p.streams, s)
	}
	p.consumers.Store(&[]*Consumer{})
	p.presence.notifier.notify = func() {
		if options.OnPresence != nil {
			options.OnPresence(p.Gone())
		}
	}
	return p, nil
}

func producerType(parameters ortc.RtpParameters) string {
	mode := ortc.ParseScalabilityMode(parameters.Encodings[0].ScalabilityMode)
	switch {
	case len(parameters.Encodings) > 1:
		return "simulcast"
	case mode.SpatialLayers > 1:
		return "svc"
	default:
		return "simple"
	}
}

func (m *payloadMap) fill(parameters ortc.RtpParameters, mapping ortc.RtpMapping) {
	for _, c := range mapping.Codecs {
		m.toRouter[c.PayloadType&0x7F] = c.MappedPayloadType
	}
	for _, c := range parameters.Codecs {
		m.isRtx[c.PayloadType&0x7F] = c.IsRtx()
	}
}

// ID is the Producer's identifier on the wire.
func (p *Producer) ID() string { return p.id }

// Kind is audio or video.
func (p *Producer) Kind() ortc.MediaKind { return p.kind }

// RtpParameters are what the client sends. Shared: not to be changed.
func (p *Producer) RtpParameters() ortc.RtpParameters { return p.parameters }

// Source is what the client said of the stream's origin, often empty.
func (p *Producer) Source() string { return p.source }

// Gone reports whether the client has stopped the stream without a word.
func (p *Producer) Gone() bool { return p.presence.gone.Load() }

// Close ends the Producer and its Consumers. It is idempotent.
func (p *Producer) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	consumers := *p.consumers.Swap(&[]*Consumer{})
	p.mu.Unlock()

	p.transport.in.mu.Lock()
	p.transport.in.listener.remove(p)
	p.transport.in.mu.Unlock()
	for _, c := range consumers {
		c.close(ReasonProducerClosed)
	}
}

// forward gives packets to every Consumer, to one after the other.
func (p *Producer) forward(packets []*packet, out *udp.Batch) {
	for _, pkt := range packets {
		if pkt.info.KeyFrame {
			p.mu.Lock()
			pkt.stream.keyFrames.Received(pkt.now)
			p.mu.Unlock()
		}
	}
	stretch, paused := p.pauses.now()
	if paused {
		return
	}
	even(packets)
	for _, c := range *p.consumers.Load() {
		c.forward(packets, stretch, out)
	}
}

func (p *Producer) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *Producer) addConsumer(c *Consumer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	old := *p.consumers.Load()
	list := append(make([]*Consumer, 0, len(old)+1), old...)
	list = append(list, c)
	p.consumers.Store(&list)
	return true
}

func (p *Producer) removeConsumer(c *Consumer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := *p.consumers.Load()
	list := make([]*Consumer, 0, len(old))
	for _, other := range old {
		if other != c {
			list = append(list, other)
		}
	}
	p.consumers.Store(&list)
}

// requestKeyFrame asks the client for a keyframe of a layer, now or when the
// throttle allows it.
func (p *Producer) requestKeyFrame(now time.Time, s *producerStream) {
	p.mu.Lock()
	send := !p.closed && !p.Paused() && s.keyFrames.Request(now)
	p.mu.Unlock()
	if send {
		p.sendKeyFrameRequest(now, s)
	}
}

// sendKeyFrameRequest is called without locks held. A request that could not be
// sent, before the client's DTLS is up, does not count: the next one goes out.
func (p *Producer) sendKeyFrameRequest(now time.Time, s *producerStream) {
	if s.sendKeyFrameRequest(now) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.keyFrames = rtpstream.NewKeyFrameRequests(keyFrameInterval)
}

// tick does what time alone brings about. It is called without locks.
func (p *Producer) tick(now time.Time) {
	for _, s := range p.streams {
		p.mu.Lock()
		send := s.keyFrames.Due(now) && !p.Paused()
		p.mu.Unlock()
		if send {
			p.sendKeyFrameRequest(now, s)
		}
	}
}

// Stats are the Producer's figures of this moment.
func (p *Producer) Stats() ProducerStats {
	now := time.Now()
	stats := ProducerStats{
		ID: p.id, Kind: p.kind, MimeType: p.mimeType, Type: p.streamType, Source: p.source,
		Gone: p.Gone(), Paused: p.Paused(),
	}
	p.transport.in.mu.Lock()
	defer p.transport.in.mu.Unlock()
	stats.OverLimit = p.policer.dropped
	for _, s := range p.streams {
		layer := s.statsLocked(now)
		stats.BitrateBps += layer.BitrateBps
		stats.Score = max(stats.Score, layer.Score)
		stats.Layers = append(stats.Layers, layer)
	}
	return stats
}

// parserFor finds keyframes in the Producer's payloads; nil for audio.
func (p *Producer) parserFor() codec.Parser { return codec.ParserFor(p.mimeType) }

// feedback reports whether the codec of the Producer takes a feedback message.
func (p *Producer) feedback(kind, parameter string) bool {
	for _, f := range p.parameters.Codecs[0].RtcpFeedback {
		if f.Type == kind && f.Parameter == parameter {
			return true
		}
	}
	return false
}

// keyFrameRequest is the message by which the client is asked for a keyframe:
// PLI, or FIR where it knows only that (RFC 5104 section 4.3.1).
func (p *Producer) keyFrameRequest(ssrc uint32, number uint8) rtcp.Packet {
	if !p.feedback("nack", "pli") && p.feedback("ccm", "fir") {
		return &rtcp.FullIntraRequest{
			SenderSSRC: feedbackSsrc, MediaSSRC: ssrc,
			FIR: []rtcp.FIREntry{{SSRC: ssrc, SequenceNumber: number}},
		}
	}
	return &rtcp.PictureLossIndication{SenderSSRC: feedbackSsrc, MediaSSRC: ssrc}
}
