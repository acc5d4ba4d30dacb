// Package sfu is the selective forwarding unit: mediasoup's objects, in its
// words. A WebRtcServer owns the one port, of UDP and of TCP beside it for clients
// that UDP does not get through to, and tells its packets apart (RFC 7983); a Router knows the codecs of one call; a WebRtcTransport is one
// peer connection of a client (ICE-lite, RFC 8445; DTLS 1.2 with SRTP keys,
// RFC 5764; SRTP, RFC 3711 and 7714); a Producer is a stream that comes in, a
// Consumer one that goes out; an AudioLevelObserver tells who is loud, by what
// the packets say of themselves (RFC 6464). The package knows no room, no
// WebSocket and no window.
//
// A packet's way: WebRtcServer.read → WebRtcTransport.handleRtp (decrypt, find
// the stream) → Producer.forward → Consumer.forward (choose, rewrite) →
// outbound.sealLocked (encrypt) → udp.Batch, sent when the read batch is used up.
// The payload stays where it was read and decrypted: each Consumer writes a header
// of its own and encrypts from there to its place in the Batch.
// It runs through on a reader's goroutine, the same one for all from one sender; what one read brought of a Producer
// is forwarded to one Consumer after another. What goes out over TCP is copied to
// the connection's own queue, so that a slow client delays nobody. A Wire brings
// packets within the process, from a relay's goroutines, and takes them there.
//
// Goroutines: a few readers and one ticker for each WebRtcServer (the ticker only
// while there are transports; it also reads transport-wide feedback, which comes
// to a socket aside and wakes nobody), one for the DTLS association of each
// transport while that does not rest, and two for each TCP connection, one of which reads as the others do.
// WebRtcServer.Close waits for all of them.
//
// Locks, from the outermost: candidates.changing (listeners run under it), Router.mu, AudioLevelObserver.mu, inbound.mu,
// outbound.mu, Producer.mu; and innermost, never two together, history.mu,
// candidates.mu, FingerprintSet.mu, WebRtcServer.mu, wires.mu, those of sfu/tcp.
// inbound.mu guards what comes in (ICE, SRTP in, the receive streams of the
// transport's producers), outbound.mu what goes out (SRTP out, the state of the
// transport's consumers). Never two transports' locks at once; no callback
// and no system call under a lock.
package sfu
