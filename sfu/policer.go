package sfu

import (
	"time"

	"takoshome/sfu/ortc"
)

const (
	// A Producer may send this much: above what browsers send of a voice in stereo
	// and of a large screen.
	maxAudioBps = 1_000_000
	maxVideoBps = 25_000_000
	// One that has announced its bitrate may send twice that, for repetitions and
	// for probing the way, and this much at least.
	announcedFactor = 2
	minPolicedBps   = 1_000_000
	// policedSpan is what may come at once, of a keyframe or after a gap, in time at
	// the full bitrate.
	policedSpan = time.Second
)

// policer is a token bucket that bounds what a Producer sends: one peer's line may
// carry what all other peers' cannot.
type policer struct {
	limitBps uint64

	// Protected by the transport's in.mu:
	bytes   float64 // that may still come
	filled  time.Time
	dropped uint64
}

func newPolicer(kind ortc.MediaKind, encodings []ortc.RtpEncodingParameters) policer {
	limit := uint64(maxVideoBps)
	if kind == ortc.KindAudio {
		limit = maxAudioBps
	}
	announced := uint64(0)
	for _, e := range encodings {
		if e.MaxBitrate == 0 {
			return policer{limitBps: limit}
		}
		announced += uint64(e.MaxBitrate)
	}
	if announced > 0 {
		limit = min(limit, max(announcedFactor*announced, minPolicedBps))
	}
	return policer{limitBps: limit}
}

// admits reports false for a packet beyond the limit. Needs in.mu.
func (p *policer) admits(now time.Time, size int) bool {
	full := float64(p.limitBps) / 8 * policedSpan.Seconds()
	if p.filled.IsZero() {
		p.bytes, p.filled = full, now
	}
	if elapsed := now.Sub(p.filled); elapsed > 0 {
		p.bytes = min(p.bytes+float64(p.limitBps)/8*elapsed.Seconds(), full)
		p.filled = now
	}
	if p.bytes < float64(size) {
		p.dropped++
		return false
	}
	p.bytes -= float64(size)
	return true
}
