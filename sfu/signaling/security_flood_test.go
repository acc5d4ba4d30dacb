package signaling_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
)

func TestSec35Floods(t *testing.T) {
	t.Parallel()
	t.Run("messages", func(t *testing.T) {
		h := newHost(t)
		bob := h.dial("bob")
		alice := h.dial("alice")
		flood(alice, `{"type":"ping"}`)
		if code := alice.ClosedWith(); code != websocket.ClosePolicyViolation && code != 0 {
			t.Errorf("closed with %d, want 1008 or a reset", code)
		}
		bob.Next("leave")
	})
	t.Run("producers", func(t *testing.T) {
		h := newHost(t)
		alice := h.dial("alice")
		for i := range 8 {
			alice.Send(callertest.ProduceRequest("audio", fmt.Sprint(i), uint32(10+i)))
			callertest.AwaitOwnProduced(alice, "alice")
		}
		alice.Send(callertest.ProduceRequest("audio", "8", 18))
		if m := alice.Next("error"); m.Text("code") != "tooMany" || m.Text("context") != "produce" {
			t.Errorf("ninth producer: %v", m)
		}
		if got := len(h.peer("alice").Producers); got != 8 {
			t.Errorf("%d producers, want 8", got)
		}
	})
	t.Run("consumers", func(t *testing.T) {
		h := newHost(t, withLimits(room.Limits{Consumers: 2}))
		bob := h.dial("bob")
		alice := callertest.Dial(t, h.address(h.query("alice")))
		capabilities := callertest.AwaitInit(alice).RouterRtpCapabilities
		for i := range 3 {
			bob.Send(callertest.ProduceRequest("audio", fmt.Sprint(i), uint32(10+i)))
			alice.Send(callertest.ConsumeRequest(callertest.AwaitOwnProduced(bob, "bob"), capabilities))
			if m, want := alice.Next("consumed", "error"), i < 2; (m.Type() == "consumed") != want {
				t.Errorf("consumer %d: %v", i+1, m)
			} else if !want && m.Text("code") != "tooMany" {
				t.Errorf("consumer %d: %v, want tooMany", i+1, m)
			}
		}
	})
	t.Run("fingerprints", func(t *testing.T) {
		h := newHost(t)
		alice := h.dial("alice")
		for range 4 {
			alice.Send(callertest.ConnectRequest(callertest.Spec, "", wrongFingerprint()))
			alice.Next("connected")
		}
		alice.Send(callertest.ConnectRequest(callertest.Spec, "", wrongFingerprint()))
		if m := alice.Next("error"); m.Text("code") != "tooMany" {
			t.Errorf("fifth connect: %v", m)
		}
	})
	t.Run("sockets of one address", func(t *testing.T) {
		h := newHost(t)
		for i := range signaling.MaxSocketsPerHost {
			h.dial(fmt.Sprint("user", i))
		}
		query := h.query("one more")
		refused := h.refused(query, nil)
		if refused.Status != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "" {
			t.Errorf("got %d, retry after %q", refused.Status, refused.Header.Get("Retry-After"))
		}
		must(t, h.rooms.RemovePeer("den", "user0"))
		s := h.dialSoon(query) // the refusal did not use the token up
		if got := callertest.AwaitInit(s).MyPeerID; got != "one more" {
			t.Errorf("joined as %q", got)
		}
	})
	t.Run("requests without a token", func(t *testing.T) {
		h := newHost(t)
		for range 100 {
			if refused := h.refused("", nil); refused.Status != http.StatusUnauthorized {
				t.Fatalf("got %d, want 401", refused.Status)
			}
		}
		if got := len(h.rooms.Snapshot()); got != 0 {
			t.Errorf("%d rooms were made", got)
		}
		h.dial("alice") // nor is the address locked out
	})
}
