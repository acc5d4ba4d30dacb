package sockets

import "sync"

// Ending is the decision to close a connection: the first one counts. C is the
// type of its close code (RFC 6455 section 7.4).
type Ending[C any] struct {
	begun chan struct{} // closed by the decision
	once  sync.Once
	code  C // set before begun is closed, to be read after
}

// NewEnding makes one that has not begun.
func NewEnding[C any]() *Ending[C] { return &Ending[C]{begun: make(chan struct{})} }

// End decides, unless that has been done.
func (e *Ending[C]) End(code C) {
	e.once.Do(func() {
		e.code = code
		close(e.begun)
	})
}

// Begun is closed by the decision.
func (e *Ending[C]) Begun() <-chan struct{} { return e.begun }

// HasBegun says whether it is decided.
func (e *Ending[C]) HasBegun() bool {
	select {
	case <-e.begun:
		return true
	default:
		return false
	}
}

// Code is the decision's, once it has begun.
func (e *Ending[C]) Code() C { return e.code }
