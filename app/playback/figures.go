package playback

import (
	"time"

	"takoshome/app/media"
)

// freeze is for how long packets come without a frame before that counts.
const freeze = 500 * time.Millisecond

// figures counts for Stats; its owner locks it.
type figures struct {
	stats   media.PictureStats
	first   time.Time // packet
	last    time.Time // packet
	waiting time.Time // the first packet since the last frame
	frozen  bool
}

func (f *figures) packet(now time.Time) {
	if f.first.IsZero() {
		f.first = now
	}
	if f.waiting.IsZero() || now.Sub(f.last) > freeze {
		f.waiting = now // they had paused
	}
	f.last = now
	if !f.frozen && now.Sub(f.waiting) > freeze {
		f.frozen = true
		f.stats.Freezes++
	}
}

func (f *figures) frame(now time.Time, width, height int) {
	if f.stats.Frames == 0 {
		f.stats.FirstFrame = now.Sub(f.first)
	}
	f.stats.Frames++
	f.stats.Width, f.stats.Height = width, height
	f.stats.LastFrame = now
	f.waiting, f.frozen = time.Time{}, false
}
