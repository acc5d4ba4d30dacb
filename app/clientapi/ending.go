package clientapi

import (
	"sync"

	"github.com/gorilla/websocket"
)

// closeCode is why the host closes a socket (RFC 6455 section 7.4).
type closeCode int

const (
	closeNormal    closeCode = websocket.CloseNormalClosure
	closeGoingAway closeCode = websocket.CloseGoingAway
	closePolicy    closeCode = websocket.ClosePolicyViolation
	closeInternal  closeCode = websocket.CloseInternalServerErr
	closeTryLater  closeCode = websocket.CloseTryAgainLater
	closeSignedOut closeCode = 4401
)

func (c closeCode) frame() []byte {
	reason := ""
	switch c {
	case closeSignedOut:
		reason = "signed out"
	case closeTryLater:
		reason = "dropped"
	}
	return websocket.FormatCloseMessage(int(c), reason)
}

// ending is the end of a socket, for which the first reason counts.
type ending struct {
	begun chan struct{} // closed when it has

	once sync.Once
	code closeCode // set before begun is closed
}

func newEnding() *ending { return &ending{begun: make(chan struct{})} }

func (e *ending) end(code closeCode) {
	e.once.Do(func() {
		e.code = code
		close(e.begun)
	})
}
