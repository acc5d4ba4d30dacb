package codec

// OpusIsDtx tells whether an Opus packet carries no sound: its frames are
// empty, the sender is silent (RFC 6716 §2.1.9, §3.1). The last two bits of
// the first byte say how many frames there are: one (0), two of one size (1),
// two of any size (2), any number (3).
func OpusIsDtx(payload []byte) bool {
	if len(payload) == 0 {
		return false
	}
	switch payload[0] & 0x03 {
	case 0, 1:
		return len(payload) == 1
	case 2:
		// The second byte is the first frame's size, and no byte is left.
		return len(payload) == 2 && payload[1] == 0
	}
	return false
}
