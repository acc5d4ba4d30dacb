package signaling

import (
	"github.com/gorilla/websocket"

	"takoshome/sfu/room"
	"takoshome/sfu/sockets"
)

// closeCode says why the server closes a socket (docs/protocol.md section 1.4).
type closeCode int

const (
	closeDone        closeCode = websocket.CloseNormalClosure // the client has closed
	closeStopping    closeCode = websocket.CloseGoingAway
	closeFlooding    closeCode = websocket.ClosePolicyViolation
	closeInternal    closeCode = websocket.CloseInternalServerErr
	closeSlow        closeCode = websocket.CloseTryAgainLater
	closeRemoved     closeCode = 4000
	closeReplaced    closeCode = 4001
	closeUnconnected closeCode = 4008
	closeEnded       closeCode = 4010
)

func closeCodeOf(reason room.ClosedReason) closeCode {
	switch reason {
	case room.ReasonRemoved:
		return closeRemoved
	case room.ReasonReplaced:
		return closeReplaced
	case room.ReasonNeverConnected:
		return closeUnconnected
	default:
		return closeEnded
	}
}

// frame is the payload of the close frame (RFC 6455 section 5.5.1).
func (c closeCode) frame() []byte { return websocket.FormatCloseMessage(int(c), c.text()) }

func (c closeCode) text() string {
	switch c {
	case closeStopping:
		return "host stops"
	case closeFlooding:
		return "too many messages"
	case closeInternal:
		return "internal error"
	case closeSlow:
		return "client does not read"
	case closeRemoved:
		return "removed by the host"
	case closeReplaced:
		return "replaced by a newer connection"
	case closeUnconnected:
		return "never connected"
	case closeEnded:
		return "call ended by the host"
	default:
		return ""
	}
}

// ending is the decision to close a connection.
type ending = sockets.Ending[closeCode]

func newEnding() *ending { return sockets.NewEnding[closeCode]() }
