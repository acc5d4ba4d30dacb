package takoscall

import (
	"sync"

	"github.com/gorilla/websocket"
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

// ending is the decision to close a connection: the first one counts.
type ending struct {
	begun chan struct{} // closed by the decision
	once  sync.Once
	code  closeCode // set before begun is closed, to be read after
}

func newEnding() *ending { return &ending{begun: make(chan struct{})} }

func (e *ending) end(code closeCode) {
	e.once.Do(func() {
		e.code = code
		close(e.begun)
	})
}

func (e *ending) hasBegun() bool {
	select {
	case <-e.begun:
		return true
	default:
		return false
	}
}
