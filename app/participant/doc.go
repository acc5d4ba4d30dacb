// Package participant takes part in calls: a client of the takos call protocol
// (docs/protocol.md) on pion/webrtc, which joins our own host like anybody
// else's, and one that knows no more than the specification.
//
// A Call has two PeerConnections, one that sends and one that receives, each
// against an ICE-lite server that has no SDP: their remote descriptions are made
// here from the transports' parameters, as mediasoup-client does. A broken
// socket is opened again with the resume secret while media goes on. Where the way
// to the host is gone, ICE restarts, if the host offers it; where media is dead all
// the same, the transports are made anew and everything is produced and consumed
// again, so that a *Producer stays valid. What comes from the host is bounded and
// checked before it gets near a description.
//
// RFC 6455 (WebSocket), RFC 8445 and 7675 (ICE and consent), RFC 8839 (SDP for
// ICE), RFC 8842 (DTLS), RFC 8853 (simulcast), RFC 4588 (RTX), RFC 6464 (audio
// level), RFC 7741 (VP8), RFC 7587 (Opus).
//
// Goroutines: Call.run owns the state of a Call; everything else posts to it.
// eventQueue.run hands events on. A socket has a reader and a writer, a lane does
// what changes a PeerConnection, a stream's RTCP is read by a goroutine of its
// own. Call.dial runs while a socket is opened. All end with the Call.
//
// Locks: a Producer, a sendTrack, an estimator, a remoteTrack, a recvTransport and a lossMeter have
// one each, which protects their own fields alone; Producer.mu is taken before
// sendTrack.mu, and no other is taken under one. Callbacks run without.
package participant
