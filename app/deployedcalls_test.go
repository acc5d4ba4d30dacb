package app

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

const dora identity.ID = "dora@d.example"

// withDeployed is alice on a host of ours, and a deployed server with dora, who is
// her friend. Its key ended some days ago.
func withDeployed(t *testing.T) (alice *person, d *deployed) {
	t.Helper()
	w := newWorld(t, "a.example", "d.example")
	d = newDeployed(t, w.ca, "d.example", 10*24*time.Hour)
	alice = w.start(t, "alice@a.example")
	alice.knows(t, dora)
	d.befriend(string(dora), string(alice.id))
	return alice, d
}

func (d *deployed) wantRing(t *testing.T, caller, callee identity.ID, callType string, want int) {
	t.Helper()
	if status, answer := d.ring(t, string(caller), string(callee), callType); status != want {
		t.Fatalf("the request got %d: %s", status, answer)
	}
}

func TestDeployedServerCallsUs(t *testing.T) {
	for _, callType := range []string{"audio", "video"} {
		t.Run(callType, func(t *testing.T) {
			alice, d := withDeployed(t)
			d.wantRing(t, dora, alice.id, callType, http.StatusOK)
			rings := alice.hears(t, calls.EventRequest).Call
			if rings.Peer != dora || rings.CallType != room.CallType(callType) || !rings.Encryption.Encrypted || rings.Encryption.RoomKeyHash != "hash" {
				t.Errorf("it rings as %+v", rings)
			}
			way := must(alice.exchange.Answer(t.Context(), alice.account, rings.ID, testDevice))(t)
			d.mu.Lock()
			token, known := d.tokens[way.Token]
			d.mu.Unlock()
			// Whom the deployed server has bound it to is its own affair.
			if way.Domain != "d.example" || !known || token.given != string(alice.id) {
				t.Errorf("the way goes to %s by a token for %q", way.Domain, token.given)
			}
			accept := d.received[len(d.received)-1]
			if accept.Event != "t.friend.call.accept" || accept.Payload["userId"] != string(dora) || accept.Payload["friendId"] != string(alice.id) {
				t.Errorf("it was told %+v", accept)
			}
			if err := alice.exchange.End(t.Context(), alice.account, rings.ID); err != nil {
				t.Error(err)
			}
			alice.outcome(t, dora, identity.OutcomeAnswered)
		})
	}
}

func TestDeployedServerIsDeclined(t *testing.T) {
	alice, d := withDeployed(t)
	d.wantRing(t, dora, alice.id, "audio", http.StatusOK)
	rings := alice.hears(t, calls.EventRequest).Call
	if err := alice.exchange.Decline(t.Context(), alice.account, rings.ID); err != nil {
		t.Error(err)
	}
	alice.outcome(t, dora, identity.OutcomeDeclined)
	eventually(t, "dora's call is over there", func() bool { return !d.isRinging(string(dora), string(alice.id)) })
}

func TestDeployedServerIsCalled(t *testing.T) {
	alice, d := withDeployed(t)
	alice.rings(t, dora, room.CallAudio)
	if !d.isRinging(string(alice.id), string(dora)) {
		t.Fatal("it does not ring there")
	}
	status, token := d.accept(t, string(alice.id), string(dora))
	if status != http.StatusOK || token == "" {
		t.Fatalf("accept got %d and the token %q", status, token)
	}
	// The request is not deleted there, so that it can be accepted again.
	if status, again := d.accept(t, string(alice.id), string(dora)); status != http.StatusBadRequest || again != "" {
		t.Errorf("accepted again: %d, a token: %t", status, again != "")
	}
	// Each token is for who has it: no names are exchanged.
	alice.enters(t, alice, alice.hears(t, calls.EventAccept).Way)
	v, status := alice.ca.enter(t, calls.Way{Domain: "a.example", Token: token})
	if status != http.StatusSwitchingProtocols {
		t.Fatalf("dora was refused with %d", status)
	}
	if got := alice.sees(t, string(dora)); len(got.Peers) != 2 {
		t.Errorf("%d people are there", len(got.Peers))
	}
	v.leave(t)
	alice.outcome(t, dora, identity.OutcomeAnswered)
	alice.isIdle(t)
}

