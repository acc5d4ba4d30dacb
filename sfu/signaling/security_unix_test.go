//go:build unix

package signaling_test

import (
	"context"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
)

// One who never reads is sent away, and until then delays nobody.
func TestSec34ClientThatNeverReads(t *testing.T) {
	t.Parallel()
	h := newHost(t, withSmallSendBuffers)
	bob, carol := h.dial("bob"), h.dial("carol")
	h.dialDeaf("alice")
	h.await("alice to come", func() bool { return h.rooms.HasPeer("den", "alice") })

	slowest := time.Duration(0)
	for round := range 100 {
		before := time.Now()
		bob.Send(callertest.ProduceRequest("audio", fmt.Sprint(round), 5))
		id := callertest.AwaitOwnProduced(bob, "bob")
		carol.NextWhere("produce", func(m callertest.Message) bool {
			return m.Type() == "produce" && m.Text("producerId") == id
		})
		bob.Send(map[string]any{"type": "closeProducer", "producerId": id})
		carol.Next("producerClosed")
		slowest = max(slowest, time.Since(before))
	}
	t.Logf("slowest of 100 rounds beside a client that never reads: %v", slowest)
	// A write to alice waits for 10 s; nobody else may wait for it.
	if slowest >= signaling.WriteTimeout {
		t.Errorf("the slowest of 100 rounds took %v", slowest)
	}
	h.await("alice to be evicted", func() bool { return !h.peer("alice").Connected })
	bob.Settle()
	carol.Settle()
}

// withSmallSendBuffers leaves little room for what a client does not read.
func withSmallSendBuffers(c *hostConfig) {
	c.accepted = func(conn *net.TCPConn) { _ = conn.SetWriteBuffer(2048) }
}

// dialDeaf opens a socket with a small receive buffer and never reads.
func (h *host) dialDeaf(user string) {
	h.t.Helper()
	small := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		var err error
		if controlErr := raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048)
		}); controlErr != nil {
			return controlErr
		}
		return err
	}}
	dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return small.DialContext(ctx, network, address)
	}}
	conn, _, err := dialer.Dial(h.address(h.query(user)), nil)
	must(h.t, err)
	h.t.Cleanup(func() { _ = conn.Close() })
}
