package federation

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"takoshome/app/identity"
)

const eventID = "0193aabb-ccdd-7eee-8fff-001122334455"

func body(event, payload string) []byte {
	return fmt.Appendf(nil, `{"event":%q,"eventId":%q,"payload":%s}`, event, eventID, payload)
}

func TestParseEvent(t *testing.T) {
	const people = `"userId":"alice@a.example","friendId":"bob@b.example"`
	const room = `"userId":"alice@a.example","roomId":"g{` + eventID + `}@b.example"`
	call := func(step CallStep, callType CallType, e Encryption) Event {
		return FriendCall{step, alice, bob, callType, e}
	}
	secret, plain := Encryption{true, "abc="}, Encryption{}
	for _, test := range []struct {
		name, event, payload string
		want                 Event
	}{
		{"as specified", "t.friend.call.request", `{"roomKeyhash":"abc=","isEncrypt":true,` + people + `}`, call(CallRequest, CallAudio, secret)},
		{"as deployed", "t.friend.call.request", `{"roomKeyHash":"abc=",` + people + `,"callType":"video"}`, call(CallRequest, CallVideo, secret)},
		{"both spellings", "t.friend.call.request", `{"roomKeyHash":"abc=","roomKeyhash":"abc=",` + people + `}`, call(CallRequest, CallAudio, secret)},
		{"one of them empty", "t.friend.call.request", `{"roomKeyHash":"","roomKeyhash":"abc=",` + people + `}`, call(CallRequest, CallAudio, secret)},
		{"no hash", "t.friend.call.request", `{"isEncrypt":true,` + people + `}`, call(CallRequest, CallAudio, plain)},
		{"null hash", "t.friend.call.request", `{"roomKeyhash":null,` + people + `}`, call(CallRequest, CallAudio, plain)},
		{"not encrypted", "t.friend.call.request", `{"roomKeyHash":"abc=","isEncrypt":false,` + people + `}`, call(CallRequest, CallAudio, Encryption{false, "abc="})},
		{"two hashes", "t.friend.call.request", `{"roomKeyHash":"abc=","roomKeyhash":"xyz=",` + people + `}`, nil},
		{"hash no text", "t.friend.call.request", `{"roomKeyHash":1,` + people + `}`, nil},
		{"hash with spaces", "t.friend.call.request", `{"roomKeyHash":"a b",` + people + `}`, nil},
		{"long hash", "t.friend.call.request", `{"roomKeyHash":"` + strings.Repeat("a", 257) + `",` + people + `}`, nil},
		{"isEncrypt no truth", "t.friend.call.request", `{"isEncrypt":"yes",` + people + `}`, nil},
		{"isEncrypt null", "t.friend.call.request", `{"isEncrypt":null,` + people + `}`, nil},
		{"call type", "t.friend.call.request", `{"callType":"hologram",` + people + `}`, nil},
		{"call type null", "t.friend.call.request", `{"callType":null,` + people + `}`, nil},
		{"something more", "t.friend.call.request", `{"mood":{"good":true},` + people + `}`, call(CallRequest, CallAudio, plain)},
		{"accept", "t.friend.call.accept", `{` + people + `,"callType":"video"}`, call(CallAccept, CallVideo, plain)},
		{"reject", "t.friend.call.reject", `{` + people + `}`, call(CallReject, CallAudio, plain)},
		{"cancel", "t.friend.call.cancel", `{` + people + `}`, call(CallCancel, CallAudio, plain)},
		{"another step", "t.friend.call.hold", `{` + people + `}`, nil},
		{"no user", "t.friend.call.cancel", `{"friendId":"bob@b.example"}`, nil},
		{"user no text", "t.friend.call.cancel", `{"userId":7,"friendId":"bob@b.example"}`, nil},
		{"user's case is another", "t.friend.call.cancel", `{"userid":"alice@a.example","friendId":"bob@b.example"}`, nil},
		{"bad user", "t.friend.call.cancel", `{"userId":"a b@a.example","friendId":"bob@b.example"}`, nil},
		{"user with port", "t.friend.call.cancel", `{"userId":"alice@a.example:1","friendId":"bob@b.example"}`, nil},
		{"user twice", "t.friend.call.cancel", `{` + people + `,"userId":"eve@a.example"}`, nil},
		{"domain in capitals", "t.friend.call.cancel", `{"userId":"alice@A.Example","friendId":"bob@B.EXAMPLE"}`, call(CallCancel, CallAudio, plain)},
		{"group request", "t.group.call.request", `{"roomKeyhash":"abc=","isEncrypt":true,` + room + `}`, GroupCall{GroupRequest, group, alice, CallAudio, secret}},
		{"group join", "t.group.call.join", `{` + room + `}`, GroupCall{GroupJoin, group, alice, CallAudio, plain}},
		{"group by id", "t.group.call.join", `{"userId":"alice@a.example","roomId":"` + string(group) + `"}`, GroupCall{GroupJoin, group, alice, CallAudio, plain}},
		{"bad group", "t.group.call.join", `{"userId":"alice@a.example","roomId":"m{bob}@b.example"}`, nil},
		{"no group", "t.group.call.join", `{"userId":"alice@a.example"}`, nil},
		{"another group step", "t.group.call.leave", `{` + room + `}`, nil},
		{"friend", "t.friend.request", `{` + people + `}`, Friendship{FriendRequest, alice, bob}},
		{"friend as documented", "t.friend.request.send", `{` + people + `}`, Friendship{FriendRequest, alice, bob}},
		{"friend accepted", "t.friend.accept", `{` + people + `}`, Friendship{FriendAccept, alice, bob}},
		{"friend accepted as documented", "t.friend.request.accept", `{` + people + `}`, Friendship{FriendAccept, alice, bob}},
		{"friend cancelled", "t.friend.cancel", `{` + people + `}`, Friendship{FriendCancel, alice, bob}},
		{"friend cancelled as documented", "t.friend.request.cancel", `{` + people + `}`, Friendship{FriendCancel, alice, bob}},
		{"friend removed", "t.friend.remove", `{` + people + `}`, Friendship{FriendRemove, alice, bob}},
		{"no friend", "t.friend.request", `{"userId":"alice@a.example"}`, nil},
		{"message", "t.message.send", `{` + people + `}`, nil},
		{"nothing", "", `{` + people + `}`, nil},
		{"payload no object", "t.friend.request", `[]`, nil},
		{"payload null", "t.friend.request", `null`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseEvent(body(test.event, test.payload))
			if got.event != test.want || (err == nil) != (test.want != nil) {
				t.Errorf("got %+v, %v, want %+v", got.event, err, test.want)
			}
			if err == nil && got.id.String() != eventID {
				t.Errorf("id %v", got.id)
			}
		})
	}
}

