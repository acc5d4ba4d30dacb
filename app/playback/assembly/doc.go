// Package assembly puts one friend's video together again: RTP packets go in,
// whole frames come out, in order. It is pure: time comes with each call.
//
// Formats: VP8 (RFC 7741), VP9 (RFC 9628) and H.264 (RFC 6184, packetization
// modes 0 and 1). A frame of VP9 has a part for each spatial layer; one of H.264
// comes as a byte stream with start codes (ITU-T H.264 annex B).
//
// A missing packet is waited for, about as long as retransmissions took so
// far. Then its frame is given up, and all that follow up to a keyframe, because
// they build on it; only a frame that no other builds on goes alone. A keyframe
// that is whole ends the waiting at once.
//
// What comes from the network is bounded: packets kept, bytes of a frame, and the
// size of its picture.
//
// It starts no goroutine and has no lock: its owner locks it.
package assembly
