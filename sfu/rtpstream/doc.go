// Package rtpstream keeps the state of RTP streams passing through the SFU:
// RecvStream for one received from a producer, SendStream for one sent to a
// consumer, Rewriter for the sequence numbers and timestamps between them,
// Cache for retransmission, KeyFrameRequests for throttling PLI and FIR, and
// Presence for noticing that a producer was closed without a word.
//
// It follows RFC 3550 (RTP: sequence validation A.1, loss A.3, jitter A.8,
// reports 6.4), RFC 4585 (generic NACK) and RFC 4588 (RTX). The limits and the
// score are those of mediasoup's worker.
//
// Everything here is pure: time comes in as now, randomness through the
// configuration, and no goroutine or lock exists. No type is safe for
// concurrent use; the mutex of the transport, producer or consumer that owns a
// value guards it. The methods called for every packet do not allocate once
// their buffers have grown to the stream's rate.
//
// Sequence numbers and timestamps wrap, so they are compared only through
// SeqLess, SeqDiff, TimestampLess and TimestampDiff, or unwrapped by Extender.
package rtpstream
