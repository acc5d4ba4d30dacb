// Package tcp carries datagrams over TCP connections, for clients whose networks
// let no UDP through: the passive side of ICE-TCP (RFC 6544), where each datagram
// has its length before it (RFC 4571). What they mean is decided elsewhere.
//
// # Threats
//
// Anybody may connect. A connection has a few seconds to bring a datagram that
// the Handler takes as proof; until then it costs little memory, the oldest of
// those that wait gives way to a new one, and none takes another's place once
// there are too many, in all or from one address. A frame must be whole soon after
// it has begun, no frame is empty or larger than a packet, and who is silent for
// longer than consent lasts (RFC 7675) is cut off.
//
// # Slow readers
//
// Send never waits: it copies into a queue of the connection's own, which one
// goroutine writes. When that is full, media is dropped: the rest of the frame
// that did not fit (the packets of one SSRC and one timestamp), so that what
// comes next is whole. A client that takes nothing at all is cut off. The
// system's own buffer is kept small, as what lies there comes late.
//
// Goroutines: one accepts, and each connection has a reader and a writer;
// Listener.Close waits for all. The Handler is called on the readers.
//
// Locks: Listener.mu before queue.mu. The Handler is called without.
package tcp
