package participant

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"takoshome/app/media"
)

// keyFrameInterval is how often a keyframe is asked for at most.
const keyFrameInterval = 300 * time.Millisecond

// packetReader is pion's TrackRemote.
type packetReader interface {
	Read(b []byte) (int, interceptor.Attributes, error)
	SetReadDeadline(t time.Time) error
}

// remoteTrack is a consumer's stream: a media.RemoteTrack.
type remoteTrack struct {
	received   received
	consumerID string
	section    *section // the lane's
	sendRTCP   func([]rtcp.Packet) error
	loss       lossMeter
	buffer     []byte // the reader's
	pli        *throttle

	mu       sync.Mutex
	reader   packetReader  // mu protects; nil before bind
	bound    chan struct{} // closed by bind or end
	hasEnded bool          // mu protects
	deadline time.Time     // mu protects; of reading
	moved    chan struct{} // mu protects; closed and replaced with deadline
}

func newRemoteTrack(r received, consumerID string, sendRTCP func([]rtcp.Packet) error) *remoteTrack {
	t := &remoteTrack{
		received: r, consumerID: consumerID, sendRTCP: sendRTCP,
		buffer: make([]byte, receiveMTU), bound: make(chan struct{}), moved: make(chan struct{}),
	}
	t.pli = newThrottle(keyFrameInterval, t.sendPLI)
	return t
}

// bind tells where the packets come from.
func (t *remoteTrack) bind(reader packetReader) {
	t.mu.Lock()
	deadline, isNew := t.deadline, t.reader == nil && !t.hasEnded
	if isNew {
		t.reader = reader
		close(t.bound)
	}
	t.mu.Unlock()
	if isNew && !deadline.IsZero() {
		_ = reader.SetReadDeadline(deadline) // it has just begun
	}
}

// end lets ReadRTP return io.EOF from now on.
func (t *remoteTrack) end() {
	t.pli.stop()
	t.mu.Lock()
	reader, ended := t.reader, t.hasEnded
	t.hasEnded = true
	if reader == nil && !ended {
		close(t.bound)
	}
	t.mu.Unlock()
	if reader != nil {
		_ = reader.SetReadDeadline(time.Unix(1, 0)) // pion ends it soon as well
	}
}

func (t *remoteTrack) state() (reader packetReader, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reader, t.hasEnded
}

func (t *remoteTrack) isOver() bool {
	_, ended := t.state()
	return ended
}

// await waits for bind or end, until the deadline, which may change meanwhile.
func (t *remoteTrack) await() error {
	for {
		t.mu.Lock()
		deadline, moved := t.deadline, t.moved
		t.mu.Unlock()
		var late <-chan time.Time
		if !deadline.IsZero() {
			timer := time.NewTimer(time.Until(deadline))
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-t.bound:
			return nil
		case <-moved:
		case <-late:
			return os.ErrDeadlineExceeded
		}
	}
}

// Codec is what the stream is encoded with.
func (t *remoteTrack) Codec() media.Codec {
	c := t.received.codec.rtcCodec()
	return media.Codec{
		MimeType: c.MimeType, PayloadType: t.received.payloadType, ClockRate: c.ClockRate, Channels: int(c.Channels),
	}
}

// SetReadDeadline bounds ReadRTP, which then gives os.ErrDeadlineExceeded.
func (t *remoteTrack) SetReadDeadline(deadline time.Time) error {
	t.mu.Lock()
	reader, ended := t.reader, t.hasEnded
	t.deadline = deadline
	close(t.moved)
	t.moved = make(chan struct{})
	t.mu.Unlock()
	if reader != nil && !ended {
		return reader.SetReadDeadline(deadline)
	}
	return nil
}

// ReadRTP gives the next packet, retransmitted ones among them.
func (t *remoteTrack) ReadRTP() (*rtp.Packet, error) {
	if err := t.await(); err != nil {
		return nil, err
	}
	reader, ended := t.state()
	for bad := 0; !ended && bad < maxBadReads; bad++ {
		n, attributes, err := reader.Read(t.buffer)
		switch {
		case err == nil:
			if p := t.take(t.buffer[:n], attributes); p != nil {
				return p, nil
			}
		case isEndOfStream(err):
			return nil, io.EOF
		case isTimeout(err):
			if _, ended = t.state(); !ended {
				return nil, os.ErrDeadlineExceeded
			}
		}
		// Anything else is a packet that cannot be understood.
	}
	return nil, io.EOF
}

// take makes a packet of its own of what was read; nil if it is not of this stream.
func (t *remoteTrack) take(raw []byte, attributes interceptor.Attributes) *rtp.Packet {
	p := &rtp.Packet{}
	if p.Unmarshal(append([]byte(nil), raw...)) != nil || p.PayloadType != t.received.payloadType {
		return nil
	}
	if attributes.Get(webrtc.AttributeRtxPayloadType) == nil {
		t.loss.count(time.Now(), p.SequenceNumber)
	}
	return p
}

// RequestKeyFrame asks the host for a keyframe.
func (t *remoteTrack) RequestKeyFrame() { t.pli.ask(time.Now()) }

func (t *remoteTrack) sendPLI() {
	// What cannot be sent now is asked for again by the decoder.
	_ = t.sendRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: t.received.ssrc}})
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}
