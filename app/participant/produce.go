package participant

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pion/rtcp"
)

// maxGone is how many closed producers the host is told of again.
const maxGone = 16

// addProducer takes a producer of ours; it is offered as soon as that is possible.
func (o *owner) addProducer(p *Producer) {
	if p.closed.Load() {
		return
	}
	o.producers = append(o.producers, p)
	o.offer(p)
}

// offer prepares a producer on the transport, and asks the host for it then.
func (o *owner) offer(p *Producer) {
	pair := o.media
	if pair == nil || o.socket == nil || p.asked || p.closed.Load() {
		return
	}
	p.asked = true
	e := pair.send.estimator
	pair.send.add(p.config.Kind, p.config.Layers, func(layer int, packets []rtcp.Packet) {
		p.feedback(e, layer, packets)
	}, func(s *sending, err error) {
		o.call.post(func(o *owner) { o.offered(pair, p, s, err) })
	})
}

// offered goes on when the transport is prepared.
func (o *owner) offered(pair *mediaPair, p *Producer, s *sending, err error) {
	switch {
	case o.media != pair:
		return // prepared for transports that are gone
	case err != nil:
		o.failProducer(p, err)
		if !errors.Is(err, ErrNoCodec) {
			o.mediaFailed(pair, err)
		}
		return
	case p.closed.Load() || o.socket == nil:
		p.asked = false
		pair.send.remove(s)
		return
	}
	p.sending = s
	p.deadline = time.Now().Add(o.call.config.Timeouts.Reply)
	o.pending = append(o.pending, p)
	o.send(produceRequest{Type: "produce", Kind: p.config.Kind, RtpParameters: s.parameters, Source: p.config.Source})
}

// produced is the host's answer to produce, or the word of somebody else's.
func (o *owner) produced(m message) {
	if !o.isAnswer(m) {
		o.announced(m)
		return
	}
	i := slices.IndexFunc(o.pending, func(p *Producer) bool { return m.Kind == "" || p.config.Kind == m.Kind })
	if i < 0 {
		if !o.isOwn(m.ProducerID) {
			o.forget(m.ProducerID) // the answer came too late
		}
		return
	}
	p := o.pending[i]
	o.pending = slices.Delete(o.pending, i, i+1)
	if p.closed.Load() {
		o.forget(m.ProducerID)
		return
	}
	o.live(p, m.ProducerID)
}

// isAnswer tells a produced of ours: it has our name, or, from hosts that do not
// tell us our name, none or one that nobody else has.
func (o *owner) isAnswer(m message) bool {
	own := o.call.PeerID()
	switch {
	case m.PeerID == "":
		return true
	case own != "":
		return m.PeerID == own
	case len(o.pending) == 0 || o.pending[0].config.Kind != m.Kind || o.roster.hasPeer(m.PeerID):
		return false
	}
	o.call.peerID.Store(&m.PeerID)
	return true
}

// live lets a producer's packets go.
func (o *owner) live(p *Producer, id string) {
	p.id.Store(&id)
	p.deadline, p.said = time.Time{}, false
	p.tracks.Store(&p.sending.tracks)
	p.claim.given = nil
	p.born = time.Now()
	o.sayPaused(p)
	o.shared = time.Time{}
	o.shareBandwidth(time.Now())
	p.wantKeyFrames()
	select {
	case p.reply <- nil:
	default: // it was live before
	}
}

// failProducer ends a producer that the host does not take.
func (o *owner) failProducer(p *Producer, err error) {
	select {
	case p.reply <- err:
	default:
		o.log.Warn("a stream of ours has ended", "error", err)
	}
	p.closed.Store(true)
	p.stop()
	o.closeProducer(p)
}

// checkReplies takes silence for an answer: the specification has none.
func (o *owner) checkReplies(now time.Time) {
	for len(o.pending) > 0 && now.After(o.pending[0].deadline) {
		p := o.pending[0]
		o.pending = o.pending[1:]
		switch {
		case p.closed.Load():
		case o.isBare():
			o.live(p, "")
		default:
			o.failProducer(p, fmt.Errorf("%w: no answer", ErrRefused))
		}
	}
}

// isBare tells hosts that know no more than the specification.
func (o *owner) isBare() bool { return o.host.MyPeerID == "" && len(o.host.Extensions) == 0 }

// refused takes an error of the host's.
func (o *owner) refused(m message) {
	o.log.Info("the host refuses", "context", m.Context, "code", m.Code, "message", m.Message)
	switch {
	case m.Code == "alreadyConnected": // said twice, after a broken socket
	case m.Code == "closed", m.Context == "connect" && o.media != nil && !o.media.wasUp:
		if o.media != nil {
			o.mediaFailed(o.media, fmt.Errorf("%w: %s", ErrRefused, m.Message))
		}
	case m.Context == "produce" && len(o.pending) > 0:
		p := o.pending[0]
		o.pending = o.pending[1:]
		o.failProducer(p, fmt.Errorf("%w: %s", ErrRefused, m.Message))
	}
}

