// Package yuv converts and shrinks pictures of the kind that cameras give and
// video codecs take: a plane of brightness (Y) and two of colour (Cb, Cr).
//
// Colours are those of ITU-R BT.601 in the limited range (Y from 16 to 235), in
// both directions and for every size. VP8 has no other (RFC 6386 section 9.2),
// browsers take WebRTC video for it where the stream does not say otherwise, and
// cameras deliver it; a BT.709 stream would show a slight shift of green and red
// and nothing worse. JPEG's full range is squeezed once, by FullToLimited, where
// a picture enters.
//
// Everything here is pure and starts no goroutine. A Scaler keeps buffers
// between calls, so each goroutine needs its own.
package yuv
