package room

import (
	"fmt"
	"slices"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ice"
)

// media are a peer's two transports and what runs over them. It belongs to the
// room's goroutine; a peer that comes back without its media gets a new one.
type media struct {
	peer       *peer
	send, recv *sfu.WebRtcTransport
	producers  []*producer // oldest first
	consumers  []*consumer

	connected    bool // there was a valid connect
	bareConnects int  // those that did not name a transport
	consumed     bool // the peer has been told of a consumer
	restarts     restarts
	closed       bool
}

// producer is a Producer and what the others have been told of it.
type producer struct {
	sfu       *sfu.Producer
	info      ProducerInfo
	media     *media
	goneSince time.Time // zero while its media are there
	// toldPaused is what the others have been told of info.Paused.
	toldPaused bool
}

// consumer is a Consumer of one producer.
type consumer struct {
	sfu      *sfu.Consumer
	producer *producer
	media    *media
}

// openMedia makes a peer's transports.
func (r *Room) openMedia(p *peer) error {
	m := &media{peer: p}
	fingerprints := sfu.NewFingerprintSet()
	open := func(direction string) (*sfu.WebRtcTransport, error) {
		return r.router.NewWebRtcTransport(sfu.WebRtcTransportConfig{
			Direction:     direction,
			Fingerprints:  fingerprints,
			OnStateChange: func(ice.State, sfu.DtlsState) { r.inbox.mark(m) },
			Logger:        r.log.With("peer", p.id),
		})
	}
	send, err := open(sfu.DirectionSend)
	if err != nil {
		return fmt.Errorf("open send transport: %w", err)
	}
	recv, err := open(sfu.DirectionRecv)
	if err != nil {
		m.closed = true // closing the other one will mark it
		send.Close()
		return fmt.Errorf("open receive transport: %w", err)
	}
	m.send, m.recv = send, recv
	p.media = m
	return nil
}

// closeMedia ends a peer's media and tells the others, the peer staying.
func (r *Room) closeMedia(p *peer) {
	for len(p.media.producers) > 0 {
		r.closeProducer(p.media.producers[0])
	}
	p.media.close()
	r.revokeRelay(p)
}

// close ends the transports, and with them producers and consumers.
func (m *media) close() {
	m.closed = true
	m.producers, m.consumers = nil, nil
	m.send.Close()
	m.recv.Close()
}

// looked ends what ran over a transport that the client has closed, or whose
// DTLS failed. A transport does not come to life again; the client resumes.
func (m *media) looked(r *Room) {
	if m.closed {
		return
	}
	r.changed = true
	if over(m.send) {
		for len(m.producers) > 0 {
			r.closeProducer(m.producers[0])
		}
		m.send.Close()
	}
	if over(m.recv) {
		m.consumers = nil
		m.recv.Close()
	}
}

func over(t *sfu.WebRtcTransport) bool {
	state := t.DtlsState()
	return state == sfu.DtlsStateClosed || state == sfu.DtlsStateFailed
}

// present lists the producers that others can consume now.
func (m *media) present() []ProducerInfo {
	var list []ProducerInfo
	for _, p := range m.producers {
		if p.goneSince.IsZero() {
			list = append(list, p.info)
		}
	}
	return list
}

func (m *media) presentCount() (n int) {
	for _, p := range m.producers {
		if p.goneSince.IsZero() {
			n++
		}
	}
	return n
}

func (m *media) producer(id string) *producer {
	for _, p := range m.producers {
		if p.info.ID == id {
			return p
		}
	}
	return nil
}

func (m *media) consumerOf(producerID string) *consumer {
	for _, c := range m.consumers {
		if c.producer.info.ID == producerID {
			return c
		}
	}
	return nil
}

func (m *media) consumer(id string) *consumer {
	for _, c := range m.consumers {
		if c.sfu.ID() == id {
			return c
		}
	}
	return nil
}

// drop takes a consumer off the list and reports whether it was on it.
func (m *media) drop(c *consumer) bool {
	before := len(m.consumers)
	m.consumers = slices.DeleteFunc(m.consumers, func(other *consumer) bool { return other == c })
	return len(m.consumers) < before
}

// forgetConsumersOf drops the consumers of a peer that left; its transports,
// about to close, end them.
func (m *media) forgetConsumersOf(p *peer) {
	m.consumers = slices.DeleteFunc(m.consumers, func(c *consumer) bool { return c.producer.media.peer == p })
}
