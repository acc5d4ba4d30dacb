// Package ortc negotiates codecs and header extensions as mediasoup 3.27 does:
// it checks what endpoints send, builds the router's capabilities, and turns a
// producer's RtpParameters into those of each of its consumers.
//
// The path of a stream is ValidateRtpParameters, GetProducerRtpParametersMapping
// and GetConsumableRtpParameters when it is produced, ValidateRtpCapabilities,
// CanConsume and GetConsumerRtpParameters when it is consumed. Results share no
// memory with their inputs.
//
// Where JavaScript takes any value, this package refuses with ErrInvalid what
// the packet cannot carry: numbers that are no integers in the range of their
// field (payload types end at 127), arrays in place of objects, and more
// entries or longer strings than limits.go allows. An audio codec with
// channels 0 is taken as mono. Parameters of encodings that mediasoup does not
// name are dropped. A differential test holds everything else equal to
// mediasoup's own ortc.js.
//
// RFC 4585 (feedback), RFC 4588 (RTX), RFC 6184 (H264 profile-level-id),
// RFC 8285 (header extensions), RFC 8851 and 8852 (RID), RFC 9628 (VP9).
//
// Everything is pure apart from random SSRCs: no goroutine, no lock, no state.
// Functions may run concurrently on data that is not shared.
package ortc
