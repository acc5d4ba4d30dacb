package calls

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/sfu/room"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestInviteUser(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", User: "alice@a.example", CallType: room.CallAudio})
	if raw, err := base64.RawURLEncoding.DecodeString(link.Token); err != nil || len(raw) < 16 {
		t.Errorf("token %q has %d random bytes, %v", link.Token, len(raw), err)
	}
	if !link.ExpiresAt.Equal(start.Add(time.Minute)) {
		t.Errorf("expires %v, want after a minute", link.ExpiresAt)
	}
	if got := b.Invitations(start); len(got) != 1 || got[0].Token != "" || got[0].UsesLeft != 1 {
		t.Errorf("the list tells %+v, want one use and no token", got)
	}
	grant, err := b.Redeem(start.Add(59*time.Second), link.Token)
	if want := (Grant{"tea", "alice@a.example", room.CallAudio}); err != nil || grant != want {
		t.Errorf("got %+v, %v, want %+v", grant, err, want)
	}
	if _, err := b.Redeem(start, link.Token); !errors.Is(err, ErrToken) {
		t.Errorf("second use: %v, want ErrToken", err)
	}
	if got := b.Invitations(start); len(got) != 0 {
		t.Errorf("the used invitation is still listed: %+v", got)
	}
}

func TestInviteKeepsSecretOnlyWhenAsked(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", User: "alice@a.example", CallType: room.CallAudio, KeepSecret: true})
	if got := b.Invitations(start)[0].Token; got != link.Token {
		t.Errorf("got %q, want the token", got)
	}
}

func TestTokenExpires(t *testing.T) {
	for _, test := range []struct {
		ttl, after time.Duration
		good       bool
	}{
		{0, time.Minute - 1, true},
		{0, time.Minute, false},
		{time.Hour, time.Hour - 1, true},
		{time.Hour, time.Hour, false},
	} {
		t.Run(fmt.Sprint(test.ttl, test.after), func(t *testing.T) {
			b := newBook(t)
			link := invite(t, b, Request{Room: "tea", User: "alice@a.example", CallType: room.CallAudio, TTL: test.ttl})
			_, err := b.Redeem(start.Add(test.after), link.Token)
			if (err == nil) != test.good {
				t.Errorf("got %v, want good %v", err, test.good)
			}
		})
	}
}

// Security check 39: the same token many times at once has exactly one winner.
func TestSec39ConcurrentRedeemHasOneWinner(t *testing.T) {
	b := newBook(t)
	for range 50 {
		link := invite(t, b, Request{Room: "tea", User: "alice@a.example", CallType: room.CallVideo})
		var wins atomic.Int32
		var gate sync.WaitGroup
		var done sync.WaitGroup
		gate.Add(1)
		for range 8 {
			done.Go(func() {
				gate.Wait()
				if _, err := b.Redeem(start, link.Token); err == nil {
					wins.Add(1)
				}
			})
		}
		gate.Done()
		done.Wait()
		if got := wins.Load(); got != 1 {
			t.Fatalf("%d winners, want 1", got)
		}
	}
}

// Security check 39: neither a near miss nor a hash opens the door, and what
// lies in memory is no token.
func TestSec39GuessesAndHashes(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", User: "alice@a.example", CallType: room.CallVideo})
	hash := hashOf(link.Token)
	for _, guess := range []string{
		"", "x", link.Token[1:], link.Token + "A", strings.ToUpper(link.Token), link.ID,
		base64.RawURLEncoding.EncodeToString(hash[:]),
	} {
		if _, err := b.Redeem(start, guess); !errors.Is(err, ErrToken) {
			t.Errorf("guess %q: %v, want ErrToken", guess, err)
		}
	}
	if dump := fmt.Sprintf("%+v %+v", b.tokens, *b.invitations[0]); strings.Contains(dump, link.Token) {
		t.Error("the token itself is kept")
	}
	if _, err := b.Redeem(start, link.Token); err != nil {
		t.Errorf("guesses used up the token: %v", err)
	}
}

