package jitter

// SampleRate is that of the sound given, in samples a second and channel. It is
// the RTP clock rate of Opus too (RFC 7587 §4.1), whatever was recorded.
const SampleRate = 48000

// Channels is how many samples of the sound given belong to one moment.
const Channels = 2

// An Opus packet lasts a multiple of 2.5 ms, and 120 ms at most (RFC 6716 §3.2.5).
const (
	minPacket = SampleRate / 400
	maxPacket = SampleRate * 120 / 1000
)

// durationOf returns how many samples a channel an Opus packet lasts, 0 if it
// is none. The first byte says so, and with code 3 the second one (RFC 6716 §3.1):
//
//	+-+-+-+-+-+-+-+-+
//	| config  |s| c |  c: one frame, two (1, 2), or any number (3)
//	+-+-+-+-+-+-+-+-+
func durationOf(packet []byte) int {
	if len(packet) == 0 {
		return 0
	}
	frames := 2
	switch packet[0] & 0x03 {
	case 0:
		frames = 1
	case 3:
		if len(packet) < 2 {
			return 0
		}
		frames = int(packet[1] & 0x3f)
	}
	if total := frames * frameOf(packet[0]); total <= maxPacket {
		return total
	}
	return 0
}

// frameOf is the length of one frame by RFC 6716 table 2.
func frameOf(toc byte) int {
	const ms = SampleRate / 1000
	switch config := toc >> 3; {
	case config < 12: // SILK
		return [...]int{10, 20, 40, 60}[config%4] * ms
	case config < 16: // both
		return [...]int{10, 20}[config%2] * ms
	default: // CELT
		return 5 * ms / 2 << (config % 4)
	}
}

// hasCorrection tells whether a packet carries the one before it a second time,
// in lower quality (RFC 6716 §4.2.4). Only SILK's frames can, and they say so in
// the bits behind those that tell of voice, one for each 20 ms.
func hasCorrection(packet []byte) bool {
	if len(packet) < 2 || packet[0]>>3 >= 16 {
		return false
	}
	frame := firstFrame(packet)
	if len(frame) == 0 {
		return false
	}
	parts := max(1, frameOf(packet[0])/(SampleRate/50))
	mono := frame[0]>>(7-parts)&1 != 0
	if packet[0]&0x04 == 0 || mono {
		return mono
	}
	return 6-2*parts >= 0 && frame[0]>>(6-2*parts)&1 != 0
}

// firstFrame skips what goes before the first frame, as far as senders of calls
// use it: any number of frames in a packet (code 3) is left alone.
func firstFrame(packet []byte) []byte {
	switch packet[0] & 0x03 {
	case 0, 1:
		return packet[1:]
	case 2: // a length of one byte or two (RFC 6716 §3.2.1)
		if packet[1] < 252 {
			return packet[2:]
		}
		return packet[min(3, len(packet)):]
	}
	return nil
}
