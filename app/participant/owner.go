package participant

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	tickInterval  = 250 * time.Millisecond
	statsInterval = time.Second
	// rampUp is how long a new video is not held down by an estimate from times
	// when there was nothing to send.
	rampUp    = 4 * time.Second
	rampUpBps = 600_000
	// maxBadMessages is what a host may send that cannot be read.
	maxBadMessages = 100
)

// owner is what a Call's goroutine knows.
type owner struct {
	call      *Call
	log       *slog.Logger
	socket    *socket  // nil while it is broken
	host      initData // the last
	roster    roster
	media     *mediaPair // nil while there is none
	producers []*Producer
	// pending are produced and not answered, in order.
	pending []*Producer
	// gone are own producers that were closed, for hosts that may not have heard.
	gone      []string
	way       reconnection
	closing   sync.WaitGroup // transports and sockets on their way out
	said      time.Time      // of the newest chat message
	speaking  []string
	bad       int
	shared    time.Time // when bandwidth was shared last
	measured  time.Time // when Stats were made last
	isOver    bool
	err       error
	lifetime  context.Context // of dialing
	endOfLife context.CancelFunc
}

func newOwner(c *Call) *owner {
	o := &owner{call: c, log: c.log, roster: newRoster()}
	o.lifetime, o.endOfLife = context.WithCancel(context.Background())
	o.way.init()
	return o
}

// begin takes the first socket. If it fails, nothing is left.
func (o *owner) begin(s *socket, first initData) error {
	if err := o.newMedia(first); err != nil {
		s.goodbye(closeSuperseded)
		s.end()
		o.endOfLife()
		return err
	}
	o.socket, o.host = s, first
	return nil
}

// run is the call's goroutine.
func (o *owner) run() {
	defer close(o.call.ended)
	o.greet()
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	for !o.isOver {
		var incoming <-chan []byte
		if o.socket != nil {
			incoming = o.socket.incoming
		}
		select {
		case text, open := <-incoming:
			if open {
				o.receive(text)
			} else {
				o.socketEnded(o.socket.err)
			}
		case f := <-o.call.posted:
			f(o)
		case result := <-o.way.dialed:
			o.dialEnded(result)
		case <-o.way.retry.C:
			o.dial()
		case now := <-ticker.C:
			o.tick(now)
		case <-o.call.quit:
			o.end(nil)
		}
	}
	o.finish()
}

// greet does what follows an init: connect, consume, produce.
func (o *owner) greet() {
	o.connectMedia()
	o.meet(o.host)
	o.consumeAll()
	for _, p := range o.producers {
		o.offer(p)
	}
}

// end ends the call, for the first reason.
func (o *owner) end(err error) {
	if !o.isOver {
		o.isOver, o.err = true, err
	}
}

// finish gives everything back. What takes too long is left to end by itself.
func (o *owner) finish() {
	o.endOfLife()
	o.way.retry.Stop()
	for _, p := range o.producers {
		p.closed.Store(true)
		p.stop()
		select {
		case p.reply <- ErrEnded:
		default:
		}
	}
	for _, t := range o.roster.tracks() {
		t.end()
	}
	if o.socket != nil {
		// The media's close_notify may come first: the host takes the code's word.
		o.socket.goodbye(closeHungUp)
		s := o.socket
		o.closing.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), o.call.config.Timeouts.Goodbye)
			defer cancel()
			s.awaitEnd(ctx)
		})
	}
	o.dropMedia()
	done := make(chan struct{})
	go func() {
		o.closing.Wait()
		o.way.dialing.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(o.call.config.Timeouts.Goodbye):
		o.log.Warn("the call's connections take long to close")
	}
	o.call.events.end(Ended{Err: o.err})
}

// emit hands an event on; a consumer that does not keep up makes the host wait.
func (o *owner) emit(e Event) { o.call.events.put(e, o.call.quit) }

// send queues a message. A socket that does not take it is cut off, which ends it.
func (o *owner) send(request any) {
	if o.socket != nil && !o.socket.send(request) {
		o.log.Warn("the host does not read")
		_ = o.socket.conn.Close() // the reader reports it
	}
}

// tick does what time alone brings about.
func (o *owner) tick(now time.Time) {
	o.checkReplies(now)
	o.checkMedia(now)
	o.shareBandwidth(now)
	if now.Sub(o.measured) >= statsInterval {
		o.measured = now
		o.measure(now)
	}
	if o.socket == nil && now.After(o.way.deadline) {
		o.end(o.goneFor())
	}
}

// receive takes a message of the host's.
func (o *owner) receive(text []byte) {
	m, err := decodeMessage(text)
	if err != nil {
		o.log.Debug("message could not be read", "error", err)
		if o.bad++; o.bad > maxBadMessages {
			o.end(errors.Join(ErrHostError, err))
		}
		return
	}
	o.handle(m)
}

// handle sorts messages; unknown ones are overlooked.
func (o *owner) handle(m message) {
	switch m.Type {
	case "join":
		o.join(m)
	case "leave":
		o.leave(m.PeerID)
	case "produced":
		o.produced(m)
	case "produce":
		o.announced(m)
	case "consumed":
		o.consumed(m)
	case "producerClosed":
		o.producerClosed(m.ProducerID)
	case "consumerClosed":
		o.consumerClosed(m.ConsumerID)
	case "producerNotFound", "selfProducer":
		o.removeProducer(m.ProducerID)
	case "producerPaused", "producerResumed":
		o.setRemotePaused(m.ProducerID, m.Type == "producerPaused")
	case "chat":
		o.heard(chatLine{PeerID: m.PeerID, Text: m.Text, At: m.At})
	case "chatHistory":
		for _, line := range m.Messages {
			o.heard(line)
		}
	case "speaking":
		o.speak(m.PeerIDs)
	case "candidates":
		o.hostMoved(map[string][]iceCandidate{directionSend: m.Candidates.value, directionRecv: m.Candidates.value}, true)
	case "iceRestarted":
		o.iceRestarted(m)
	case "error":
		o.refused(m)
	}
}

// chat says something.
func (o *owner) chat(text string) {
	o.send(chatRequest{Type: "chat", Text: text})
}

// heard hands on what is newer than the newest: the history comes again after
// every init.
func (o *owner) heard(line chatLine) {
	e, ok := line.said()
	if ok && e.At.After(o.said) {
		o.said = e.At
		o.emit(e)
	}
}

func (o *owner) speak(peerIDs []string) {
	if !slices.Equal(o.speaking, peerIDs) {
		o.speaking = peerIDs
		o.emit(Speaking{PeerIDs: slices.Clone(peerIDs)})
	}
}
