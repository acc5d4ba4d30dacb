package takoscall

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
)

// room is a Router with the peers that use it. Like all below it, it belongs to
// the hub's goroutine.
type room struct {
	id     string
	router *sfu.Router
	log    *slog.Logger
	peers  []*peer   // in order of their coming
	usedAt time.Time // when a command last named it, or its last peer left
}

// peer is a client of the controller, with all that is its own.
type peer struct {
	id         string
	room       *room
	joinedAt   time.Time
	usedAt     time.Time // when a command last named it, or it was last seen to be live
	transports []*transport
	producers  []*producer
	consumers  []*consumer
}

type transport struct {
	sfu  *sfu.WebRtcTransport
	peer *peer
}

type producer struct {
	sfu       *sfu.Producer
	transport *transport
	consumers []*consumer // of all peers
}

type consumer struct {
	sfu       *sfu.Consumer
	transport *transport
	producer  *producer
}

func (h *hub) openRoom(now time.Time, id string, codecs []ortc.RtpCodecCapability) (*room, error) {
	if h.rooms[id] != nil {
		return nil, fmt.Errorf("%w: room %s", errExists, id)
	}
	if len(h.rooms) >= h.config.Limits.Rooms {
		return nil, fmt.Errorf("%w rooms", errTooMany)
	}
	log := h.log.With("room", id)
	router, err := h.config.Server.NewRouter(sfu.RouterConfig{MediaCodecs: codecs, Logger: log})
	if err != nil {
		return nil, err
	}
	r := &room{id: id, router: router, log: log, usedAt: now}
	h.rooms[id] = r
	h.tell(event{Event: "roomCreated", RoomID: id, RoomInfo: r.info()})
	return r, nil
}

func (h *hub) addPeer(now time.Time, r *room, id string) (*peer, error) {
	if r.peer(id) != nil {
		return nil, fmt.Errorf("%w: peer %s in room %s", errExists, id, r.id)
	}
	if len(r.peers) >= h.config.Limits.Peers {
		return nil, fmt.Errorf("%w peers", errTooMany)
	}
	p := &peer{id: id, room: r, joinedAt: now, usedAt: now}
	r.peers = append(r.peers, p)
	h.tell(event{Event: "peerAdded", RoomID: r.id, PeerID: id, PeerInfo: p.info()})
	return p, nil
}

func (h *hub) addTransport(p *peer, direction string) (*transport, error) {
	if len(p.transports) >= h.config.Limits.Transports {
		return nil, fmt.Errorf("%w transports", errTooMany)
	}
	t := &transport{peer: p}
	var err error
	t.sfu, err = p.room.router.NewWebRtcTransport(sfu.WebRtcTransportConfig{
		Direction:     direction,
		OnStateChange: func(ice.State, sfu.DtlsState) { h.inbox.mark(t) },
		Logger:        p.room.log.With("peer", p.id),
	})
	if err != nil {
		return nil, err
	}
	p.transports = append(p.transports, t)
	e := t.newEvent("transportCreated")
	e.Direction, e.TransportInfo = direction, t.info()
	h.tell(e)
	return t, nil
}

func (h *hub) addProducer(t *transport, kind ortc.MediaKind, parameters ortc.RtpParameters) (*producer, error) {
	if len(t.peer.producers) >= h.config.Limits.Producers {
		return nil, fmt.Errorf("%w producers", errTooMany)
	}
	made, err := t.sfu.Produce(sfu.ProducerOptions{Kind: kind, RtpParameters: parameters})
	if err != nil {
		return nil, err
	}
	p := &producer{sfu: made, transport: t}
	t.peer.producers = append(t.peer.producers, p)
	e := t.newEvent("producerCreated")
	e.ProducerID, e.Kind, e.ProducerInfo = made.ID(), kind, p.info()
	h.tell(e)
	return p, nil
}

func (h *hub) addConsumer(t *transport, p *producer, capabilities ortc.RtpCapabilities) (*consumer, error) {
	if len(t.peer.consumers) >= h.config.Limits.Consumers {
		return nil, fmt.Errorf("%w consumers", errTooMany)
	}
	made, err := t.sfu.Consume(sfu.ConsumerOptions{Producer: p.sfu, RtpCapabilities: capabilities})
	switch {
	case errors.Is(err, sfu.ErrCannotConsume), errors.Is(err, ortc.ErrInvalid), errors.Is(err, ortc.ErrUnsupported):
		return nil, fmt.Errorf("%w: %w", errCannotConsume, err)
	case err != nil:
		return nil, err
	}
	c := &consumer{sfu: made, transport: t, producer: p}
	t.peer.consumers = append(t.peer.consumers, c)
	p.consumers = append(p.consumers, c)
	e := t.newEvent("consumerCreated")
	e.ConsumerID, e.ProducerID, e.ConsumerInfo = made.ID(), p.sfu.ID(), c.info()
	h.tell(e)
	return c, nil
}

// isLive reports whether media can come or go over one of the transports.
func (p *peer) isLive() bool {
	for _, t := range p.transports {
		if t.isLive() {
			return true
		}
	}
	return false
}

func (t *transport) isLive() bool {
	state := t.sfu.IceState()
	return (state == ice.StateConnected || state == ice.StateCompleted) && t.sfu.DtlsState() == sfu.DtlsStateConnected
}

// isOver reports that the client has closed the transport, or that its DTLS
// failed. Such a one does not come to life again.
func (t *transport) isOver() bool {
	state := t.sfu.DtlsState()
	return state == sfu.DtlsStateClosed || state == sfu.DtlsStateFailed
}
