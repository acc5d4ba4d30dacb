package rtpstream

import "time"

// ntpEpochOffset is the seconds from 1900, where NTP counts from, to 1970
// (RFC 5905 §6).
const ntpEpochOffset = 2_208_988_800

// ticksOf converts a duration to RTP ticks at the clock rate.
func ticksOf(d time.Duration, clockRate uint32) int64 {
	// Whole seconds apart from the rest: one product would overflow on hosts
	// that are up for long.
	rate := int64(clockRate)
	return int64(d/time.Second)*rate + int64(d%time.Second)*rate/int64(time.Second)
}

// millisecondsOf converts RTP ticks to milliseconds.
func millisecondsOf(ticks float64, clockRate uint32) float64 {
	return ticks * 1000 / float64(clockRate)
}

// ntpOf converts a wall time to a 64-bit NTP timestamp (RFC 3550 §4).
func ntpOf(t time.Time) uint64 {
	seconds := uint64(t.Unix() + ntpEpochOffset)
	return seconds<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// compactNtp returns the middle 32 bits of an NTP timestamp: units of 1/65536
// second that wrap after 18 hours (RFC 3550 §4).
func compactNtp(ntp uint64) uint32 {
	return uint32(ntp >> 16)
}

// compactOf converts a duration to units of 1/65536 second. One too long for
// the field gives its greatest value, a negative one zero.
func compactOf(d time.Duration) uint32 {
	if d <= 0 {
		return 0
	}
	if d >= seqCycle*time.Second {
		return ^uint32(0)
	}
	return uint32(uint64(d/time.Second)<<16 | uint64(d%time.Second)<<16/uint64(time.Second))
}

// durationOfCompact converts units of 1/65536 second to a duration.
func durationOfCompact(units uint32) time.Duration {
	return time.Duration(uint64(units) * uint64(time.Second) >> 16)
}

// ticksBetweenNtp returns how many RTP ticks NTP timestamp a is ahead of b.
func ticksBetweenNtp(a, b uint64, clockRate uint32) int64 {
	diff := int64(a - b)
	fraction := uint64(uint32(diff)) * uint64(clockRate) >> 32
	return (diff>>32)*int64(clockRate) + int64(fraction)
}