// A request that the deployed server cannot be told to forget is over all the
// same: who accepts it later gets nothing.
func TestDeployedServerKnowsNoCancel(t *testing.T) {
	alice, d := withDeployed(t)
	call := alice.rings(t, dora, room.CallAudio)
	if err := alice.exchange.Cancel(t.Context(), alice.account, call.ID); err != nil {
		t.Errorf("cancel: %v", err)
	}
	eventually(t, "the cancel has come there", func() bool { return d.got("t.friend.call.cancel") > 0 })
	alice.outcome(t, dora, identity.OutcomeCancelled)
	if status, token := d.accept(t, string(alice.id), string(dora)); status != http.StatusBadRequest || token != "" {
		t.Errorf("a late accept: %d, a token: %t", status, token != "")
	}
	alice.heardNothing(t, calls.EventAccept)
	alice.isIdle(t)
}

// Both call each other, and one of both servers has never thought of it.
func TestCrossingWithDeployedServer(t *testing.T) {
	t.Run("whose user stays the callee", func(t *testing.T) {
		alice, d := withDeployed(t)
		alice.rings(t, dora, room.CallAudio)
		d.wantRing(t, dora, alice.id, "audio", http.StatusOK)
		status, token := d.accept(t, string(alice.id), string(dora))
		if status != http.StatusOK || token == "" {
			t.Fatalf("accept got %d", status)
		}
		if way := alice.hears(t, calls.EventAccept).Way; way.Domain != "a.example" {
			t.Errorf("alice goes to %s", way.Domain)
		}
		if n := len(liveCalls(alice)); n != 1 {
			t.Errorf("alice is in %d calls", n)
		}
	})
	// Dora's client does not ring, as it is calling, so nobody ever accepts.
	t.Run("whose user hears nothing", func(t *testing.T) {
		alice, d := withDeployed(t)
		alice.rings(t, dora, room.CallAudio)
		d.wantRing(t, dora, alice.id, "audio", http.StatusOK)
		if way := alice.hears(t, calls.EventAccept).Way; way.Domain != "d.example" {
			t.Errorf("alice goes to %s", way.Domain)
		}
		if n := len(liveCalls(alice)); n != 1 {
			t.Errorf("alice is in %d calls", n)
		}
	})
	t.Run("whose user is the caller", func(t *testing.T) {
		const aaron identity.ID = "aaron@d.example"
		alice, d := withDeployed(t)
		alice.knows(t, aaron)
		d.befriend(string(aaron), string(alice.id))
		alice.rings(t, aaron, room.CallAudio)
		d.wantRing(t, aaron, alice.id, "audio", http.StatusOK)
		way := alice.hears(t, calls.EventAccept).Way
		d.mu.Lock()
		defer d.mu.Unlock()
		if way.Domain != "d.example" || d.tokens[way.Token].given != string(alice.id) {
			t.Errorf("alice goes to %s", way.Domain)
		}
		if n := len(liveCalls(alice)); n != 1 {
			t.Errorf("alice is in %d calls", n)
		}
	})
}

// What the deployed server's answers may be in place of what is documented.
func TestDeployedServerAnswersStrangely(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   any
		want   error // of a request; nil: it rings
	}{
		{"a bare 200", http.StatusOK, http.StatusOK, nil},
		{"an object without words", http.StatusOK, map[string]string{}, nil},
		{"a fault of its own", http.StatusInternalServerError, map[string]string{"error": "Internal server error"}, federation.ErrRefused},
		{"an error with 200", http.StatusOK, deployedError("Invalid friend"), federation.ErrRefused},
		{"another thing", http.StatusOK, []int{1}, federation.ErrBadAnswer},
	} {
		t.Run(test.name, func(t *testing.T) {
			alice, d := withDeployed(t)
			d.refuse = func(string) (int, any) { return test.status, test.body }
			call, err := alice.request(t.Context(), dora, room.CallAudio)
			switch {
			case !errors.Is(err, test.want):
				t.Errorf("got %v, want %v", err, test.want)
			case test.want != nil:
				alice.outcome(t, dora, identity.OutcomeFailed)
				alice.isIdle(t)
			case call.State != calls.StateRinging:
				t.Errorf("the call is %s", call.State)
			}
		})
	}
	t.Run("no token", func(t *testing.T) {
		alice, d := withDeployed(t)
		d.wantRing(t, dora, alice.id, "audio", http.StatusOK)
		rings := alice.hears(t, calls.EventRequest).Call
		d.refuse = func(string) (int, any) { return http.StatusOK, http.StatusOK }
		if _, err := alice.exchange.Answer(t.Context(), alice.account, rings.ID, testDevice); !errors.Is(err, federation.ErrBadAnswer) {
			t.Errorf("alice answers: %v", err)
		}
		alice.isIdle(t)
	})
}

