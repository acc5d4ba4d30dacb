package participant

import "slices"

// roster is who is in the call and what they send.
type roster struct {
	peers     []string // in the order they came
	producers map[string]*remoteProducer
}

// remoteProducer is a stream of somebody else's.
type remoteProducer struct {
	listedProducer
	asked *socket      // the socket on which it was asked for
	track *remoteTrack // nil before consumed
	added bool         // TrackAdded was emitted
}

func newRoster() roster { return roster{producers: map[string]*remoteProducer{}} }

func (r *roster) hasPeer(id string) bool { return slices.Contains(r.peers, id) }

// of lists somebody's producers, in a fixed order.
func (r *roster) of(peerID string) []*remoteProducer {
	var list []*remoteProducer
	for _, p := range r.producers {
		if p.PeerID == peerID {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *remoteProducer) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return list
}

func (r *roster) tracks() []*remoteTrack {
	var list []*remoteTrack
	for _, p := range r.producers {
		if p.track != nil {
			list = append(list, p.track)
		}
	}
	return list
}

// meet brings the roster in line with an init.
func (o *owner) meet(host initData) {
	isThere := map[string]bool{}
	for _, id := range host.Peers {
		isThere[id] = true
	}
	isSent := map[string]bool{}
	for _, p := range host.Producers {
		isThere[p.PeerID], isSent[p.ID] = true, true
	}
	for _, id := range slices.Clone(o.roster.peers) {
		if !isThere[id] {
			o.leave(id)
		}
	}
	for id := range o.roster.producers {
		if !isSent[id] {
			o.removeProducer(id)
		}
	}
	for _, id := range host.Peers {
		o.welcome(id)
	}
	for _, p := range host.Producers {
		o.announce(p)
	}
}

// welcome adds somebody; it is false for ourselves, and one too many.
func (o *owner) welcome(id string) bool {
	switch {
	case id == "" || id == o.call.PeerID():
		return false
	case o.roster.hasPeer(id):
		return true
	case len(o.roster.peers) >= maxPeers:
		return false
	}
	o.roster.peers = append(o.roster.peers, id)
	o.emit(PeerJoined{PeerID: id})
	return true
}

// join takes somebody who came, or came back without having left.
func (o *owner) join(m message) {
	if !o.welcome(m.PeerID) {
		return
	}
	for _, p := range m.Producers {
		o.announce(p)
	}
}

func (o *owner) leave(id string) {
	if !o.roster.hasPeer(id) {
		return
	}
	for _, p := range o.roster.of(id) {
		o.removeProducer(p.ID)
	}
	o.roster.peers = slices.DeleteFunc(o.roster.peers, func(peer string) bool { return peer == id })
	o.emit(PeerLeft{PeerID: id})
}

// announced takes the word of a new producer of somebody else's.
func (o *owner) announced(m message) {
	p := listedProducer{ID: m.ProducerID, PeerID: m.PeerID, Kind: m.Kind, Source: m.Source, Paused: m.Paused}
	if p.isGood() {
		o.announce(p)
	}
}

// announce consumes a producer unless it is known.
func (o *owner) announce(p listedProducer) {
	if known := o.roster.producers[p.ID]; known != nil {
		o.setRemotePaused(p.ID, p.Paused)
		return
	}
	if len(o.roster.producers) >= maxProducers || o.isOwn(p.ID) || !o.welcome(p.PeerID) {
		return
	}
	remote := &remoteProducer{listedProducer: p}
	o.roster.producers[p.ID] = remote
	o.consume(remote)
}

// consumeAll asks for what has no track, at once for all.
func (o *owner) consumeAll() {
	for _, id := range o.roster.peers {
		for _, p := range o.roster.of(id) {
			o.consume(p)
		}
	}
}

// consume asks for a producer. Asking twice brings the same answer.
func (o *owner) consume(p *remoteProducer) {
	if o.media == nil || o.socket == nil || p.track != nil || p.asked == o.socket {
		return
	}
	p.asked = o.socket
	o.send(consumeRequest{
		Type: "consume", ProducerID: p.ID, PeerID: p.PeerID, RtpCapabilities: o.media.device.capabilities,
	})
}

// consumed takes the answer.
func (o *owner) consumed(m message) {
	p := o.roster.producers[m.ProducerID]
	if p == nil || p.track != nil || o.media == nil {
		return
	}
	r, err := o.media.device.receive(m.RtpParameters)
	if err != nil {
		o.log.Warn("a stream cannot be received", "error", err)
		return
	}
	if o.isReceived(r.ssrc) {
		o.log.Warn("two streams have one SSRC")
		return
	}
	pair := o.media
	p.track = newRemoteTrack(r, m.ConsumerID, pair.recv.pc.WriteRTCP)
	track := p.track
	pair.recv.add(track, func(err error) {
		o.call.post(func(o *owner) { o.trackAdded(p, track, err) })
	})
}

func (o *owner) isReceived(ssrc uint32) bool {
	return slices.ContainsFunc(o.roster.tracks(), func(t *remoteTrack) bool { return t.received.ssrc == ssrc })
}

// trackAdded tells of a stream that can be read.
func (o *owner) trackAdded(p *remoteProducer, track *remoteTrack, err error) {
	if p.track != track || o.roster.producers[p.ID] != p {
		return // it ended meanwhile
	}
	if err != nil {
		o.log.Warn("a stream cannot be received", "error", err)
		return
	}
	p.added = true
	o.emit(TrackAdded{
		PeerID: p.PeerID, ProducerID: p.ID, Kind: p.Kind, Source: p.Source, Paused: p.Paused, Track: track,
	})
}

// removeProducer ends a stream of somebody else's.
func (o *owner) removeProducer(id string) {
	p := o.roster.producers[id]
	if p == nil {
		return
	}
	delete(o.roster.producers, id)
	o.dropTrack(p)
}

// dropTrack ends what is received of a producer.
func (o *owner) dropTrack(p *remoteProducer) {
	if p.track != nil {
		p.track.end()
		if o.media != nil {
			o.media.recv.remove(p.track)
		}
		p.track = nil
	}
	if p.added {
		p.added = false
		o.emit(TrackRemoved{PeerID: p.PeerID, ProducerID: p.ID})
	}
}

// consumerClosed is how some hosts tell that a producer ended.
func (o *owner) consumerClosed(consumerID string) {
	for id, p := range o.roster.producers {
		if p.track != nil && p.track.consumerID == consumerID {
			o.removeProducer(id)
			return
		}
	}
}

func (o *owner) setRemotePaused(id string, paused bool) {
	p := o.roster.producers[id]
	if p == nil || p.Paused == paused {
		return
	}
	p.Paused = paused
	switch {
	case !p.added: // TrackAdded will say it
	case paused:
		o.emit(TrackPaused{PeerID: p.PeerID, ProducerID: id})
	default:
		o.emit(TrackResumed{PeerID: p.PeerID, ProducerID: id})
	}
}
