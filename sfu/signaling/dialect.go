package signaling

import (
	"slices"
	"time"

	"takoshome/sfu/room"
)

// word is what announces a producer of somebody else. The specification says
// `produced`; the shipped client waits for `produce`, and takes any `produced`
// for the answer to a request of its own that is still open.
type word string

const (
	wordProduced word = "produced"
	wordProduce  word = "produce"
)

// secondWordDelay is how long a client that named its transport may take to
// consume a producer announced by `produce` before it hears `produced` too. The
// shipped client waits 1 s by itself where its receive transport is not up.
const secondWordDelay = 1500 * time.Millisecond

// dialect learns which word a client understands (docs/protocol.md section
// 3.4). It is pure and belongs to the writer.
type dialect struct {
	spec bool // the client asked for the specification's words
	bare bool // it sent a connect without transportType
	// typed means a connect with transportType.
	typed bool
	// answersProduce and answersProduced remember what a typed client consumed
	// after: the first settles it, the second holds until the first is seen.
	answersProduce, answersProduced bool
	// open counts the client's own produce requests without an answer.
	open int
	// heard are the producers announced by `produce` and not consumed yet.
	heard []announcement
}

type announcement struct {
	info room.ProducerInfo
	due  time.Time // when `produced` is to be said too
	said bool      // it has been
}

// announce returns the words for a producer that others added; `produced` may
// follow (see due).
func (d *dialect) announce(now time.Time, info room.ProducerInfo) []word {
	switch {
	case d.spec, d.bare && !d.typed:
		return []word{wordProduced}
	case !d.typed: // no request of its own can be open yet
		return []word{wordProduced, wordProduce}
	}
	due := now.Add(secondWordDelay)
	if d.answersProduced {
		due = now
	}
	d.forget(info.ID)
	d.heard = append(d.heard, announcement{info: info, due: due})
	return []word{wordProduce}
}

// due returns the producers to announce by `produced` now. While a request of
// the client's own is open, there are none.
func (d *dialect) due(now time.Time) []room.ProducerInfo {
	if d.open > 0 {
		return nil
	}
	var infos []room.ProducerInfo
	for i := range d.heard {
		a := &d.heard[i]
		if !a.said && !now.Before(a.due) {
			a.said = true
			infos = append(infos, a.info)
		}
	}
	return infos
}

// next is when due has something to return, zero if never.
func (d *dialect) next() time.Time {
	var next time.Time
	if d.open > 0 {
		return next
	}
	for _, a := range d.heard {
		if !a.said && (next.IsZero() || a.due.Before(next)) {
			next = a.due
		}
	}
	return next
}

// connect notes a connect of the client.
func (d *dialect) connect(withTransportType bool) {
	if withTransportType {
		d.typed = true
	} else {
		d.bare = true
	}
}

// consume notes that the client asked for a producer, and so which word it
// understood.
func (d *dialect) consume(producerID string) {
	i := d.find(producerID)
	if i < 0 {
		return
	}
	if !d.heard[i].said {
		d.answersProduce, d.answersProduced = true, false
	} else if !d.answersProduce {
		d.answersProduced = true
	}
	d.heard = slices.Delete(d.heard, i, i+1)
}

// produce notes a request of the client's own, answered its answer or error.
func (d *dialect) produce() { d.open++ }

func (d *dialect) answered() {
	if d.open > 0 {
		d.open--
	}
}

// pause notes that a producer was muted or is no longer, for what is still to be
// said of it.
func (d *dialect) pause(producerID string, paused bool) {
	if i := d.find(producerID); i >= 0 {
		d.heard[i].info.Paused = paused
	}
}

// forget drops a producer that ended.
func (d *dialect) forget(producerID string) {
	if i := d.find(producerID); i >= 0 {
		d.heard = slices.Delete(d.heard, i, i+1)
	}
}

// forgetPeer drops the producers of a peer that left.
func (d *dialect) forgetPeer(peerID string) {
	d.heard = slices.DeleteFunc(d.heard, func(a announcement) bool { return a.info.PeerID == peerID })
}

func (d *dialect) find(producerID string) int {
	return slices.IndexFunc(d.heard, func(a announcement) bool { return a.info.ID == producerID })
}
