// Package signaling speaks the takos call protocol of docs/protocol.md on a
// WebSocket (RFC 6455): it lets holders of a token in, turns their messages
// into calls of a room.Membership, and the room's events into messages.
//
// Everything that can be refused is refused before the upgrade, with an HTTP
// status. After it a socket has two goroutines, of which one reads,
// and one writes. The reader decodes a message, notes in the outbox what the
// writer must know of it, and calls the room. The room's answers and news come
// to the outbox from the room's goroutine, in order; the writer alone knows the
// client's dialect, makes JSON and touches the socket.
//
// The outbox holds 64 entries, each what one step of a room or one request
// brought. Filling it never waits: a client for whom it is full does not read,
// and is sent away with 1013 (it may resume). So a slow client delays nobody.
//
// The reader starts the writer and waits for it; Handler.Close ends all
// sockets and waits for the readers. Locks: Handler.mu and gate.mu are leaves,
// held for map operations only.
package signaling