func TestParseEventRefusesOtherBodies(t *testing.T) {
	const payload = `{"userId":"alice@a.example","friendId":"bob@b.example"}`
	good := string(body("t.friend.request", payload))
	for name, text := range map[string]string{
		"empty":           "",
		"array":           "[]",
		"null":            "null",
		"two":             good + good,
		"cut off":         good[:len(good)-1],
		"event twice":     strings.Replace(good, `{"event"`, `{"event":"t.friend.remove","event"`, 1),
		"payload twice":   strings.Replace(good, `{"event"`, `{"payload":{},"event"`, 1),
		"no id":           strings.Replace(good, "eventId", "eventid", 1),
		"UUID of 4":       strings.Replace(good, "-7eee-", "-4eee-", 1),
		"no variant":      strings.Replace(good, "-8fff-", "-0fff-", 1),
		"UUID in braces":  strings.Replace(good, eventID, "{"+eventID+"}", 1),
		"UUID as a URN":   strings.Replace(good, eventID, "urn:uuid:"+eventID, 1),
		"UUID without -":  strings.Replace(good, eventID, strings.ReplaceAll(eventID, "-", ""), 1),
		"id a number":     strings.Replace(good, `"`+eventID+`"`, "7", 1),
		"bad UTF-8":       strings.Replace(good, "alice", "al\xffce", 1),
		"deep":            strings.Repeat("[", 16000),
		"deep payload":    string(body("t.friend.request", strings.Repeat(`{"x":`, 3000)+"1"+strings.Repeat("}", 3000)))[1:],
		"NUL":             good + "\x00",
		"byte order mark": "\ufeff" + good,
	} {
		if got, err := parseEvent([]byte(text)); err == nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// What is sent is what is read, in either name, and what servers miss is there.
func TestEncode(t *testing.T) {
	for _, event := range []Event{
		FriendCall{CallRequest, alice, bob, CallVideo, Encryption{true, "abc="}},
		FriendCall{CallRequest, alice, bob, CallAudio, Encryption{}},
		FriendCall{CallAccept, bob, alice, CallVideo, Encryption{}},
		FriendCall{CallReject, bob, alice, CallAudio, Encryption{}},
		FriendCall{CallCancel, alice, bob, CallAudio, Encryption{}},
		GroupCall{GroupRequest, group, alice, CallVideo, Encryption{true, "abc="}},
		GroupCall{GroupJoin, group, alice, CallAudio, Encryption{}},
		Friendship{FriendRequest, alice, bob},
		Friendship{FriendAccept, alice, bob},
		Friendship{FriendCancel, alice, bob},
		Friendship{FriendRemove, alice, bob},
	} {
		for _, name := range event.names() {
			id := identity.NewUUID(time.Now())
			got, err := parseEvent(must(encode(event, name, id))(t))
			if err != nil || got.event != event || got.id != id {
				t.Errorf("%s: got %+v, %v, want %+v", name, got.event, err, event)
			}
		}
		if !event.isWhole() {
			t.Errorf("%+v is not whole", event)
		}
	}
	var sent struct{ Payload map[string]any }
	text := must(encode(ring(), "x", identity.NewUUID(time.Now())))(t)
	if err := json.Unmarshal(text, &sent); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"userId": "alice@a.example", "friendId": "bob@b.example", "roomKeyHash": "", "isEncrypt": false, "callType": "audio"}
	if fmt.Sprint(sent.Payload) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", sent.Payload, want)
	}
}

