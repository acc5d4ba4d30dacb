// Package udp carries datagrams between the network and the media server.
//
// One Socket holds one UDP port (RFC 768) for every protocol of the server;
// who a datagram is for is decided elsewhere, by its first byte (RFC 7983).
// Reads fill a slice of Messages and writes are gathered in a Batch, so that
// a system with calls for many datagrams at once can serve both without a
// change to the callers. This implementation spends one system call a
// datagram and runs on every system Go runs on.
//
// Goroutines: the package starts none. A Socket may be used by several
// goroutines at once; a Batch and the Messages of one read belong to one.
//
// Locks: none of its own; counters are atomic.
package udp
