package jitter

import (
	"slices"
	"time"
)

// decode adds a packet's sound; what cannot be decoded is concealed.
func (s *Stream) decode(o order) int {
	want := durationOf(o.payload)
	bridge := s.bridge(o)
	got, err := s.decoder.Decode(o.payload, s.room)
	if err != nil || got != want {
		return s.conceal(want)
	}
	pcm := s.room[:got*Channels]
	if len(bridge) > 0 {
		pcm = join(bridge, pcm)
	}
	s.resume(pcm, o.begins)
	return len(pcm) / Channels
}

// bridge lets the concealment go on for a moment, so that sound which comes
// late can be joined to it.
func (s *Stream) bridge(o order) []int16 {
	if s.held == 0 || o.begins || o.silence || s.concealed >= fadeStart {
		return nil
	}
	if s.decoder.Conceal(s.extra[:]) != nil {
		return nil
	}
	return s.extra[:]
}

func (s *Stream) correct(o order) int {
	pcm := s.room[:o.samples*Channels]
	if s.decoder.Correct(o.payload, pcm) != nil {
		return s.conceal(o.samples)
	}
	s.resume(pcm, false)
	return o.samples
}

// resume adds real sound, coming in softly after silence.
func (s *Stream) resume(pcm []int16, begins bool) {
	from := s.loudnessAt(s.concealed)
	if begins {
		from = 0
	}
	ramp(pcm[:min(len(pcm), edge*Channels)], from, 1)
	s.made = append(s.made, pcm...)
	s.held, s.concealed = 0, 0
}

// conceal makes up samples that nobody sent, quieter and quieter.
func (s *Stream) conceal(samples int) int {
	for done := 0; done < samples; {
		n := min(samples-done, SampleRate/50)
		s.concealPart(n)
		done += n
	}
	return samples
}

func (s *Stream) concealPart(samples int) {
	from, to := s.loudnessAt(s.concealed), s.loudnessAt(s.concealed+samples)
	s.concealed = min(s.concealed+samples, fadeEnd)
	// The decoder makes whole parts only.
	pcm := s.room[:(samples+minPacket-1)/minPacket*minPacket*Channels]
	if from == 0 || s.decoder.Conceal(pcm) != nil {
		s.silence(samples)
		return
	}
	pcm = pcm[:samples*Channels]
	ramp(pcm, from, to)
	s.made = append(s.made, pcm...)
}

func (s *Stream) silence(samples int) {
	start := len(s.made)
	s.made = slices.Grow(s.made, samples*Channels)[:start+samples*Channels]
	clear(s.made[start:])
}

// loudnessAt is the factor after so much concealment.
func (s *Stream) loudnessAt(concealed int) float32 {
	if concealed <= fadeStart {
		return 1
	}
	return max(0, 1-float32(concealed-fadeStart)/(fadeEnd-fadeStart))
}

// mend makes the buffer longer or shorter by one period of the sound when its
// size is far from what is needed. need is how much must be left.
func (s *Stream) mend(now time.Time, need int) {
	if s.rest > 0 || s.held > 0 {
		return
	}
	s.mu.Lock()
	idle, excess := s.buffer.idle, s.buffer.excess()
	s.mu.Unlock()
	switch {
	case idle:
		s.stretch = 0
	case excess > tooMuch, s.stretch > 0 && excess > littleMore:
		s.stretch = 1
	case excess < -tooLittle, s.stretch < 0 && excess < 0:
		s.stretch = -1
	default:
		s.stretch = 0
	}
	switch {
	case s.stretch > 0:
		s.makeShorter(now, excess, need)
	case s.stretch < 0:
		s.makeLonger()
	}
}

// makeShorter takes out a period, for which it needs more sound than usual.
func (s *Stream) makeShorter(now time.Time, excess time.Duration, need int) {
	for len(s.made) < 2*maxPeriod*Channels {
		s.mu.Lock()
		enough := s.buffer.level() > 0
		s.mu.Unlock()
		if !enough || !s.make(now) {
			break
		}
	}
	n := period(s.made)
	if n == 0 || len(s.made)-n*Channels < need || inTime(int64(n)) > excess+tooLittle {
		return
	}
	left := shorten(s.made, n)
	s.made = s.made[:copy(s.made, left)]
	s.changed(-n)
	if excess > farTooMuch {
		s.rest = 0
	}
}

// makeLonger plays a period twice.
func (s *Stream) makeLonger() {
	n := period(s.made)
	if n == 0 {
		return
	}
	s.spare = lengthen(s.spare[:0], s.made, n)
	s.made = append(s.made[:0], s.spare...)
	s.changed(n)
}

// changed tells the buffer how much more was made of the sound.
func (s *Stream) changed(samples int) {
	s.rest = stretchRest
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buffer.produced += int64(samples)
}
