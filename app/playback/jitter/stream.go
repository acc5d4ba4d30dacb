package jitter

import (
	"sync"
	"time"

	"github.com/pion/rtp"

	"takoshome/app/media"
)

const (
	// block is what the speaker takes at once, 10 ms in samples a channel.
	block = SampleRate / 100
	// fadeStart and fadeEnd are after how much concealment it begins to fade,
	// and has faded.
	fadeStart = SampleRate * 70 / 1000
	fadeEnd   = SampleRate * 170 / 1000
	// edge is how long what begins takes to come in, so that it does not click.
	edge = SampleRate * 5 / 1000

	// tooMuch and tooLittle are how far from its aim the buffer may be before
	// its size is mended, until it is within enough of it.
	tooMuch     = 15 * time.Millisecond
	farTooMuch  = 60 * time.Millisecond
	tooLittle   = 5 * time.Millisecond
	littleMore  = 4 * time.Millisecond
	stretchRest = SampleRate * 60 / 1000 // between two changes
)

// Decoder decodes one stream of Opus to 48 kHz stereo, interleaved.
type Decoder interface {
	// Decode gives the number of samples a channel; pcm has room for 120 ms.
	Decode(packet []byte, pcm []int16) (samples int, err error)
	// Correct decodes what the packet after a missing one tells of that.
	Correct(next []byte, pcm []int16) error
	// Conceal makes up what is missing.
	Conceal(pcm []int16) error
}

// Stream is one friend's sound.
type Stream struct {
	decoder Decoder

	// mu protects buffer and meter.
	mu     sync.Mutex
	buffer *buffer
	meter  meter

	// The rest belongs to the goroutine that calls Pull.
	made      []int16 // decoded, not yet played
	room      []int16 // for one packet
	spare     []int16 // for a sound made longer
	extra     [edge * Channels]int16
	payload   []byte
	held      int // samples concealed since nothing was there
	concealed int // samples concealed since the last packet
	stretch   int // which way the size is being mended
	rest      int // samples until it may be mended again
}

// NewStream plays what decoder decodes, which is then used by Pull alone.
func NewStream(decoder Decoder) *Stream {
	return &Stream{
		decoder: decoder,
		buffer:  newBuffer(),
		made:    make([]int16, 0, 4*maxPacket*Channels),
		room:    make([]int16, maxPacket*Channels),
		spare:   make([]int16, 0, 4*maxPacket*Channels),
		payload: make([]byte, 0, maxPayload),
	}
}

// Put takes a packet that came from the network; it keeps nothing of it.
func (s *Stream) Put(now time.Time, p *rtp.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buffer.put(now, p)
}

// Level is the loudness of the last 100 ms that were played, from 0 to 1.
func (s *Stream) Level() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meter.level()
}

// Stats gives the figures so far.
func (s *Stream) Stats() media.VoiceStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.stats
}

// Pull fills pcm with the next 10 ms, which the speaker takes now.
func (s *Stream) Pull(now time.Time, pcm []int16) {
	for len(s.made) < len(pcm) {
		s.make(now)
	}
	s.mend(now, len(pcm))
	copy(pcm, s.made)
	rest := copy(s.made, s.made[len(pcm):])
	s.made = s.made[:rest]

	s.mu.Lock()
	defer s.mu.Unlock()
	s.meter.add(pcm)
}

// make adds the next packet, or what stands in for it, to what is made.
func (s *Stream) make(now time.Time) bool {
	s.mu.Lock()
	o := s.buffer.take(now, inTime(int64(len(s.made)/Channels)), s.held, s.payload)
	idle := s.buffer.idle
	s.mu.Unlock()

	var samples int
	switch o.step {
	case decode:
		samples = s.decode(o)
	case correct:
		samples = s.correct(o)
	case conceal:
		samples = s.conceal(o.samples)
	case wait:
		samples = block
		if idle {
			s.silence(block)
			break
		}
		s.held += block
		if o.silence {
			s.concealed = 0 // the decoder makes the background noise itself
		}
		s.conceal(block)
	}
	s.rest = max(0, s.rest-samples)
	s.mu.Lock()
	s.buffer.produced += int64(samples)
	s.mu.Unlock()
	return o.step != wait
}
