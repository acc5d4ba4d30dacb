package room

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestChatTellsEverybody(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	before := time.Now().UnixMilli()
	must(t, alice.Chat(" hello\n"))
	must(t, bob.Chat("hi"))
	for _, m := range []*member{alice, bob} {
		events := m.expect("Chatted alice, Chatted bob")
		first, second := events[0].(Chatted), events[1].(Chatted)
		if first.Text != "hello" || first.At < before || second.At <= first.At {
			t.Errorf("%s was told %+v, %+v", m.PeerID(), first, second)
		}
	}
	var history []ChatMessage
	newcomer := &member{t: t}
	_, err := rooms.Join(JoinRequest{Room: "den", User: "carol", CallType: CallVideo, Notify: newcomer.notify})
	must(t, err)
	for _, e := range newcomer.take() {
		if told, ok := e.(ChatHistory); ok {
			history = told.Messages
		}
	}
	if len(history) != 2 || history[0].Text != "hello" || history[1].PeerID != "bob" {
		t.Errorf("history %+v", history)
	}
	elsewhere, _ := joinAs(t, rooms, JoinRequest{Room: "attic", User: "dan", CallType: CallVideo})
	elsewhere.expect("")
}

// What was said ends with the room.
func TestChatEndsWithTheRoom(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	must(t, alice.Chat("secret"))
	alice.Leave(HungUp)
	join(t, rooms, "bob") // fails if there is more than a Welcome
	if err := alice.Chat("late"); !errors.Is(err, ErrNotMember) {
		t.Errorf("after leaving: got %v, want ErrNotMember", err)
	}
}

func TestCleanChat(t *testing.T) {
	for text, want := range map[string]string{
		" a ":                       "a",
		"\n\ta\nb\r\n":              "a\nb",
		"<script>alert(1)</script>": "<script>alert(1)</script>",
		"שלום \u202e\u2066x":        "שלום \u202e\u2066x",
		"👩‍👩‍👧":                     "👩‍👩‍👧",
		"e\u0301":                   "e\u0301",
		strings.Repeat("𠮷", 2000):   strings.Repeat("𠮷", 2000),
		strings.Repeat(" ", 9000) + "x" + strings.Repeat("\n", 9000): "x",
	} {
		if got, err := cleanChat(text); got != want || err != nil {
			t.Errorf("%.40q: got %.40q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", " ", "\n\n", "\u3000", "\u200b\u200d", "\u202e", "a\rb", "a\tb", "a\x00", "a\x7fb", "\u009bx", "a\xffb", "\u2028",
		strings.Repeat("a", 2001), strings.Repeat("あ\n", 1001),
	} {
		if got, err := cleanChat(text); !errors.Is(err, ErrBadRequest) {
			t.Errorf("%.40q: got %.40q, %v", text, got, err)
		}
	}
}

func TestChatRate(t *testing.T) {
	var c chat
	now := time.Unix(1_800_000_000, 0)
	say := func(user string, times int) (allowed int) {
		for range times {
			if c.allow(now, user) {
				allowed++
			}
		}
		return allowed
	}
	if got := say("alice", 100); got != chatBurst {
		t.Errorf("a burst of %d, want %d", got, chatBurst)
	}
	if got := say("bob", 1); got != 1 {
		t.Error("bob pays for alice")
	}
	now = now.Add(3 * time.Second)
	if got := say("alice", 100); got != 3 {
		t.Errorf("%d after 3 s, want 3", got)
	}
	now = now.Add(5 * time.Second)
	say("carol", 1)
	if len(c.limiters) != 2 { // bob's is full again
		t.Errorf("%d limiters are kept, want 2", len(c.limiters))
	}
}

// Leaving and coming in again brings no new burst.
func TestChatRateOutlastsTheMembership(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	join(t, rooms, "bob")
	said := 0
	for range 4 {
		alice, _ := joinWhateverIsTold(t, rooms, "alice")
		for range chatBurst {
			if alice.Chat("spam") == nil {
				said++
			}
		}
		alice.Leave(HungUp)
	}
	if said >= 2*chatBurst {
		t.Errorf("alice said %d", said)
	}
}

func joinWhateverIsTold(t *testing.T, rooms *Rooms, user string) (*member, []Event) {
	t.Helper()
	m := &member{t: t}
	var err error
	m.Membership, err = rooms.Join(JoinRequest{Room: "den", User: user, CallType: CallVideo, Notify: m.notify})
	must(t, err)
	return m, m.take()
}

func TestChatHistoryIsBounded(t *testing.T) {
	var c chat
	now := time.Unix(1_800_000_000, 0)
	for i := range 200 {
		c.add(now, "alice", fmt.Sprint(i))
	}
	if len(c.history) != maxChatHistory || c.history[0].Text != "150" {
		t.Errorf("%d messages from %q on", len(c.history), c.history[0].Text)
	}
	for i, said := range c.history[1:] {
		if said.At <= c.history[i].At {
			t.Fatalf("time %d after %d", said.At, c.history[i].At)
		}
	}
	for range 100 {
		c.add(now, "bob", strings.Repeat("𠮷", maxChatRunes))
	}
	size := 0
	for _, said := range c.history {
		size += said.size()
	}
	if size != c.bytes || size > maxChatHistoryBytes || len(c.history) < 8 {
		t.Errorf("%d messages of %d bytes, counted %d", len(c.history), size, c.bytes)
	}
}

// What is taken can be shown, and is taken again as it is.
func FuzzChat(f *testing.F) {
	for _, text := range []string{" a\nb ", "\u202e", "a\x00", "\xff", strings.Repeat("あ", 2000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean, err := cleanChat(text)
		if err != nil {
			if clean != "" {
				t.Errorf("refused, and yet %q", clean)
			}
			return
		}
		if again, err := cleanChat(clean); again != clean || err != nil {
			t.Errorf("%q becomes %q, %v", clean, again, err)
		}
		if len(clean) > 4*maxChatRunes || !utf8.ValidString(clean) {
			t.Errorf("%d bytes", len(clean))
		}
		for _, c := range clean {
			if c < ' ' && c != '\n' {
				t.Errorf("%q", clean)
			}
		}
	})
}
