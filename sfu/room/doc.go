// Package room keeps who is in a call and who produces and consumes what. It
// speaks no wire format: package signaling turns its Events into messages, and
// messages into calls of a Membership.
//
// Rooms finds or makes a Room by its name. A Room is one goroutine that owns
// all of the room's state; everything else reaches it through Room.do, which
// hands over a function and waits until it has run. The mailbox has no length:
// who asks waits its turn, and a WebSocket asks for one thing at a time, so
// that a busy room slows its own callers and nobody else.
//
// A peer is a person in the room, its media are two WebRtcTransports with one
// set of fingerprints, and a Membership is one WebSocket's hold on the peer. A
// socket may be replaced by a newer one under the same peer; what the older one
// still asks for is refused, and its cleaning up touches nothing.
//
// What a step of the room means to a peer is collected while the step runs and
// handed to the peer's Notify in one piece when it is done, the answer to its
// own request in its place among the rest. Notify runs on the room's goroutine
// and returns at once.
//
// Who speaks is what the router's AudioLevelObserver hears; who is muted and what
// was written ends with the room. All of it is told at a bounded pace, whatever
// the peers do.
//
// Callbacks of package sfu come from the media path, with or without the
// room's goroutine below them. They leave a mark in the room's inbox and
// return; the room looks at the marked object later. So they never wait, and a
// Close that waits for them cannot deadlock.
//
// Locks: Rooms.mu, tickets.mu and inbox.mu are leaves, held for map operations
// only and never together.
package room
