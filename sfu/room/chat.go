package room

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

const (
	maxChatRunes = 2000
	chatBurst    = 10
	// chatPerSecond is each person's rate after the burst.
	chatPerSecond = 1
	// The history of a room: what comes first ends it.
	maxChatHistory      = 50
	maxChatHistoryBytes = 64 << 10
)

// ChatMessage is what somebody has said.
type ChatMessage struct {
	PeerID string
	Text   string
	// At is when, in Unix milliseconds; no two messages of a room share it, and
	// later ones have greater ones.
	At int64
}

// size is roughly what it costs to keep it.
func (m ChatMessage) size() int { return len(m.PeerID) + len(m.Text) }

// chat is what was said in a room, and how much who may still say. It belongs to
// the room's goroutine.
type chat struct {
	history []ChatMessage // oldest first
	bytes   int
	lastAt  int64
	// limiters are by user, so that coming in anew brings nobody more.
	limiters map[string]*rate.Limiter
}

// Chat says something to everybody; Chatted is the answer, and what the others
// are told.
func (m *Membership) Chat(text string) error {
	return m.do(func(now time.Time, p *peer) error {
		text, err := cleanChat(text)
		if err != nil {
			return err
		}
		if !m.room.chat.allow(now, p.id) {
			return fmt.Errorf("%w chat messages", ErrTooMany)
		}
		said := m.room.chat.add(now, p.id, text)
		for _, other := range m.room.peers {
			other.tell(Chatted{said})
		}
		return nil
	})
}

// cleanChat trims a text and refuses what cannot be shown as one.
func cleanChat(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxChatRunes {
		return "", fmt.Errorf("%w: text is not 1 to %d characters long", ErrBadRequest, maxChatRunes)
	}
	if !utf8.ValidString(text) {
		return "", fmt.Errorf("%w: text is not UTF-8", ErrBadRequest)
	}
	visible := false
	for _, c := range text {
		if unicode.IsControl(c) && c != '\n' {
			return "", fmt.Errorf("%w: text has control characters", ErrBadRequest)
		}
		visible = visible || unicode.IsGraphic(c) && !unicode.IsSpace(c)
	}
	if !visible {
		return "", fmt.Errorf("%w: text has nothing to see", ErrBadRequest)
	}
	return text, nil
}

// allow takes one message of what a user may say.
func (c *chat) allow(now time.Time, user string) bool {
	limiter := c.limiters[user]
	if limiter == nil {
		c.forgetQuiet(now)
		limiter = rate.NewLimiter(chatPerSecond, chatBurst)
		if c.limiters == nil {
			c.limiters = map[string]*rate.Limiter{}
		}
		c.limiters[user] = limiter
	}
	return limiter.AllowN(now, 1)
}

// forgetQuiet forgets who may say as much as somebody new, so that there are no
// more limiters than people who spoke in the last ten seconds.
func (c *chat) forgetQuiet(now time.Time) {
	for user, limiter := range c.limiters {
		if limiter.TokensAt(now) >= chatBurst {
			delete(c.limiters, user)
		}
	}
}

// add keeps a message and forgets the oldest where there is too much.
func (c *chat) add(now time.Time, user, text string) ChatMessage {
	c.lastAt = max(now.UnixMilli(), c.lastAt+1)
	said := ChatMessage{PeerID: user, Text: text, At: c.lastAt}
	c.history = append(c.history, said)
	c.bytes += said.size()
	for len(c.history) > maxChatHistory || c.bytes > maxChatHistoryBytes {
		c.bytes -= c.history[0].size()
		c.history = append(c.history[:0], c.history[1:]...)
	}
	return said
}
