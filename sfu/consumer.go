package sfu

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/pion/rtcp"

	"takoshome/sfu/ortc"
	"takoshome/sfu/rtpstream"
)

// maxConsumers bounds one transport.
const maxConsumers = 512

// ConsumerOptions say what a client wants to receive.
type ConsumerOptions struct {
	Producer        *Producer
	RtpCapabilities ortc.RtpCapabilities
	// OnClose hears the end, once, without locks held; it must return at once.
	OnClose func(CloseReason)
}

// Consumer is a stream that a client receives: one layer of a Producer.
type Consumer struct {
	id         string
	producer   *Producer
	transport  *WebRtcTransport
	parameters ortc.RtpParameters
	onClose    func(CloseReason)
	ssrc       uint32
	rtxSsrc    uint32
	payloads   consumerPayloads
	layout     layout

	// Protected by the transport's out.mu:
	closed      bool
	send        *rtpstream.SendStream
	rewriter    *rtpstream.Rewriter
	rollover    rtpstream.Extender // of ssrc, as encryption counts
	sealed      once               // the numbers of ssrc that were used
	rtxRollover rtpstream.Extender // of rtxSsrc
	layer       int                // index of the layer that is forwarded, -1 while waiting for a keyframe
	frameEnded  bool               // the last packet forwarded was a frame's last
	stretch     uint32             // the one of the Producer's, between pauses, that layer is of
}

// consumerPayloads translates the Producer's payload types for the client.
type consumerPayloads struct {
	media [128]uint8 // 0: the client cannot decode it
	rtx   [128]uint8 // 0: no RTX
}

// Consume makes a Consumer of a Producer for the client of t.
func (t *WebRtcTransport) Consume(options ConsumerOptions) (*Consumer, error) {
	if t.direction != DirectionRecv {
		return nil, fmt.Errorf("consume: %w", ErrWrongDirection)
	}
	c, err := newConsumer(t, options)
	if err != nil {
		return nil, fmt.Errorf("consume: %w", err)
	}
	if err := t.addConsumer(c); err != nil {
		return nil, fmt.Errorf("consume: %w", err)
	}
	if !c.producer.addConsumer(c) {
		c.close(ReasonProducerClosed)
		return nil, fmt.Errorf("consume: producer %w", ErrClosed)
	}
	if c.isClosed() { // with its transport, just now
		c.producer.removeConsumer(c)
		return nil, fmt.Errorf("consume: %w", ErrClosed)
	}
	c.requestKeyFrame(time.Now())
	return c, nil
}

func newConsumer(t *WebRtcTransport, options ConsumerOptions) (*Consumer, error) {
	p := options.Producer
	capabilities := options.RtpCapabilities.Clone() // validation fills in what is missing
	if err := ortc.ValidateRtpCapabilities(&capabilities); err != nil {
		return nil, err
	}
	can, err := ortc.CanConsume(p.consumable, capabilities)
	if err != nil {
		return nil, err
	}
	if !can {
		return nil, ErrCannotConsume
	}
	parameters, err := ortc.GetConsumerRtpParameters(p.consumable, capabilities, p.kind == ortc.KindVideo)
	if err != nil {
		return nil, err
	}
	c := &Consumer{
		id: uuid.NewString(), producer: p, transport: t, parameters: parameters,
		onClose: options.OnClose, layer: -1, frameEnded: true,
	}
	c.ssrc = parameters.Encodings[0].Ssrc
	if rtx := parameters.Encodings[0].Rtx; rtx != nil {
		c.rtxSsrc = rtx.Ssrc
	}
	c.payloads.fill(&p.payloads, parameters)
	for _, x := range parameters.HeaderExtensions {
		c.layout.ids[extensionOf(x.Uri)] = x.Id
	}
	return c, c.initStreams()
}

func (c *Consumer) initStreams() (err error) {
	clockRate := c.parameters.Codecs[0].ClockRate
	c.send, err = rtpstream.NewSendStream(rtpstream.SendConfig{
		Ssrc: c.ssrc, RtxSsrc: c.rtxSsrc, ClockRate: clockRate, Cname: c.parameters.Rtcp.Cname,
		FirstRtxSeq: uint16(rand.Uint32()), Epoch: c.transport.server.born,
	})
	if err != nil {
		return err
	}
	c.rewriter, err = rtpstream.NewRewriter(rtpstream.RewriterConfig{
		ClockRate: clockRate, FirstSeq: uint16(rand.Uint32()),
	})
	return err
}

func (m *consumerPayloads) fill(producer *payloadMap, parameters ortc.RtpParameters) {
	for from, to := range producer.toRouter {
		for _, codec := range parameters.Codecs {
			if to != 0 && !codec.IsRtx() && codec.PayloadType == to {
				m.media[from] = to
				m.rtx[from] = rtxOf(parameters.Codecs, to)
			}
		}
	}
}

// rtxOf is the RTX payload type that repeats the given one, 0 if none does.
func rtxOf(codecs []ortc.RtpCodecParameters, payloadType uint8) uint8 {
	for _, codec := range codecs {
		if apt, ok := codec.Parameters["apt"].(float64); ok && codec.IsRtx() && apt == float64(payloadType) {
			return codec.PayloadType
		}
	}
	return 0
}

