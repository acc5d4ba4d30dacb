// Package codec reads from RTP payloads what a media server has to know
// without decoding: where a keyframe begins and how large its picture is,
// which layer a packet belongs to, whether a voice is silent.
//
// Formats: VP8 (RFC 7741), VP9 (RFC 9628), H.264 (RFC 6184), AV1 (the RTP
// payload format of the Alliance for Open Media, v1.0), Opus (RFC 7587, RFC
// 6716). Sizes of pictures come from the bitstreams' own headers: RFC 6386
// §9.1, VP9 bitstream specification §6.2, ITU-T H.264 §7.3.2.1, AV1 bitstream
// specification §5.5.
//
// Everything here is pure: no goroutine, no lock, no state, no allocation.
// Payloads come from the network and may be encrypted end to end, so that any
// bytes are to be expected: what makes no sense yields the zero Info.
package codec
