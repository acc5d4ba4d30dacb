package sfu

// silence is the audio level of no sound at all, in -dBov (RFC 6464 section 3).
const silence = 127

// voice gathers the audio levels that the packets of a Producer carry. All is
// protected by the transport's in.mu.
type voice struct {
	sum   uint32 // of levels in -dBov
	count uint32 // of packets
}

// hearLocked takes the value of the header extension, empty in a packet without:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|V|    level    |
//	+-+-+-+-+-+-+-+-+
//
// V, whether it is a voice, is not to be relied on: most clients do not detect
// any. Needs in.mu.
func (v *voice) hearLocked(extension []byte) {
	if len(extension) == 1 {
		v.sum += uint32(extension[0] & 0x7F)
		v.count++
	}
}

// takeLocked returns the mean volume in dBov, 0 for the loudest and -127 for
// silence, and begins anew. Needs in.mu.
func (v *voice) takeLocked() int8 {
	volume := -silence
	if v.count > 0 {
		volume = -int(v.sum / v.count)
	}
	*v = voice{}
	return int8(volume)
}

// takeVolume returns how loud the Producer was since it was last asked; silence
// while it is paused.
func (p *Producer) takeVolume() int8 {
	p.transport.in.mu.Lock()
	defer p.transport.in.mu.Unlock()
	volume := p.voice.takeLocked()
	if p.Paused() {
		return -silence
	}
	return volume
}