// addConsumer gives c a MID that its transport has never used.
func (t *WebRtcTransport) addConsumer(c *Consumer) error {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	if t.in.closed {
		return ErrClosed
	}
	t.out.mu.Lock()
	defer t.out.mu.Unlock()
	if len(t.out.bySsrc) >= maxConsumers {
		return fmt.Errorf("%w consumers", ErrTooMany)
	}
	if _, taken := t.out.bySsrc[c.ssrc]; taken {
		return fmt.Errorf("%w: SSRC %d is in use", ortc.ErrInvalid, c.ssrc)
	}
	c.layout.mid = strconv.FormatUint(t.out.nextMid, 10)
	c.parameters.Mid = c.layout.mid
	t.out.nextMid++
	t.out.bySsrc[c.ssrc] = c
	return nil
}

// ID is the Consumer's identifier on the wire.
func (c *Consumer) ID() string { return c.id }

// ProducerID is the identifier of what is consumed.
func (c *Consumer) ProducerID() string { return c.producer.id }

// Kind is audio or video.
func (c *Consumer) Kind() ortc.MediaKind { return c.producer.kind }

// RtpParameters are what the client needs to receive. Shared: not to be changed.
func (c *Consumer) RtpParameters() ortc.RtpParameters { return c.parameters }

// Close ends the Consumer. It is idempotent.
func (c *Consumer) Close() { c.close(ReasonClosed) }

func (c *Consumer) close(reason CloseReason) {
	o := &c.transport.out
	o.mu.Lock()
	if c.closed {
		o.mu.Unlock()
		return
	}
	c.closed = true
	delete(o.bySsrc, c.ssrc)
	o.mu.Unlock()
	c.producer.removeConsumer(c)
	if c.onClose != nil {
		c.onClose(reason)
	}
}

func (c *Consumer) isClosed() bool {
	c.transport.out.mu.Lock()
	defer c.transport.out.mu.Unlock()
	return c.closed
}

// requestKeyFrame asks for a picture to start with, once media can be sent.
func (c *Consumer) requestKeyFrame(now time.Time) {
	if c.producer.kind != ortc.KindVideo {
		return
	}
	c.transport.out.mu.Lock()
	ready, layer := c.transport.out.readyLocked(), c.layer
	c.transport.out.mu.Unlock()
	if ready {
		c.producer.requestKeyFrame(now, c.producer.streams[c.wanted(now, layer)])
	}
}

// requestKeyFrames starts the videos of a transport that has just connected.
func (t *WebRtcTransport) requestKeyFrames() {
	now := time.Now()
	for _, c := range t.out.allConsumers() {
		c.requestKeyFrame(now)
	}
}

// wanted is the layer the client should get: the highest that is being sent.
func (c *Consumer) wanted(now time.Time, current int) int {
	for i := len(c.producer.streams) - 1; i >= 0; i-- {
		if c.producer.streams[i].active(now) {
			return i
		}
	}
	return max(current, 0)
}

// tick asks for the keyframe by which the Consumer can move to a better layer,
// or away from one that has ended.
func (c *Consumer) tick(now time.Time) {
	c.transport.out.mu.Lock()
	layer := c.layer
	c.transport.out.mu.Unlock()
	if len(c.producer.streams) > 1 && c.wanted(now, layer) != layer {
		c.requestKeyFrame(now)
	}
}

func (c *Consumer) senderReport(now time.Time) []rtcp.Packet {
	c.transport.out.mu.Lock()
	defer c.transport.out.mu.Unlock()
	report, ok := c.send.SenderReport(now)
	if !ok {
		return nil
	}
	description := c.send.Sdes()
	return []rtcp.Packet{&report, &description}
}

func (c *Consumer) handleReceptionReport(now time.Time, report rtcp.ReceptionReport) {
	c.transport.out.mu.Lock()
	defer c.transport.out.mu.Unlock()
	c.send.HandleReceptionReport(now, report)
}

func (c *Consumer) handlePli(now time.Time) {
	c.transport.out.mu.Lock()
	c.send.CountPli()
	c.transport.out.mu.Unlock()
	c.repairPicture(now)
}

func (c *Consumer) handleFir(now time.Time) {
	c.transport.out.mu.Lock()
	c.send.CountFir()
	c.transport.out.mu.Unlock()
	c.repairPicture(now)
}

// repairPicture asks for a keyframe of the layer the client is looking at.
func (c *Consumer) repairPicture(now time.Time) {
	c.transport.out.mu.Lock()
	layer := c.layer
	c.transport.out.mu.Unlock()
	if c.producer.kind != ortc.KindVideo {
		return
	}
	if layer < 0 {
		layer = c.wanted(now, layer)
	}
	c.producer.requestKeyFrame(now, c.producer.streams[layer])
}

// Stats are the Consumer's figures of this moment.
func (c *Consumer) Stats() ConsumerStats {
	now := time.Now()
	c.transport.out.mu.Lock()
	defer c.transport.out.mu.Unlock()
	stats := ConsumerStats{
		ID: c.id, ProducerID: c.producer.id, Kind: c.producer.kind, MimeType: c.producer.mimeType,
		Layer: c.layer, ProducerPaused: c.producer.Paused(), Stream: c.send.Stats(now),
	}
	stats.Score = stats.Stream.Score
	return stats
}
