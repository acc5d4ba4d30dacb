package takoscall

import (
	"takoshome/sfu"
	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
	sfuroom "takoshome/sfu/room"
)

// What controllers are told of things. The values share nothing that changes.
type (
	roomInfo struct {
		ID    string              `json:"id"`
		Peers map[string]peerInfo `json:"peers"`
	}
	peerInfo struct {
		ID         string                   `json:"id"`
		Transports map[string]transportInfo `json:"transports"`
		Producers  map[string]producerInfo  `json:"producers"`
		Consumers  map[string]consumerInfo  `json:"consumers"`
	}
	// transportInfo goes whole to mediasoup-client's createSendTransport.
	// There are no sctpParameters: no room has data channels.
	transportInfo struct {
		ID             string             `json:"id"`
		IceParameters  ice.Parameters     `json:"iceParameters"`
		IceCandidates  []ice.Candidate    `json:"iceCandidates"`
		DtlsParameters sfu.DtlsParameters `json:"dtlsParameters"`
		// IceServers are in the answer to createTransport alone, as credentials are
		// nothing for other controllers.
		IceServers []sfuroom.IceServer `json:"iceServers,omitempty"`
	}
	producerInfo struct {
		ID            string             `json:"id"`
		Kind          ortc.MediaKind     `json:"kind"`
		RtpParameters ortc.RtpParameters `json:"rtpParameters"`
		Paused        *bool              `json:"paused,omitempty"` // of getProducerInfo alone
	}
	consumerInfo struct {
		ID            string             `json:"id"`
		ProducerID    string             `json:"producerId"`
		Kind          ortc.MediaKind     `json:"kind"`
		RtpParameters ortc.RtpParameters `json:"rtpParameters"`
		Paused        *bool              `json:"paused,omitempty"` // of getConsumerInfo alone
	}
)

func (r *room) info() *roomInfo {
	info := &roomInfo{ID: r.id, Peers: make(map[string]peerInfo, len(r.peers))}
	for _, p := range r.peers {
		info.Peers[p.id] = *p.info()
	}
	return info
}

func (p *peer) info() *peerInfo {
	info := &peerInfo{
		ID:         p.id,
		Transports: make(map[string]transportInfo, len(p.transports)),
		Producers:  make(map[string]producerInfo, len(p.producers)),
		Consumers:  make(map[string]consumerInfo, len(p.consumers)),
	}
	for _, t := range p.transports {
		info.Transports[t.sfu.ID()] = *t.info()
	}
	for _, own := range p.producers {
		info.Producers[own.sfu.ID()] = *own.info()
	}
	for _, c := range p.consumers {
		info.Consumers[c.sfu.ID()] = *c.info()
	}
	return info
}

func (t *transport) info() *transportInfo {
	return &transportInfo{
		ID:             t.sfu.ID(),
		IceParameters:  t.sfu.IceParameters(),
		IceCandidates:  t.sfu.IceCandidates(),
		DtlsParameters: t.sfu.DtlsParameters(),
	}
}

func (p *producer) info() *producerInfo {
	return &producerInfo{ID: p.sfu.ID(), Kind: p.sfu.Kind(), RtpParameters: p.sfu.RtpParameters()}
}

func (c *consumer) info() *consumerInfo {
	return &consumerInfo{
		ID: c.sfu.ID(), ProducerID: c.sfu.ProducerID(), Kind: c.sfu.Kind(), RtpParameters: c.sfu.RtpParameters(),
	}
}