// Answers that get lost leave nobody in half a call.
func TestDeployedServersAnswersAreLost(t *testing.T) {
	t.Run("to a request", func(t *testing.T) {
		alice, d := withDeployed(t)
		d.loses("t.friend.call.request")
		if _, err := alice.request(t.Context(), dora, room.CallAudio); !errors.Is(err, federation.ErrUnreachable) {
			t.Errorf("alice rings: %v", err)
		}
		eventually(t, "it is taken back", func() bool { return d.got("t.friend.call.cancel") > 0 })
		alice.outcome(t, dora, identity.OutcomeFailed)
		alice.isIdle(t)
		if status, token := d.accept(t, string(alice.id), string(dora)); status != http.StatusBadRequest || token != "" {
			t.Errorf("a late accept: %d, a token: %t", status, token != "")
		}
	})
	t.Run("to an accept", func(t *testing.T) {
		alice, d := withDeployed(t)
		d.wantRing(t, dora, alice.id, "audio", http.StatusOK)
		rings := alice.hears(t, calls.EventRequest).Call
		d.loses("t.friend.call.accept")
		if _, err := alice.exchange.Answer(t.Context(), alice.account, rings.ID, testDevice); !errors.Is(err, federation.ErrUnreachable) {
			t.Errorf("alice answers: %v", err)
		}
		eventually(t, "dora is told that nobody comes", func() bool { return !d.isRinging(string(dora), string(alice.id)) })
		alice.isIdle(t)
	})
}

// However many friends call at once, a few ring, and all others are told.
func TestSec44ManyRingAtOnce(t *testing.T) {
	const callers, most = 20, 8
	alice, d := withDeployed(t)
	for n := range callers {
		friend := must(identity.MakeID(fmt.Sprintf("friend%d", n), d.domain))(t)
		alice.knows(t, friend)
		status, answer := d.ring(t, string(friend), string(alice.id), "audio")
		if want := n < most; want != (status == http.StatusOK) {
			t.Errorf("friend %d: got %d: %s", n, status, answer)
		}
	}
	if n := len(liveCalls(alice)); n != most {
		t.Errorf("%d calls ring", n)
	}
}

// The header as it is documented, which the deployed servers themselves refuse.
func TestDocumentedHeader(t *testing.T) {
	alice, d := withDeployed(t)
	body := must(json.Marshal(deployedEvent{
		"t.friend.call.request", identity.NewUUID(time.Now()).String(),
		map[string]any{"userId": dora, "friendId": alice.id, "roomKeyhash": "other", "isEncrypt": true},
	}))(t)
	sign := base64.StdEncoding.EncodeToString(d.key.Sign(body))
	header := fmt.Sprintf("X-Takos-Signature signature=%q, Expires=%q, origin=%q", sign, d.expire(), d.domain)
	if status, answer := d.postWith(t, "a.example", body, header); status != http.StatusOK {
		t.Fatalf("got %d: %s", status, answer)
	}
	if rings := alice.hears(t, calls.EventRequest).Call; rings.Encryption.RoomKeyHash != "other" {
		t.Errorf("it rings as %+v", rings)
	}
}