// closeProducer ends a producer of ours.
func (o *owner) closeProducer(p *Producer) {
	if !slices.Contains(o.producers, p) {
		return
	}
	o.producers = slices.DeleteFunc(o.producers, func(one *Producer) bool { return one == p })
	if id := p.ID(); id != "" {
		o.forget(id)
	}
	o.withdraw(p)
	o.shared = time.Time{}
}

// withdraw takes a producer from the transport.
func (o *owner) withdraw(p *Producer) {
	p.tracks.Store(nil)
	if p.sending != nil && o.media != nil {
		o.media.send.remove(p.sending)
	}
	p.sending, p.asked = nil, false
}

// forget tells the host of a producer that is no more. The specification has no
// word for it; its hosts notice.
func (o *owner) forget(id string) {
	if o.isBare() || id == "" {
		return
	}
	o.gone = append(o.gone, id)
	o.gone = o.gone[max(len(o.gone)-maxGone, 0):]
	o.send(producerRequest{Type: "closeProducer", ProducerID: id})
}

// sayPaused tells the host that a producer is muted, or not any more.
func (o *owner) sayPaused(p *Producer) {
	paused, id := p.paused.Load(), p.ID()
	if paused != p.said && id != "" && p.sending != nil && o.call.Offers("pause") {
		p.said = paused
		word := "resumeProducer"
		if paused {
			word = "pauseProducer"
		}
		o.send(producerRequest{Type: word, ProducerID: id})
	}
	o.shared = time.Time{}
}

// sayAgain repeats after a broken socket what may have been lost with it.
func (o *owner) sayAgain() {
	if !o.media.wasUp && !o.sayConnect(o.media) {
		return
	}
	for _, id := range o.gone {
		o.send(producerRequest{Type: "closeProducer", ProducerID: id})
	}
	for _, p := range o.producers {
		if p.tracks.Load() == nil {
			o.offer(p)
			continue
		}
		p.said = !p.paused.Load()
		o.sayPaused(p)
	}
}

// producerClosed takes the end of a producer. Of ours it means that the host
// wants it no more.
func (o *owner) producerClosed(id string) {
	for _, p := range o.producers {
		if id != "" && p.ID() == id {
			p.closed.Store(true)
			p.stop()
			o.withdraw(p)
			o.producers = slices.DeleteFunc(o.producers, func(one *Producer) bool { return one == p })
			o.log.Info("the host closed a stream of ours")
			return
		}
	}
	o.removeProducer(id)
}

func (o *owner) isOwn(id string) bool {
	return slices.ContainsFunc(o.producers, func(p *Producer) bool { return p.ID() == id }) ||
		slices.ContainsFunc(o.gone, func(gone string) bool { return gone == id })
}

// shareBandwidth tells the encoders what they may take.
func (o *owner) shareBandwidth(now time.Time) {
	if o.media == nil || now.Sub(o.shared) < tickInterval {
		return
	}
	o.shared = now
	bps := o.media.send.estimator.settle(now, o.media.roundTrip())
	var claims []*claim
	var sharing []*Producer
	for _, p := range o.producers {
		if p.tracks.Load() == nil {
			continue
		}
		if p.paused.Load() {
			p.tell(make([]int, len(p.claim.layers)))
			continue
		}
		if p.claim.isVideo && now.Sub(p.born) < rampUp {
			bps = max(bps, rampUpBps)
		}
		copied := p.claim
		claims, sharing = append(claims, &copied), append(sharing, p)
	}
	allocate(bps, claims)
	for i, p := range sharing {
		p.tell(claims[i].given)
	}
}

// tell hands the encoder of each layer its bitrate, unless it is as before.
func (p *Producer) tell(given []int) {
	before := p.claim.given
	if len(before) != len(given) {
		before = nil
		p.claim.given = make([]int, len(given))
	}
	for layer, bps := range given {
		if before == nil || isWorthTelling(before[layer], bps) {
			p.claim.given[layer] = bps
			p.config.Bitrate(layer, bps)
		}
	}
}

// measure makes the figures of this moment.
func (o *owner) measure(now time.Time) {
	stats := &Stats{DownLoss: map[string]float64{}}
	if o.media != nil {
		stats.RTT = o.media.roundTrip()
		stats.UpLoss = o.media.send.estimator.loss(now)
		stats.EstimateBps = o.media.send.estimator.settled()
	}
	for _, id := range o.roster.peers {
		expected, received := 0, 0
		for _, p := range o.roster.of(id) {
			if p.track != nil {
				e, r := p.track.loss.counts(now)
				expected, received = expected+e, received+r
			}
		}
		if expected > 0 {
			stats.DownLoss[id] = lossOf(expected, received)
		}
	}
	o.call.stats.Store(stats)
}
