package ui

import (
	"strings"
	"unicode"

	"takoshome/app/session"
)

// tileModel is what one tile says: a person, a shared screen, or oneself.
type tileModel struct {
	key      string // tells it apart
	peer     string
	name     string // safe to draw
	letter   string // of the own name, where name is "You"
	video    string // for App.Show; empty: no picture is sent
	screen   bool
	self     bool
	muted    bool
	silenced bool // muted here only
	speaking bool
	frozen   bool
	pinned   bool
	quality  session.Quality
}

// mostPeople is how many people the window shows; no host has as many.
const mostPeople = 100

// tilesOf are the tiles of the others in a call: each person, and each screen
// that one shares before the person.
func tilesOf(s *session.Snapshot) []tileModel {
	var models []tileModel
	for _, p := range s.People[:min(len(s.People), mostPeople)] {
		person := tileModel{
			key: "person " + p.PeerID, peer: p.PeerID, name: personName(p.Name, p.PeerID), muted: p.Muted,
			silenced: p.Silenced, speaking: p.Speaking, quality: p.Quality,
		}
		for _, v := range p.Videos {
			if !v.Screen {
				person.video, person.frozen = v.ID, v.Frozen
				continue
			}
			models = append(models, tileModel{
				key: "screen " + v.ID, peer: p.PeerID, name: person.name, video: v.ID,
				screen: true, frozen: v.Frozen, quality: p.Quality,
			})
		}
		models = append(models, person)
	}
	return models
}

// ownTile is the tile of oneself.
func ownTile(s *session.Snapshot) tileModel {
	m := tileModel{
		key: "self", peer: s.Me.PeerID, name: tr("call.you"), letter: shown(s.Me.Name), self: true,
		muted: !hears(s.Me), speaking: s.Me.Speaking && hears(s.Me), quality: s.Me.Quality,
	}
	if s.Me.Camera {
		m.video = session.VideoSelf
	}
	return m
}

// hears says whether the others hear the person of this computer.
func hears(m session.Me) bool {
	return !m.Muted && (!m.PushToTalk || m.Talking)
}

// holdsToTalk says whether a key or button is to be held down for talking. Who
// is muted unmutes first: muted wins over push-to-talk.
func holdsToTalk(m session.Me) bool { return m.PushToTalk && !m.Muted }

// personName is a name that somebody else chose, safe to draw and never empty.
func personName(name, peerID string) string {
	for _, candidate := range []string{shown(name), shown(peerID)} {
		if candidate != "" {
			return abridged(candidate)
		}
	}
	return "?"
}

// caption is the name below a tile.
func (m tileModel) caption() string {
	if m.screen {
		return tr("call.screenOf", "name", m.name)
	}
	return m.name
}

// letterOf is the name whose initial stands for a picture.
func (m tileModel) letterOf() string {
	if m.letter != "" {
		return m.letter
	}
	return m.name
}

// note is a sentence about what is wrong with what a tile shows, if anything is.
func (m tileModel) note() string {
	switch {
	case m.frozen:
		return tr("call.frozen", "name", m.name)
	case m.quality == session.QualityBad && m.self:
		return tr("call.quality.meBad")
	case m.quality == session.QualityBad:
		return tr("call.quality.bad", "name", m.name)
	case m.quality == session.QualityWeak && m.self:
		return tr("call.quality.meWeak")
	case m.quality == session.QualityWeak:
		return tr("call.quality.weak", "name", m.name)
	default:
		return ""
	}
}

// initial is the first letter or emoji of a name, with what belongs to it.
func initial(name string) string {
	runes := []rune(name)
	end := 0
	for i, r := range runes {
		joined := i > 0 && runes[i-1] == zeroWidthJoiner
		if i > 0 && !joined && !isAttached(r) {
			break
		}
		end = i + 1
	}
	if end == 0 {
		return "?"
	}
	return strings.ToUpper(string(runes[:end]))
}

const zeroWidthJoiner = 0x200D

// isAttached marks what changes the character before it: accents, variation
// selectors, skin tones, joiners (UAX #29 section 3).
func isAttached(r rune) bool {
	return unicode.Is(unicode.M, r) || r == zeroWidthJoiner || r >= 0x1F3FB && r <= 0x1F3FF || r >= 0xFE00 && r <= 0xFE0F
}

// avatarColor is a lasting colour of a person, the same as on the join page.
func avatarColor(peerID string) uint32 {
	hash := uint32(7)
	for _, r := range peerID {
		hash = (hash*31 + uint32(r)) % 65_521
	}
	return [...]uint32{0xB5452FFF, 0x2A7F58FF, 0x8A5F14FF, 0x3F6A9EFF, 0x8A4B84FF, 0x4C6B6EFF}[hash%6]
}
