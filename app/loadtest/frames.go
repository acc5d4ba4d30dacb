package loadtest

import (
	"math"
	"math/rand/v2"
	"time"
)

// Pattern is how the packets of a picture follow one another.
type Pattern string

// The patterns of a publisher's packets.
const (
	// Bursts has all packets of a picture at once, as encoders make them.
	Bursts Pattern = "bursts"
	// Paced has packets of one size at even distances, as a sender with a strict
	// pacer, or a slow line, has them.
	Paced Pattern = "paced"
)

const (
	framesPerSecond = 30
	// maxVideoPayload is what libwebrtc puts behind the header and extensions of
	// a packet of 1,200 bytes.
	maxVideoPayload = 1160
	pacedPayload    = maxVideoPayload
	// pacedFrame is how many even packets make a picture.
	pacedFrame = 8

	audioInterval  = 20 * time.Millisecond
	minAudioBytes  = 70 // of an Opus frame of 40 kbit/s with variable bitrate
	maxAudioBytes  = 130
	keyFrameFactor = 5.0 // how much larger a whole picture is
	sizeDeviation  = 0.25
	// debtFrames is how many frames an encoder takes to make up for a large one.
	debtFrames = 15
)

// encoder makes the sizes of pictures, as a video encoder in real time does that
// holds to a bitrate: they vary, a keyframe is several times as large, and those
// after it pay for that.
type encoder struct {
	random *rand.Rand
	mean   float64 // bytes a frame
	debt   float64 // bytes that were too many
}

func newEncoder(seed uint64, bitrateBps int) *encoder {
	return &encoder{
		random: rand.New(rand.NewPCG(seed, seed)),
		mean:   float64(bitrateBps) / 8 / framesPerSecond,
	}
}

// next is the size of the next picture in bytes.
func (e *encoder) next(isKeyFrame bool) int {
	size := e.mean * math.Exp(sizeDeviation*e.random.NormFloat64()-sizeDeviation*sizeDeviation/2)
	if isKeyFrame {
		size *= keyFrameFactor
	} else {
		size -= e.debt / debtFrames
	}
	size = math.Max(size, e.mean/4)
	e.debt += size - e.mean
	return int(math.Max(size, minPayload))
}

// audioSize is the size of the next Opus frame in bytes.
func (e *encoder) audioSize() int {
	return minAudioBytes + e.random.IntN(maxAudioBytes-minAudioBytes+1)
}

// divide cuts a picture into payloads about equally, as libwebrtc does: the first
// ones a byte shorter than the others. It appends their sizes to dst.
func divide(dst []int, size int) []int {
	n := (size + maxVideoPayload - 1) / maxVideoPayload
	short, rest := size/n, size%n
	for i := range n {
		if i < n-rest {
			dst = append(dst, max(short, minPayload))
		} else {
			dst = append(dst, max(short+1, minPayload))
		}
	}
	return dst
}

// A schedule says when a publisher's packets are due. Its instants do not depend
// on when they are asked for, so that a late wake-up does not slow the stream.
type schedule struct {
	pattern      Pattern
	video, audio time.Duration // when the next of each is due; negative: none
	interval     time.Duration // of video
}

// newSchedule begins at phase.
func newSchedule(pattern Pattern, bitrateBps int, hasVideo, hasAudio bool, phase time.Duration) schedule {
	s := schedule{pattern: pattern, video: -1, audio: -1, interval: time.Second / framesPerSecond}
	if pattern == Paced && bitrateBps > 0 {
		s.interval = time.Duration(float64(pacedPayload*8) / float64(bitrateBps) * float64(time.Second))
	}
	if hasVideo {
		s.video = phase
	}
	if hasAudio {
		s.audio = phase + s.interval/3 // sound and picture have clocks of their own
	}
	return s
}

// due is when something is due next; false for a publisher of nothing.
func (s *schedule) due() (at time.Duration, ok bool) {
	switch {
	case s.video < 0:
		return s.audio, s.audio >= 0
	case s.audio < 0:
		return s.video, true
	default:
		return min(s.video, s.audio), true
	}
}

// pass takes what is due at now and sets its next instant.
func (s *schedule) pass(now time.Duration) (video, audio bool) {
	if video = s.video >= 0 && s.video <= now; video {
		s.video += s.interval
	}
	if audio = s.audio >= 0 && s.audio <= now; audio {
		s.audio += audioInterval
	}
	return video, audio
}

// shape is what a packet looks like.
type shape struct {
	size        int // of the payload
	isVideo     bool
	key         bool // of a keyframe
	first, last bool // of its picture; of sound neither
}

// flow makes the shapes of a publisher's packets. The same seed and number make
// the same flow.
type flow struct {
	encoder *encoder
	phase   time.Duration
	sizes   []int
	shapes  []shape
	even    int // packets of the current picture, where they are paced
	key     bool
}

func newFlow(seed, number uint64, videoBps int) flow {
	random := rand.New(rand.NewPCG(seed, number))
	return flow{
		encoder: newEncoder(seed+number, videoBps),
		phase:   time.Duration(random.Int64N(int64(time.Second / framesPerSecond))),
	}
}

// startsPicture reports whether the next video packet is a picture's first.
func (f *flow) startsPicture(pattern Pattern) bool { return pattern != Paced || f.even == 0 }

// picture is what is sent when video is due: a whole picture, or the next packet
// of one. The result is good until the next call.
func (f *flow) picture(pattern Pattern, key bool) []shape {
	f.shapes = f.shapes[:0]
	if pattern == Paced {
		if f.even == 0 {
			f.key = key
		}
		one := shape{size: pacedPayload, isVideo: true, key: f.key, first: f.even == 0, last: f.even == pacedFrame-1}
		f.even = (f.even + 1) % pacedFrame
		return append(f.shapes, one)
	}
	f.sizes = divide(f.sizes[:0], f.encoder.next(key))
	for i, size := range f.sizes {
		f.shapes = append(f.shapes, shape{
			size: size, isVideo: true, key: key, first: i == 0, last: i == len(f.sizes)-1,
		})
	}
	return f.shapes
}

// sound is the next Opus packet.
func (f *flow) sound() shape { return shape{size: f.encoder.audioSize()} }
