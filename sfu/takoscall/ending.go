package takoscall

import (
	"github.com/gorilla/websocket"

	"takoshome/sfu/sockets"
)

// closeCode says why a connection is closed (docs/takos-call.md).
type closeCode int

const (
	closeDone     closeCode = websocket.CloseNormalClosure // the controller has closed
	closeStopping closeCode = websocket.CloseGoingAway
	closeWrongKey closeCode = websocket.ClosePolicyViolation
	closeInternal closeCode = websocket.CloseInternalServerErr
	closeSlow     closeCode = websocket.CloseTryAgainLater
)

// frame is the payload of the close frame (RFC 6455 section 5.5.1).
func (c closeCode) frame() []byte { return websocket.FormatCloseMessage(int(c), c.text()) }

func (c closeCode) text() string {
	switch c {
	case closeStopping:
		return "host stops"
	case closeWrongKey:
		return "Invalid API Key"
	case closeInternal:
		return "internal error"
	case closeSlow:
		return "controller does not read"
	default:
		return ""
	}
}

// ending is the decision to close a connection.
type ending = sockets.Ending[closeCode]

func newEnding() *ending { return sockets.NewEnding[closeCode]() }
