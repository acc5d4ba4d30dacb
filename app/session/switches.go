package session

import "time"

// releaseTail keeps the end of a word after the key of push-to-talk went up.
const releaseTail = 200 * time.Millisecond

// switches are those of the person's microphone and ears.
type switches struct {
	muted      bool
	deafened   bool
	wasMuted   bool // before deafened
	pushToTalk bool
	talking    bool
	tail       time.Time // until when sound goes on after talking
}

// setMuted also ends being deafened where somebody unmutes: who speaks wants
// to hear the answer.
func (s *switches) setMuted(muted bool) {
	switch {
	case !s.deafened:
		s.muted = muted
	case muted:
		s.wasMuted = true
	default:
		s.deafened, s.muted = false, false
	}
}

// setDeafened mutes as well; its end brings back what was.
func (s *switches) setDeafened(deafened bool) {
	switch {
	case deafened == s.deafened:
	case deafened:
		s.deafened, s.wasMuted, s.muted = true, s.muted, true
	default:
		s.deafened, s.muted = false, s.wasMuted
	}
}

func (s *switches) setPushToTalk(on bool) {
	if s.pushToTalk != on {
		s.pushToTalk, s.talking, s.tail = on, false, time.Time{}
	}
}

// talk reports whether the microphone falls silent only when the tail is over.
func (s *switches) talk(down bool, now time.Time) (tail bool) {
	tail = s.talking && !down
	if tail {
		s.tail = now.Add(releaseTail)
	}
	s.talking = down
	return tail
}

// live says whether others hear the microphone.
func (s *switches) live(now time.Time) bool {
	return !s.muted && (!s.pushToTalk || s.talking || now.Before(s.tail))
}
