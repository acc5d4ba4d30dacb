package participant

import (
	"io"
	"sync/atomic"

	"github.com/pion/transport/v5/packetio"
)

const (
	// maxStreams are four for each consumer that a host may give us, and what
	// hosts were seen to send besides.
	maxStreams    = 2048
	streamBytes   = 1 << 20
	streamPackets = 2048
)

// streamCount bounds the streams of a PeerConnection: pion keeps a buffer for
// every SSRC that it hears of.
type streamCount struct {
	open    atomic.Int64
	hostile func()
}

type countedBuffer struct {
	*packetio.Buffer
	count  *streamCount
	closed atomic.Bool
}

func (c *streamCount) newBuffer(packetio.BufferPacketType, uint32) io.ReadWriteCloser {
	buffer := &countedBuffer{Buffer: packetio.NewBuffer(), count: c}
	buffer.SetLimitSize(streamBytes)
	buffer.SetLimitCount(streamPackets)
	if c.open.Add(1) == maxStreams {
		go c.hostile()
	}
	return buffer
}

// Read takes the next packet.
func (b *countedBuffer) Read(p []byte) (int, error) {
	n, _, err := b.Buffer.Read(p, nil)
	return n, err
}

// Write adds a packet; one too many is lost.
func (b *countedBuffer) Write(p []byte) (int, error) { return b.Buffer.Write(p, nil) }

// Close gives the buffer's place back.
func (b *countedBuffer) Close() error {
	if !b.closed.Swap(true) {
		b.count.open.Add(-1)
	}
	return b.Buffer.Close()
}
