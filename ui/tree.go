package ui

import (
	"maps"
	"slices"
	"strings"

	"takoshome/app"
)

// nodeKind says what a row of the panel stands for.
type nodeKind uint8

const (
	nodeRoom nodeKind = iota
	nodePeer
	nodeProducer
	nodeConsumer
)

// protocolRelay is a transport that goes through the relay.
const protocolRelay = "relay"

// totalsID is the node of all rooms together; it has a history but no row.
const totalsID = "\x1ftotals"

// node is one row of the panel.
type node struct {
	id     string
	kind   nodeKind
	name   string // the room, the person, or whose media a consumer carries
	media  string // "audio" or "video"; of a room, the type of its call
	source string // "screen" and the like
	codec  string

	width, height uint16
	inBps, outBps uint64
	lossPercent   float64 // negative: unknown
	rttMs         float64 // zero: unknown
	score         int     // 0 to 10, negative: unknown
	// away is true for a person whose connection is gone, and for a stream
	// that fell silent.
	away bool
	// unstable is true for a person from whom nothing has come for some seconds,
	// relayed for one whose media goes through the relay.
	unstable, relayed bool

	count int // people in a room

	room, peer, object string // what a command has to name
}

// tree is a snapshot as the panel shows it.
type tree struct {
	nodes    map[string]node
	children map[string][]string // of "" the rooms
}

// treeOf turns a snapshot into rows.
func treeOf(s *app.Snapshot) *tree {
	t := &tree{nodes: make(map[string]node), children: make(map[string][]string)}
	for i := range s.Rooms {
		t.addRoom(&s.Rooms[i])
	}
	t.nodes[totalsID] = node{id: totalsID, inBps: s.Totals.InBps, outBps: s.Totals.OutBps}
	return t
}

// same says whether two trees show the same.
func (t *tree) same(other *tree) bool {
	return maps.Equal(t.nodes, other.nodes) && maps.EqualFunc(t.children, other.children, slices.Equal[[]string])
}

// has says whether a node has rows below it.
func (t *tree) has(id string) bool { return len(t.children[id]) > 0 }

func (t *tree) put(parent string, n node) {
	t.nodes[n.id] = n
	t.children[parent] = append(t.children[parent], n.id)
}

func (t *tree) addRoom(r *app.Room) {
	n := node{
		id: nodeID(r.ID), kind: nodeRoom, name: shown(r.ID), media: string(r.CallType),
		lossPercent: -1, score: -1, count: len(r.Peers), room: r.ID,
	}
	t.put("", n)
	for i := range r.Peers {
		peer := t.addPeer(r, i)
		n.inBps += peer.inBps
		n.outBps += peer.outBps
	}
	t.nodes[n.id] = n
}

// addPeer adds a person with all streams. Loss and score are those of the
// person's worst stream, the round trip that of the slowest transport.
func (t *tree) addPeer(r *app.Room, index int) node {
	p := &r.Peers[index]
	n := node{
		id: nodeID(r.ID, p.ID), kind: nodePeer, name: shown(p.ID), away: !p.Connected, unstable: p.Unstable,
		lossPercent: -1, score: -1, room: r.ID, peer: p.ID,
	}
	t.put(nodeID(r.ID), n)
	for i := range p.Transports {
		n.inBps += p.Transports[i].RecvBitrateBps
		n.outBps += p.Transports[i].SendBitrateBps
		n.rttMs = max(n.rttMs, p.Transports[i].RoundTripTimeMs)
		n.relayed = n.relayed || p.Transports[i].Protocol == protocolRelay
	}
	for i := range p.Producers {
		n.worsen(t.addProducer(r, index, i))
	}
	for i := range p.Consumers {
		n.worsen(t.addConsumer(r, index, i))
	}
	t.nodes[n.id] = n
	return n
}

func (t *tree) addProducer(r *app.Room, peer, index int) node {
	p := &r.Peers[peer]
	s := &p.Producers[index]
	n := node{
		id: nodeID(r.ID, p.ID, s.ID), kind: nodeProducer, name: shown(p.ID),
		media: string(s.Kind), source: s.Source, codec: codecName(s.MimeType),
		inBps: s.BitrateBps, lossPercent: -1, score: int(s.Score), away: s.Gone,
		room: r.ID, peer: p.ID, object: s.ID,
	}
	for i := range s.Layers {
		layer := &s.Layers[i]
		if int(layer.Width)*int(layer.Height) >= int(n.width)*int(n.height) {
			n.width, n.height = layer.Width, layer.Height
		}
		n.lossPercent = max(n.lossPercent, layer.FractionLost*100)
		n.rttMs = max(n.rttMs, layer.RoundTripTimeMs)
	}
	t.put(nodeID(r.ID, p.ID), n)
	return n
}

func (t *tree) addConsumer(r *app.Room, peer, index int) node {
	p := &r.Peers[peer]
	s := &p.Consumers[index]
	n := node{
		id: nodeID(r.ID, p.ID, s.ID), kind: nodeConsumer, name: shown(s.ProducerPeerID),
		media: string(s.Kind), codec: codecName(s.MimeType),
		outBps: s.Stream.BitrateBps, lossPercent: s.Stream.FractionLost * 100,
		rttMs: s.Stream.RoundTripTimeMs, score: int(s.Score),
		room: r.ID, peer: p.ID, object: s.ID,
	}
	n.lookUpProducer(r, s.ProducerPeerID, s.ProducerID, s.Layer)
	t.put(nodeID(r.ID, p.ID), n)
	return n
}

// lookUpProducer takes over what a consumer's producer knows: the source and
// the size of the picture that is forwarded.
func (n *node) lookUpProducer(r *app.Room, peer, producer string, layer int) {
	for i := range r.Peers {
		if r.Peers[i].ID != peer {
			continue
		}
		for j := range r.Peers[i].Producers {
			p := &r.Peers[i].Producers[j]
			if p.ID != producer {
				continue
			}
			n.source, n.away = p.Source, p.Gone
			if layer >= 0 && layer < len(p.Layers) {
				n.width, n.height = p.Layers[layer].Width, p.Layers[layer].Height
			}
		}
	}
}

// worsen lets a person's row show the worst of its streams.
func (n *node) worsen(stream node) {
	if stream.away {
		return
	}
	n.lossPercent = max(n.lossPercent, stream.lossPercent)
	if n.score < 0 || stream.score < n.score {
		n.score = stream.score
	}
}

// nodeID joins names with a character that none of them holds.
func nodeID(names ...string) string { return strings.Join(names, "\x1f") }

// codecName is a MIME type without its kind: "video/VP8" is VP8.
func codecName(mimeType string) string {
	if _, name, ok := strings.Cut(mimeType, "/"); ok {
		return name
	}
	return mimeType
}
