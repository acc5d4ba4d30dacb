package media

import (
	"time"

	"github.com/pion/rtp"
)

// Codec is what a RemoteTrack is encoded with.
type Codec struct {
	MimeType    string // "audio/opus", "video/VP8"
	PayloadType uint8
	ClockRate   uint32
	Channels    int // of audio
}

// RemoteTrack is one consumer's media: packets as they came from the network,
// lost ones not yet made good, retransmitted ones in their place late.
type RemoteTrack interface {
	Codec() Codec
	// ReadRTP gives the next packet, io.EOF after the last. One goroutine reads.
	ReadRTP() (*rtp.Packet, error)
	// RequestKeyFrame asks for a keyframe; too frequent ones are held back.
	RequestKeyFrame()
}

// Playback plays and shows what friends send.
type Playback interface {
	// SetSpeaker changes the speaker: a Device's ID, Default or None. A missing
	// one is reported as trouble, and taken when it comes.
	SetSpeaker(id string)
	// SetDeafened silences everything.
	SetDeafened(deafened bool)
	// PlayAudio and PlayVideo read the track to its end or to Close.
	PlayAudio(RemoteTrack) Voice
	PlayVideo(RemoteTrack) Picture
	Close() error
}

// Voice is a friend's sound.
type Voice interface {
	// SetVolume sets the loudness in percent, from 0 to 200.
	SetVolume(percent int)
	// Level is the loudness of the last 100 ms before volume, from 0 to 1.
	Level() float64
	Stats() VoiceStats
	Close()
}

// VoiceStats are figures of a Voice.
type VoiceStats struct {
	DelayMs   float64 // what the jitter buffer holds on average
	Packets   uint64
	Lost      uint64 // never came in time
	Recovered uint64 // of those, by FEC
	Concealed time.Duration
}

// Picture is a friend's video.
type Picture interface {
	// Show draws on view; nil: nowhere, and decoding goes on.
	Show(view *View)
	Stats() PictureStats
	Close()
}

// PictureStats are figures of a Picture.
type PictureStats struct {
	Width, Height int
	Frames        uint64 // decoded
	Freezes       uint64 // times no frame came for 500 ms while packets did
	Errors        uint64 // decoding errors, each followed by a keyframe request
	// FirstFrame is the time from the first packet to the first decoded frame.
	FirstFrame time.Duration
	LastFrame  time.Time
}
