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
	mutedThen  bool // when pushToTalk came on
	talking    bool
	tail       time.Time // until when sound goes on after talking
}

// setMuted also ends being deafened where somebody unmutes: who speaks wants
// to hear the answer.
func (s *switches) setMuted(muted bool) {
	s.mutedThen = s.mutedThen && muted
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

// setPushToTalk puts the key in the place of muting: it would be in vain for
// somebody who was muted before. Without the key they are muted again, so that
// nobody is heard by surprise.
func (s *switches) setPushToTalk(on bool) {
	if s.pushToTalk == on {
		return
	}
	s.pushToTalk, s.talking, s.tail = on, false, time.Time{}
	muted := &s.muted
	if s.deafened {
		muted = &s.wasMuted
	}
	if on {
		s.mutedThen, *muted = *muted, false
	} else {
		*muted, s.mutedThen = *muted || s.mutedThen, false
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
