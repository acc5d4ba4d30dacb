package participant

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"takoshome/app/media"
)

// askEncoder is how often an encoder is asked for a keyframe at most.
const askEncoder = 300 * time.Millisecond

// Producer is a stream of ours. It stays valid while the call goes on, whatever
// becomes of the connection. All its methods return at once.
type Producer struct {
	call    *Call
	config  ProducerConfig
	layers  []*packetizer // each of the goroutine that writes that layer
	askKey  []*throttle
	id      atomic.Pointer[string]
	tracks  atomic.Pointer[[]*sendTrack] // nil: nothing is sent
	paused  atomic.Bool
	closed  atomic.Bool
	dropped atomic.Uint64 // samples that came while nothing was sent

	// The call's goroutine alone:
	sending  *sending // nil: not on the transport
	reply    chan error
	deadline time.Time // of the host's answer; zero: none is awaited
	claim    claim
	said     bool // the host knows that it is paused
	born     time.Time
	asked    bool // the transport prepares it
}

func newProducer(call *Call, config ProducerConfig) *Producer {
	p := &Producer{call: call, config: config, reply: make(chan error, 1), born: time.Now()}
	c := newClock(config.Kind, time.Now())
	for layer := range config.Layers {
		p.layers = append(p.layers, newPacketizer(config.Kind, c))
		p.askKey = append(p.askKey, newThrottle(askEncoder, func() { p.config.KeyFrame(layer) }))
	}
	p.paused.Store(config.Paused)
	p.claim = claim{isVideo: config.Kind == kindVideo, isScreen: config.Source != "", layers: config.Layers}
	return p
}

// ID is the host's name for it, empty where the host gave none.
func (p *Producer) ID() string {
	if id := p.id.Load(); id != nil {
		return *id
	}
	return ""
}

// Write sends a sample of a layer. What comes while the stream is paused or the
// connection broken is dropped. One goroutine at a time writes a layer.
func (p *Producer) Write(layer int, s media.Sample) error {
	switch {
	case p.closed.Load():
		return ErrClosed
	case layer < 0 || layer >= len(p.layers):
		return fmt.Errorf("%w: %d", errLayers, layer)
	}
	tracks := p.tracks.Load()
	if tracks == nil || p.paused.Load() {
		p.dropped.Add(1)
		return nil
	}
	now := time.Now()
	packets := p.layers[layer].packets(now, s)
	for i := range packets {
		if err := (*tracks)[layer].write(now, &packets[i]); err != nil {
			return err
		}
	}
	return nil
}

// Pause stops sending.
func (p *Producer) Pause() { p.setPaused(true) }

// Resume ends Pause; the encoder is asked for keyframes.
func (p *Producer) Resume() { p.setPaused(false) }

func (p *Producer) setPaused(paused bool) {
	if p.closed.Load() || p.paused.Swap(paused) == paused {
		return
	}
	if !paused {
		p.wantKeyFrames()
	}
	p.call.post(func(o *owner) { o.sayPaused(p) })
}

// Close ends the stream for good.
func (p *Producer) Close() {
	if !p.closed.Swap(true) {
		p.stop()
		p.call.post(func(o *owner) { o.closeProducer(p) })
	}
}

// stop ends sending, and what would ask the encoder.
func (p *Producer) stop() {
	p.tracks.Store(nil)
	for _, t := range p.askKey {
		t.stop()
	}
}

// wantKeyFrames asks for one of each layer.
func (p *Producer) wantKeyFrames() {
	if p.config.Kind != kindVideo {
		return
	}
	for _, t := range p.askKey {
		t.ask(time.Now())
	}
}

// feedback hears what the host says of a layer, from the goroutine that reads it.
func (p *Producer) feedback(e *estimator, layer int, packets []rtcp.Packet) {
	s := p.tracks.Load()
	if s == nil {
		return
	}
	b := (*s)[layer].bound.Load()
	if b == nil {
		return
	}
	now := time.Now()
	for _, packet := range packets {
		switch packet := packet.(type) {
		case *rtcp.PictureLossIndication:
			if packet.MediaSSRC == b.ssrc {
				p.askKey[layer].ask(now)
			}
		case *rtcp.FullIntraRequest:
			for _, entry := range packet.FIR {
				if entry.SSRC == b.ssrc {
					p.askKey[layer].ask(now)
				}
			}
		case *rtcp.ReceiverReport:
			reportLoss(e, now, b.ssrc, packet.Reports)
		case *rtcp.SenderReport:
			reportLoss(e, now, b.ssrc, packet.Reports)
		case *rtcp.ReceiverEstimatedMaximumBitrate:
			e.remb(now, packet.Bitrate)
		}
	}
}

func reportLoss(e *estimator, now time.Time, ssrc uint32, reports []rtcp.ReceptionReport) {
	for _, r := range reports {
		if r.SSRC == ssrc {
			e.report(now, ssrc, float64(r.FractionLost)/256)
		}
	}
}
