package devicetest

import (
	"io"

	"github.com/pion/rtp"

	"takoshome/app/media"
)

// Track is a track without packets, which ends when End is closed.
type Track struct{ End chan struct{} }

// NewTrack gives one.
func NewTrack() *Track { return &Track{End: make(chan struct{})} }

// Codec is that of sound.
func (t *Track) Codec() media.Codec {
	return media.Codec{MimeType: "audio/opus", PayloadType: 100, ClockRate: 48_000, Channels: 2}
}

// ReadRTP waits for the end.
func (t *Track) ReadRTP() (*rtp.Packet, error) {
	<-t.End
	return nil, io.EOF
}

// RequestKeyFrame does nothing.
func (t *Track) RequestKeyFrame() {}
