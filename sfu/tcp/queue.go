package tcp

import "sync"

// controlBytes is what may lie in a queue beyond its limit: what is no media is
// little, and lost dearly.
const controlBytes = 16 << 10

// keptBytes is how much memory an empty queue keeps.
const keptBytes = 16 << 10

// queue is what a connection has still to write.
type queue struct {
	limit int
	wake  chan struct{} // has room for one

	mu      sync.Mutex // protects all below
	frames  []byte
	spare   []byte            // memory to be used again
	cut     map[uint32]uint32 // SSRC to the timestamp of the frame of which the rest is dropped
	closed  bool
	dropped uint64
}

func newQueue(limit int) *queue {
	return &queue{limit: limit, wake: make(chan struct{}, 1)}
}

// put adds a datagram, or drops it.
func (q *queue) put(datagram []byte) (ok bool) {
	q.mu.Lock()
	ok = !q.closed && q.admitsLocked(datagram)
	if ok {
		q.frames = appendFrame(q.frames, datagram)
	} else {
		q.dropped++
	}
	q.mu.Unlock()
	if ok {
		q.signal()
	}
	return ok
}

func (q *queue) admitsLocked(datagram []byte) bool {
	if len(datagram) == 0 || len(datagram) > 1<<16-1 {
		return false
	}
	room := q.limit - len(q.frames) - lengthSize - len(datagram)
	ssrc, timestamp, media := mediaFrame(datagram)
	if !media {
		return room+controlBytes >= 0
	}
	if cut, cutting := q.cut[ssrc]; cutting {
		if cut == timestamp {
			return false
		}
		delete(q.cut, ssrc)
	}
	if room >= 0 {
		return true
	}
	if q.cut == nil {
		q.cut = map[uint32]uint32{}
	}
	q.cut[ssrc] = timestamp // a client has few streams: the table is as small
	return false
}

// take hands over what is queued; done gives the memory back. ok is false at the
// end.
func (q *queue) take() (frames []byte, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	frames, q.frames, q.spare = q.frames, q.spare[:0], nil
	return frames, len(frames) > 0 || !q.closed
}

func (q *queue) done(frames []byte) {
	if cap(frames) > keptBytes {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare = frames[:0]
}

// close takes nothing more; what is queued may still be taken.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}

func (q *queue) droppedCount() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default: // it is awake
	}
}