func TestInviteRefuses(t *testing.T) {
	good := Request{Room: "tea", CallType: room.CallVideo}
	tests := []struct {
		name   string
		change func(*Request)
		want   error
	}{
		{"no room", func(r *Request) { r.Room = " " }, ErrRoom},
		{"long room", func(r *Request) { r.Room = strings.Repeat("a", 101) }, ErrRoom},
		{"control in room", func(r *Request) { r.Room = "a\x1b" }, ErrRoom},
		{"call type", func(r *Request) { r.CallType = "chat" }, ErrCallType},
		{"no call type", func(r *Request) { r.CallType = "" }, ErrCallType},
		{"user", func(r *Request) { r.User = "a@b@c" }, ErrUser},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			request := good
			test.change(&request)
			if _, err := newBook(t).Invite(start, request); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestRoomLink(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", CallType: room.CallVideo, Uses: 2})
	if link.Token != "" || link.Code == "" || !link.ExpiresAt.Equal(start.Add(24*time.Hour)) {
		t.Fatalf("got %+v", link)
	}
	if grant, err := b.Room(start, link.Code); err != nil || grant != (Grant{Room: "tea", CallType: room.CallVideo}) {
		t.Errorf("Room: %+v, %v", grant, err)
	}
	first := join(t, b, link.Code, "Hanako")
	second := join(t, b, link.Code, "hanako")
	if first.User != "Hanako" || second.User != "hanako 2" {
		t.Errorf("names %q and %q", first.User, second.User)
	}
	if _, err := b.Join(start, link.Code, "Taro", nil); !errors.Is(err, ErrCode) {
		t.Errorf("third guest of two: %v, want ErrCode", err)
	}
	if grant, err := b.Redeem(start, first.Token); err != nil || grant != (Grant{"tea", "Hanako", room.CallVideo}) {
		t.Errorf("got %+v, %v", grant, err)
	}
	if got := b.Invitations(start); len(got) != 1 || got[0].UsesLeft != 1 || got[0].Code != link.Code {
		t.Errorf("after one of two: %+v", got)
	}
	if _, err := b.Redeem(start, second.Token); err != nil {
		t.Error(err)
	}
	if got := b.Invitations(start); len(got) != 0 {
		t.Errorf("the used-up link is still listed: %+v", got)
	}
	if _, err := b.Room(start, link.Code); !errors.Is(err, ErrCode) {
		t.Errorf("used-up link: %v, want ErrCode", err)
	}
}

// A guest who never arrives costs the link nothing.
func TestUnusedGuestTokenGivesTheUseBack(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", CallType: room.CallVideo, Uses: 1})
	lost := join(t, b, link.Code, "Hanako")
	later := start.Add(2 * time.Minute)
	ticket, err := b.Join(later, link.Code, "Hanako", nil)
	if err != nil || ticket.User != "Hanako" {
		t.Fatalf("got %+v, %v", ticket, err)
	}
	if _, err := b.Redeem(later, lost.Token); !errors.Is(err, ErrToken) {
		t.Errorf("expired token: %v", err)
	}
	if _, err := b.Redeem(later, ticket.Token); err != nil {
		t.Error(err)
	}
}

func TestJoinKeepsNamesApart(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", CallType: room.CallVideo})
	invite(t, b, Request{Room: "tea", User: "Taro", CallType: room.CallVideo})
	invite(t, b, Request{Room: "other", User: "Jiro", CallType: room.CallVideo})
	steps := []struct {
		name    string
		present []string
		after   time.Duration
		redeem  bool
		want    string
	}{
		{"Taro", nil, 0, false, "Taro 2"},
		{"Jiro", nil, 0, false, "Jiro"},
		{"Hanako", []string{"Hanako"}, 0, true, "Hanako 2"},
		// Its token is used and it is not in the room yet.
		{"Hanako 2", []string{"Hanako"}, time.Second, false, "Hanako 2 2"},
		{"Hanako 2", nil, 5 * time.Minute, false, "Hanako 2"},
	}
	for _, step := range steps {
		now := start.Add(step.after)
		ticket, err := b.Join(now, link.Code, step.name, step.present)
		if err != nil || ticket.User != step.want {
			t.Errorf("%s: got %+v, %v, want %s", step.name, ticket, err, step.want)
		}
		if step.redeem {
			if _, err := b.Redeem(now, ticket.Token); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRevoke(t *testing.T) {
	b := newBook(t)
	link := invite(t, b, Request{Room: "tea", CallType: room.CallVideo})
	other := invite(t, b, Request{Room: "tea", User: "alice@a.example", CallType: room.CallVideo})
	ticket := join(t, b, link.Code, "Hanako")
	if err := b.Revoke(link.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Redeem(start, ticket.Token); !errors.Is(err, ErrToken) {
		t.Errorf("token of a revoked link: %v", err)
	}
	if _, err := b.Join(start, link.Code, "Taro", nil); !errors.Is(err, ErrCode) {
		t.Errorf("revoked link: %v", err)
	}
	if err := b.Revoke(link.ID); !errors.Is(err, ErrNoInvitation) {
		t.Errorf("revoked twice: %v", err)
	}
	if err := b.Revoke(other.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Redeem(start, other.Token); !errors.Is(err, ErrToken) {
		t.Errorf("revoked user token: %v", err)
	}
}

func TestExpiryOfInvitations(t *testing.T) {
	b := newBook(t)
	if _, ok := b.NextExpiry(); ok {
		t.Error("an empty book has nothing to expire")
	}
	link := invite(t, b, Request{Room: "tea", CallType: room.CallVideo, TTL: time.Hour})
	invite(t, b, Request{Room: "tea", CallType: room.CallVideo})
	if at, ok := b.NextExpiry(); !ok || !at.Equal(start.Add(time.Hour)) {
		t.Errorf("next expiry %v, %v", at, ok)
	}
	later := start.Add(time.Hour)
	if _, err := b.Room(later, link.Code); !errors.Is(err, ErrCode) {
		t.Errorf("expired link: %v", err)
	}
	if _, err := b.Join(later, link.Code, "Hanako", nil); !errors.Is(err, ErrCode) {
		t.Errorf("expired link: %v", err)
	}
	if got := b.Invitations(later); len(got) != 1 || got[0].ID == link.ID {
		t.Errorf("got %+v, want only the other", got)
	}
}

func TestBookIsBounded(t *testing.T) {
	config := DefaultConfig
	config.MaxTokens, config.MaxInvitations = 3, 4
	b, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	link := invite(t, b, Request{Room: "tea", CallType: room.CallVideo})
	for range 3 {
		join(t, b, link.Code, "Hanako")
	}
	if _, err := b.Join(start, link.Code, "Hanako", nil); !errors.Is(err, ErrTooMany) {
		t.Errorf("fourth token of three: %v, want ErrTooMany", err)
	}
	if _, err := b.Invite(start, Request{Room: "tea", User: "bob@b.example", CallType: room.CallVideo}); !errors.Is(err, ErrTooMany) {
		t.Errorf("token for a user: %v, want ErrTooMany", err)
	}
	for range 3 {
		invite(t, b, Request{Room: "tea", CallType: room.CallVideo})
	}
	if _, err := b.Invite(start, Request{Room: "tea", CallType: room.CallVideo}); !errors.Is(err, ErrTooMany) {
		t.Errorf("fifth invitation of four: %v, want ErrTooMany", err)
	}
	if _, err := b.Join(start.Add(2*time.Minute), link.Code, "Hanako", nil); err != nil {
		t.Errorf("expired tokens still take room: %v", err)
	}
}

func TestNewRefusesBadLimits(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a book without limits was made")
	}
}

func newBook(t *testing.T) *Book {
	t.Helper()
	b, err := New(DefaultConfig)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func invite(t *testing.T, b *Book, request Request) Link {
	t.Helper()
	link, err := b.Invite(start, request)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func join(t *testing.T, b *Book, code, name string) Ticket {
	t.Helper()
	ticket, err := b.Join(start, code, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}