// What other servers may not do, whatever they sign.
func TestSec43ServersSpeakForTheirOwnUsers(t *testing.T) {
	alice, d := withDeployed(t)
	for _, test := range []struct {
		name    string
		event   string
		payload map[string]any
		want    int
	}{
		{"another server's user rings", "t.friend.call.request", map[string]any{"userId": "bob@b.example", "friendId": alice.id, "roomKeyHash": ""}, http.StatusForbidden},
		{"alice's own answer", "t.friend.call.accept", map[string]any{"userId": dora, "friendId": alice.id}, http.StatusForbidden},
		{"somebody else's call is accepted", "t.friend.call.accept", map[string]any{"userId": alice.id, "friendId": "bob@b.example"}, http.StatusForbidden},
		{"a stranger rings", "t.friend.call.request", map[string]any{"userId": "eve@d.example", "friendId": alice.id, "roomKeyHash": ""}, http.StatusForbidden},
		{"nobody is rung", "t.friend.call.request", map[string]any{"userId": dora, "friendId": "nobody@a.example", "roomKeyHash": ""}, http.StatusBadRequest},
		{"a call of nobody's is accepted", "t.friend.call.accept", map[string]any{"userId": alice.id, "friendId": dora}, http.StatusBadRequest},
		{"a call of nobody's is cancelled", "t.friend.call.cancel", map[string]any{"userId": dora, "friendId": alice.id}, http.StatusBadRequest},
		{"a call of nobody's is rejected", "t.friend.call.reject", map[string]any{"userId": alice.id, "friendId": dora}, http.StatusBadRequest},
		{"a group of another server's", "t.group.call.join", map[string]any{"userId": dora, "roomId": "g0193aabb-ccdd-7eee-8fff-001122334455@b.example"}, http.StatusBadRequest},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, answer := d.send(t, "a.example", test.event, test.payload)
			if status != test.want || strings.Contains(string(answer), "token") {
				t.Errorf("got %d: %s", status, answer)
			}
		})
	}
	alice.heardNothing(t, calls.EventRequest)
}

func TestSec42EventsComeOnce(t *testing.T) {
	alice, d := withDeployed(t)
	event := func(at time.Time) []byte {
		return must(json.Marshal(deployedEvent{
			"t.friend.call.request", identity.NewUUID(at).String(),
			map[string]any{"userId": dora, "friendId": alice.id, "roomKeyHash": ""},
		}))(t)
	}
	fresh := event(time.Now())
	for _, step := range []struct {
		name string
		body []byte
		want int
	}{
		{"fresh", fresh, http.StatusOK},
		{"the same bytes", fresh, http.StatusConflict},
		{"the same request", event(time.Now()), http.StatusOK},
		{"an hour old", event(time.Now().Add(-time.Hour)), http.StatusBadRequest},
		{"of tomorrow", event(time.Now().Add(24 * time.Hour)), http.StatusBadRequest},
	} {
		if status, answer := d.post(t, "a.example", step.body); status != step.want {
			t.Errorf("%s: got %d: %s", step.name, status, answer)
		}
	}
	alice.hears(t, calls.EventRequest)
	alice.heardNothing(t, calls.EventRequest) // it rings once
}

// Friends who ring again and again, and who is blocked, do not get through.
func TestSec44Ringing(t *testing.T) {
	alice, d := withDeployed(t)
	for n := range 3 {
		d.wantRing(t, dora, alice.id, "audio", http.StatusOK)
		rings := alice.hears(t, calls.EventRequest).Call
		if err := alice.exchange.Decline(t.Context(), alice.account, rings.ID); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		alice.hears(t, calls.EventCancel)
	}
	d.wantRing(t, dora, alice.id, "audio", http.StatusTooManyRequests)
	if err := alice.friends.Block(t.Context(), alice.account, dora); err != nil {
		t.Fatal(err)
	}
	status, blocked := d.ring(t, string(dora), string(alice.id), "audio")
	if status != http.StatusForbidden {
		t.Errorf("who is blocked rings: %d", status)
	}
	// Who is blocked is told nothing that a stranger is not.
	if status, stranger := d.ring(t, "eve@d.example", string(alice.id), "audio"); status != http.StatusForbidden || string(stranger) != string(blocked) {
		t.Errorf("a stranger hears %d %s, who is blocked %s", status, stranger, blocked)
	}
	alice.heardNothing(t, calls.EventRequest)
}

// A key that ended long ago is no key.
func TestSec41OldKey(t *testing.T) {
	w := newWorld(t, "a.example", "d.example")
	d := newDeployed(t, w.ca, "d.example", 40*24*time.Hour)
	alice := w.start(t, "alice@a.example")
	alice.knows(t, dora)
	d.wantRing(t, dora, alice.id, "audio", http.StatusUnauthorized)
	alice.heardNothing(t, calls.EventRequest)
}
