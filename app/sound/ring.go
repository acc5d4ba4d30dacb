package sound

import "sync/atomic"

// ringSamples bounds how much sound may wait for its treatment: 1.4 s.
const ringSamples = 1 << 16

// ring carries samples from the device's thread to one goroutine, without locks
// and without waiting. What does not fit is dropped.
type ring struct {
	samples [ringSamples]int16
	// written and read count samples since the beginning.
	written, read atomic.Uint64
	ready         chan struct{} // something was written
}

func newRing() *ring { return &ring{ready: make(chan struct{}, 1)} }

// push is for the device's thread.
func (r *ring) push(pcm []int16) {
	written := r.written.Load()
	free := ringSamples - int(written-r.read.Load())
	pcm = pcm[:min(len(pcm), free)]
	at := int(written % ringSamples)
	n := copy(r.samples[at:], pcm)
	copy(r.samples[:], pcm[n:])
	r.written.Store(written + uint64(len(pcm)))
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// pop fills pcm, or tells that there is less.
func (r *ring) pop(pcm []int16) bool {
	read := r.read.Load()
	if int(r.written.Load()-read) < len(pcm) {
		return false
	}
	n := copy(pcm, r.samples[read%ringSamples:])
	copy(pcm[n:], r.samples[:])
	r.read.Store(read + uint64(len(pcm)))
	return true
}

// waiting is how many samples pop can give.
func (r *ring) waiting() int { return int(r.written.Load() - r.read.Load()) }

// skip drops samples, oldest first, until only keep are left.
func (r *ring) skip(keep int) {
	if written := r.written.Load(); int(written-r.read.Load()) > keep {
		r.read.Store(written - uint64(keep))
	}
}
