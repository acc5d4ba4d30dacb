// Package takoscall is the control API of takos-call (docs/takos-call.md): a
// takos server that lets others carry its media commands rooms, peers,
// transports, producers and consumers on a WebSocket (RFC 6455), and hears of
// all that becomes of them. The takos server is called the controller; the
// peers' browsers it deals with by itself, and their media come to the host's
// WebRtcServer.
//
// One goroutine, hub.run, owns all rooms and what is below them. A command is
// read on its connection's goroutine and carried out as one step of the hub;
// its events and then its answer go to the outboxes within that step, so that
// every controller hears everything in the order in which it happened. The
// media path says only that a transport has changed (inbox); the hub looks.
//
// Each connection has two goroutines: the one net/http started reads, and one
// writes. The outbox holds 32768 messages, more than the end of the fullest
// room brings at once; a controller for whom it is full does not read, and is
// sent away with 1013. Of one controller's commands 16 may be without their
// answer written; more wait on the connection. So nobody delays another.
//
// Server.Close ends the accept loop, the connections and the hub, and waits for
// all of them. Locks: handler.mu, gate.mu, limitedListener.mu, outbox.mu and
// inbox.mu are leaves, held for fields only.
package takoscall
