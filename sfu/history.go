package sfu

import (
	"sync"
	"time"

	"takoshome/sfu/rtpstream"
)

// history is the retransmission buffer of a stream, shared by its consumers.
type history struct {
	mu    sync.Mutex       // protects the content of cache
	cache *rtpstream.Cache // plain packets as the Producer sent them
}

func (h *history) put(now time.Time, p *packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cache.Put(now, p.header.SequenceNumber, p.raw)
}

// size is that of a packet that is still there, else 0.
func (h *history) size(sequence uint16) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	raw, _ := h.cache.Get(sequence)
	return len(raw)
}

// get copies a packet into scratch.
func (h *history) get(sequence uint16, scratch []byte) (raw []byte, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	raw, ok = h.cache.Get(sequence)
	if !ok || len(raw) > len(scratch) {
		return nil, false
	}
	return scratch[:copy(scratch, raw)], true
}