func TestEventsThatAreNotWhole(t *testing.T) {
	for _, event := range []Event{
		FriendCall{},
		FriendCall{Step: CallRequest, Caller: alice},
		FriendCall{"hold", alice, bob, "", Encryption{}},
		FriendCall{CallRequest, alice, bob, "hologram", Encryption{}},
		FriendCall{CallRequest, alice, bob, "", Encryption{true, ""}}, // claims what is not there
		GroupCall{},
		GroupCall{GroupJoin, "tea@b.example", alice, "", Encryption{}},
		GroupCall{"leave", group, alice, "", Encryption{}},
		Friendship{},
		Friendship{FriendRequest, alice, "bob"},
		Friendship{"wave", alice, bob},
	} {
		if event.isWhole() {
			t.Errorf("%+v passes for whole", event)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add(body("t.friend.call.request", `{"userId":"alice@a.example","friendId":"bob@b.example","roomKeyhash":"abc=","isEncrypt":true}`))
	f.Add(body("t.group.call.join", `{"userId":"alice@a.example","roomId":"g{`+eventID+`}@b.example"}`))
	f.Add(body("t.friend.request.send", `{"userId":"alice@a.example","friendId":"bob@b.example"}`))
	f.Add([]byte(`{"event":1,"event":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseEvent(text)
		if err != nil {
			for _, known := range []error{errBadEnvelope, errBadEventID, errUnknownEvent, errBadPayload} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("%q: an error without an answer: %v", text, err)
		}
		if !got.event.isWhole() || got.event.Sender().Domain() == "" || got.event.Receiver() == "" {
			t.Errorf("%q is not whole: %+v", text, got.event)
		}
		again, err := parseEvent(must(encode(got.event, got.event.names()[0], got.id))(t))
		if err != nil || again != got {
			t.Errorf("%q became %+v, then %+v, %v", text, got, again, err)
		}
	})
}
