package sound

import (
	"takoshome/app/media"
)

// kind is the direction of a device.
type kind int

const (
	capture  kind = iota // microphones
	playback             // speakers
)

func (k kind) String() string {
	if k == capture {
		return "microphone"
	}
	return "speaker"
}

// channels is how many a device is opened with.
func (k kind) channels() int {
	if k == capture {
		return 1
	}
	return 2
}

// system is a sound system, such as PulseAudio. All its methods are called by
// the engine's goroutine alone.
type system interface {
	// list fails when the system has gone for good; it is closed then.
	list() (listing, error)
	open(streamConfig) (stream, error)
	// close waits until all is released. Streams are closed before.
	close()
}

// stream is an open and running device.
type stream interface {
	// close waits, within bounds, until data is not called any more.
	close()
}

// streamConfig says which device to open and what to do then. Both functions
// are called from a thread of the device and must not wait.
type streamConfig struct {
	kind   kind
	handle any // of a target
	// periodMs is how much sound a microphone hands over at once, or how much
	// waits in the buffer of a speaker.
	periodMs int
	// data takes what a microphone gave, or fills what a speaker is to play;
	// pcm is only lent and of any length.
	data func(pcm []int16)
	// stopped tells that the device stopped by itself.
	stopped func()
}

// target is something to open. Two of one key are the same.
type target struct {
	key    string
	handle any // nil: whatever the system chooses, now and later
}

// listing is all devices of one moment.
type listing struct {
	microphones, speakers []media.Device
	// targets are what IDs mean, by kind and ID; Default is among them when the
	// system has a default.
	targets [2]map[string]target
}

// resolve finds what an ID means now.
func (l listing) resolve(k kind, id string) (target, bool) {
	found, ok := l.targets[k][id]
	return found, ok
}
