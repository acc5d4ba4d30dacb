package ui

import "time"

// takeOver is how long somebody must have been speaking, while the one in the
// large tile is quiet, to take that tile.
const takeOver = 700 * time.Millisecond

// speakers remembers who speaks for how long, and so whose tile is large.
type speakers struct {
	since   map[string]time.Time // by the key of a tile
	current string
}

func newSpeakers() *speakers { return &speakers{since: make(map[string]time.Time)} }

// next says whose tile is large: it changes when another one speaks on while
// that one is quiet, so that no cough moves the picture.
func (s *speakers) next(models []tileModel, now time.Time) string {
	there := make(map[string]bool, len(models))
	var longest time.Duration = -1
	next := ""
	for _, m := range models {
		there[m.key] = true
		if !m.speaking {
			delete(s.since, m.key)
			continue
		}
		if _, known := s.since[m.key]; !known {
			s.since[m.key] = now
		}
		if spoken := now.Sub(s.since[m.key]); spoken >= takeOver && spoken > longest {
			next, longest = m.key, spoken
		}
	}
	for key := range s.since {
		if !there[key] {
			delete(s.since, key)
		}
	}
	if !there[s.current] {
		s.current = ""
	}
	_, speaksOn := s.since[s.current]
	if next != "" && !speaksOn {
		s.current = next
	}
	if s.current == "" && len(models) > 0 {
		s.current = models[0].key
	}
	return s.current
}

// ordered puts the large tile first, and says whether it is to be large
// whatever the number of tiles.
func ordered(models []tileModel, pinned, speaker string) (tiles []tileModel, large bool) {
	first, large := largest(models, pinned, speaker)
	if first < 0 {
		return models, false
	}
	tiles = append(tiles, models[first])
	tiles = append(tiles, models[:first]...)
	return append(tiles, models[first+1:]...), large
}

// largest finds the large tile: what is pinned, else a shared screen, else with
// many people the speaker. It is -1 where all are alike.
func largest(models []tileModel, pinned, speaker string) (first int, large bool) {
	first = -1
	for i, m := range models {
		switch {
		case m.key == pinned:
			return i, true
		case m.screen:
			first, large = i, true
		case !large && len(models) > 4 && m.key == speaker:
			first = i
		}
	}
	return first, large
}
