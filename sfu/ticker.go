package sfu

import (
	"maps"
	"slices"
	"time"

	"takoshome/sfu/udp"
)

// tickInterval paces NACKs, reports and time limits. Transport-cc feedback
// goes out every 50 ms and NACK repetition is checked at 40 ms in mediasoup.
const tickInterval = 20 * time.Millisecond

// tick is the ticker goroutine: all that time alone brings about. What it sends
// goes together at the end of each tick.
func (s *WebRtcServer) tick(stop <-chan struct{}) {
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	defer s.standstill.stop()
	r := newReader(s.port.sockets[0])
	var messages []udp.Message
	if s.port.aside != nil {
		messages = newMessages()
	}
	for {
		select {
		case <-stop:
			return
		case now := <-ticker.C:
			s.standstill.tick(time.Since(s.born))
			s.readAside(now, messages, r)
			transports, observers := s.ticked(stop)
			for _, t := range transports {
				t.tick(now, r.out)
			}
			r.out.Flush()
			for _, o := range observers {
				o.tick(now)
			}
		}
	}
}

// maxAside is how much of what came aside one tick takes at most: more than the
// socket's buffer holds, so that only a flood is cut off.
const maxAside = 8192

// readAside takes what came for the ticker.
func (s *WebRtcServer) readAside(now time.Time, messages []udp.Message, r *reader) {
	if s.port.aside == nil {
		return
	}
	for taken := 0; taken < maxAside; {
		n, err := s.port.aside.ReadReady(messages)
		if err != nil || n == 0 {
			return // there was no more, or it is closed
		}
		taken += n
		for i := range messages[:n] {
			s.demux(now, messages[i].Buf[:messages[i].N], udpTuple(&messages[i]), r)
		}
		r.forward()
	}
}

// ticked are those that the ticker drives, in lists that nobody changes; none for
// a ticker that was stopped, which another may have followed.
func (s *WebRtcServer) ticked(stop <-chan struct{}) ([]*WebRtcTransport, []*AudioLevelObserver) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tickerStop != stop {
		return nil, nil
	}
	if s.tickedTransports == nil {
		s.tickedTransports = s.transportsLocked(make([]*WebRtcTransport, 0, len(s.transports)))
	}
	if s.tickedObservers == nil {
		s.tickedObservers = slices.AppendSeq(make([]*AudioLevelObserver, 0, len(s.observers)), maps.Keys(s.observers))
	}
	return s.tickedTransports, s.tickedObservers
}

// observe lets the ticker, which runs while there are transports, drive o.
func (s *WebRtcServer) observe(o *AudioLevelObserver) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observers[o] = struct{}{}
	s.tickedObservers = nil
}

func (s *WebRtcServer) ignore(o *AudioLevelObserver) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.observers, o)
	s.tickedObservers = nil
}
