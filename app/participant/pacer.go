package participant

import (
	"errors"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

var errUnknownStream = errors.New("unknown stream")

// pacer passes packets on at once. Unlike gcc.NoOpPacer it knows retransmission
// streams, and forgets streams that have ended.
type pacer struct {
	mu      sync.RWMutex
	writers map[uint32]interceptor.RTPWriter // mu protects; by SSRC
	repairs map[uint32]uint32                // mu protects; SSRC by that of its RTX
}

func newPacer() *pacer {
	return &pacer{writers: map[uint32]interceptor.RTPWriter{}, repairs: map[uint32]uint32{}}
}

// AddStream is gcc's.
func (p *pacer) AddStream(ssrc uint32, writer interceptor.RTPWriter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writers[ssrc] = writer
}

// SetTargetBitrate is gcc's.
func (p *pacer) SetTargetBitrate(int) {}

// Close is gcc's.
func (p *pacer) Close() error { return nil }

// Write sends a packet.
func (p *pacer) Write(header *rtp.Header, payload []byte, attributes interceptor.Attributes) (int, error) {
	w := p.writer(header.SSRC)
	if w == nil {
		return 0, errUnknownStream
	}
	return w.Write(header, payload, attributes)
}

func (p *pacer) writer(ssrc uint32) interceptor.RTPWriter {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if repaired, ok := p.repairs[ssrc]; ok {
		ssrc = repaired
	}
	return p.writers[ssrc]
}

func (p *pacer) addRepair(rtxSsrc, ssrc uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repairs[rtxSsrc] = ssrc
}

func (p *pacer) remove(rtxSsrc, ssrc uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.writers, ssrc)
	delete(p.repairs, rtxSsrc)
}

// namer is the innermost interceptor. It tells the pacer which streams there
// are, and gives a retransmission the extension that says whose it is: that of a
// simulcast layer has repaired-rid in place of rid (RFC 8852 section 3.3).
type namer struct {
	interceptor.NoOp
	pacer            *pacer
	rid, repairedRid uint8
}

// NewInterceptor is that of interceptor.Factory.
func (n *namer) NewInterceptor(string) (interceptor.Interceptor, error) { return n, nil }

// BindLocalStream wraps the way to the wire.
func (n *namer) BindLocalStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	rtxSsrc := info.SSRCRetransmission
	if rtxSsrc == 0 {
		return writer
	}
	n.pacer.addRepair(rtxSsrc, info.SSRC)
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		if h.SSRC == rtxSsrc {
			n.name(h)
		}
		return writer.Write(h, payload, a)
	})
}

// UnbindLocalStream forgets a stream.
func (n *namer) UnbindLocalStream(info *interceptor.StreamInfo) {
	n.pacer.remove(info.SSRCRetransmission, info.SSRC)
}

// name changes a header that is the retransmission's alone.
func (n *namer) name(h *rtp.Header) {
	if n.rid == 0 || n.repairedRid == 0 {
		return
	}
	rid := h.GetExtension(n.rid)
	if rid != nil && h.SetExtension(n.repairedRid, rid) == nil {
		_ = h.DelExtension(n.rid) // it is there
	}
}
