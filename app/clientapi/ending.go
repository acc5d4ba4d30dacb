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

	mu   sync.Mutex
	code closeCode // mu protects it until begun is closed
	hook func()    // mu protects it
}

func newEnding() *ending { return &ending{begun: make(chan struct{})} }

func (e *ending) end(code closeCode) {
	e.mu.Lock()
	isFirst := e.code == 0
	if isFirst {
		e.code = code
		close(e.begun)
	}
	hook := e.hook
	e.mu.Unlock()
	if isFirst && hook != nil {
		hook()
	}
}

// then has hook called once, when the end has begun.
func (e *ending) then(hook func()) {
	e.mu.Lock()
	e.hook = hook
	hasBegun := e.code != 0
	e.mu.Unlock()
	if hasBegun {
		hook()
	}
}
