package session

import "time"

const (
	// Loudness from -36 dBFS on is speech, and goes on being it down to
	// -42 dBFS, with pauses between words.
	speechOn   = 0.40
	speechOff  = 0.30
	speechHold = 400 * time.Millisecond

	// A hint that one speaks into a muted microphone is worth more than a
	// cough, and is gone after some seconds of silence.
	hintAfter = 600 * time.Millisecond
	hintFor   = 4 * time.Second
)

// speech tells speaking from silence by the loudness of media.Microphone and
// media.Voice.
type speech struct {
	on     bool
	loudAt time.Time
}

// hear takes a loudness from 0 to 1 and says whether somebody speaks.
func (s *speech) hear(level float64, now time.Time) bool {
	switch {
	case level >= speechOn:
		s.on, s.loudAt = true, now
	case s.on && level >= speechOff:
		s.loudAt = now
	case s.on && now.Sub(s.loudAt) >= speechHold:
		s.on = false
	}
	return s.on
}

// hint says for how long somebody is told that the microphone is muted.
type hint struct {
	since time.Time // of the speech that goes on, zero: silence
	until time.Time
}

// hear says whether the hint is to be seen.
func (h *hint) hear(speaking, muted bool, now time.Time) bool {
	if !muted {
		*h = hint{}
		return false
	}
	switch {
	case !speaking:
		h.since = time.Time{}
	case h.since.IsZero():
		h.since = now
	case now.Sub(h.since) >= hintAfter:
		h.until = now.Add(hintFor)
	}
	return now.Before(h.until)
}

// inSteps is a level for a Snapshot: with few values it changes seldom.
func inSteps(level float64) float64 {
	const steps = 20
	switch {
	case !(level > 0): // also NaN
		return 0
	case level >= 1:
		return 1
	}
	return float64(int(level*steps+0.5)) / steps
}
