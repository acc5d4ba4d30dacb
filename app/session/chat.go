package session

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxChatMessages = 200
	maxChatRunes    = 2000 // docs/protocol.md section 6.2
)

// chat is what was said, the oldest first; the oldest make way.
type chat struct{ messages []ChatMessage }

// add takes a line that a host hands on, which may be another implementation's.
func (c *chat) add(from, text string, at time.Time) {
	text = shorten(cleanText(text), 2*maxChatRunes)
	if text == "" {
		return
	}
	// Who joins again is told again what was said before.
	for _, m := range c.messages {
		if m.At.Equal(at) && m.From == from && m.Text == text {
			return
		}
	}
	if len(c.messages) >= maxChatMessages {
		c.messages = slices.Clone(c.messages[len(c.messages)-maxChatMessages+1:])
	}
	i := len(c.messages)
	for i > 0 && c.messages[i-1].At.After(at) {
		i--
	}
	c.messages = slices.Insert(slices.Clone(c.messages), i, ChatMessage{From: from, Text: text, At: at})
}

// ownText is what may be sent, empty if nothing may.
func ownText(text string) string {
	text = cleanText(text)
	if utf8.RuneCountInString(text) > maxChatRunes {
		return ""
	}
	return text
}

func shorten(text string, runes int) string {
	for i := range text {
		if runes == 0 {
			return text[:i]
		}
		runes--
	}
	return text
}

// cleanText leaves out control characters but the line feed.
func cleanText(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	text = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}
