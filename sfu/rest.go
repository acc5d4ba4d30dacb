package sfu

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/pion/dtls/v3"
)

// An association has nothing to do between its handshake and its close_notify,
// and takes four goroutines and 20 KiB for that: more than all else of a consumer.
// So it rests in between: what is kept is its state, of which it is made again when
// the peer says something, or when we have to say goodbye.
//
// A state may be used by one connection at a time, or record numbers, and with
// them nonces, would be used twice: the one that goes to rest is muted before its
// state is taken, and a state is taken out of association.resting by the one that
// wakes up.

// confirmLocked notes that the client has finished its handshake too: from then
// on it asks for nothing again. Needs in.mu.
func (a *association) confirmLocked() {
	if !a.confirmed {
		a.confirmed = true
		close(a.confirm)
	}
}

// rest reports false where the state cannot be kept.
func (a *association) rest(conn *dtls.Conn, pipe *dtlsPipe) bool {
	pipe.muted.Store(true)
	state, ok := conn.ConnectionState()
	if !ok || !a.layToRest(&state) {
		pipe.muted.Store(false)
		return false
	}
	_ = conn.Close() // nothing is told of it
	return true
}

// layToRest reports false when the transport has been closed meanwhile.
func (a *association) layToRest(state *dtls.State) bool {
	in := &a.transport.in
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return false
	}
	state.PeerCertificates = nil // they were looked at
	a.resting = state
	a.pipe.Store(nil)
	return true
}

// wakeFor wakes the association for a datagram of the peer's, if it is one that
// matters: an encrypted alert. It returns where that goes.
//
//	|  type (21: alert)  |  version (2)  |  epoch (2)  | ... (RFC 6347 section 4.1)
func (a *association) wakeFor(datagram []byte) *dtlsPipe {
	const alert, epochAt = 21, 3
	if len(datagram) < epochAt+2 || datagram[0] != alert || binary.BigEndian.Uint16(datagram[epochAt:]) == 0 {
		return nil
	}
	in := &a.transport.in
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.closed {
		a.wakeLocked()
	}
	return a.pipe.Load()
}

// wakeLocked wakes the association if it rests. Needs in.mu.
func (a *association) wakeLocked() {
	state := a.resting
	if state == nil {
		return
	}
	a.resting = nil
	pipe := newDtlsPipe(a.transport)
	a.pipe.Store(pipe)
	a.transport.server.associations.Go(func() { a.runAgain(state, pipe) })
}

// runAgain is the goroutine of an association that has been woken; it stays awake.
func (a *association) runAgain(state *dtls.State, pipe *dtlsPipe) {
	defer func() { _ = pipe.Close() }()
	defer a.end()
	conn, err := dtls.ResumeWithOptions(state, pipe, pipe.RemoteAddr(), a.options()...)
	if err != nil {
		a.transport.log().Error("resume DTLS", "error", err)
		return
	}
	// Nothing is sent: it only starts what reads. The transport may be closed, in
	// order to say so.
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		// The alert that woke us may be read before this is over.
		var goodbye interface{ IsFatalOrCloseNotify() bool }
		if !errors.As(err, &goodbye) {
			a.transport.log().Error("resume DTLS", "error", err)
		}
		_ = conn.Close() // it has failed already
		return
	}
	a.attend(conn, pipe, nil)
}
