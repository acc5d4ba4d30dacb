package sfu

import "takoshome/sfu/rtpstream"

// onceWindow is how far behind the newest a number may come: beyond what
// rtpstream takes of packets out of order. A multiple of 64.
const onceWindow = 2048

// once remembers the sequence numbers that were sealed. A second packet with the
// number of another, and with it the nonce, would give AES-GCM's authentication key
// away. Whether that can happen hangs on what the Producer sends: when numbers have
// gone nearly once round with packets that this client does not get, of a codec that
// it does not have, those that follow look like late ones.
type once struct {
	numbers rtpstream.Extender
	used    [onceWindow / 64]uint64 // a ring of bits
}

// take reports false for a number that was taken before, or may have been.
func (o *once) take(sequence uint16) bool {
	newest, started := o.numbers.Highest()
	number := o.numbers.Extend(sequence)
	switch {
	case !started || number >= newest+onceWindow:
		clear(o.used[:])
	case number > newest:
		for skipped := newest + 1; skipped < number; skipped++ {
			*o.word(skipped) &^= 1 << (skipped % 64)
		}
	case number+onceWindow <= newest || *o.word(number)>>(number%64)&1 == 1:
		return false
	}
	*o.word(number) |= 1 << (number % 64)
	return true
}

func (o *once) word(number uint64) *uint64 { return &o.used[number/64%uint64(len(o.used))] }
