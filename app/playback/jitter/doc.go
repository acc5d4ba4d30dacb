// Package jitter turns one friend's Opus packets, as the network brings them,
// into sound at the pace of the speaker. It is pure: the decoder is given, and
// time comes with each call.
//
// A packet waits between 20 and 180 ms for its turn, which makes a buffer of
// 40 to 200 ms with packets of 20 ms. How long is decided by how late packets
// were in the last seconds, retransmitted ones among them (delay.go). The
// buffer grows and shrinks by repeating or dropping one period of the sound
// where that is not heard (stretch.go); the same absorbs the drift between the
// sender's clock and the speaker's.
//
// What is missing when its turn comes is made good by the forward error
// correction in the packet behind it, or concealed (RFC 6716 §2.1.7, §4.4). Where
// nothing comes at all, as when a friend mutes, the concealment fades out, and
// what comes next starts afresh. Timestamps that leap without a gap in the
// sequence numbers are silence that was not sent (RFC 7587 §3.1.3).
//
// It starts no goroutine. One goroutine calls Put and one calls Pull, at the same
// time; the lock of the buffer is held for neither decoding nor anything else
// that lasts.
package jitter
