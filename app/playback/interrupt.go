package playback

import (
	"time"

	"takoshome/app/media"
)

// interruptible is a track of which a read can be ended before anything comes.
type interruptible interface{ SetReadDeadline(time.Time) error }

// interrupt ends a read of the track at once where the track can do that.
func interrupt(track media.RemoteTrack) {
	if t, ok := track.(interruptible); ok {
		_ = t.SetReadDeadline(time.Now())
	}
}

// allowReads undoes interrupt, for a track that is played a second time.
func allowReads(track media.RemoteTrack) {
	if t, ok := track.(interruptible); ok {
		_ = t.SetReadDeadline(time.Time{})
	}
}
