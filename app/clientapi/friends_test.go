package clientapi

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"takoshome/app/identity"
)

// Alice finds bob by the phone as the shipped client does, and bob accepts.
func TestFriendsByPhone(t *testing.T) {
	a, b := newWorld(t)
	alices, bobs := a.phone(t, "alice"), b.phone(t, "bob")
	if got := alices.mustPost("/api/v2/friend/request", object{"userName": string(bob)}); got.text != `{"message":"Request sent"}` {
		t.Errorf("request: %s", got.text)
	}
	status := bobs.ask("GET", "/api/v2/sessions/status", "")
	requests, _ := status.body["requests"].([]any)
	if len(requests) != 1 {
		t.Fatalf("status %s", status.text)
	}
	request := requests[0].(object)
	if request["type"] != "friend" || request["sender"] != string(alice) {
		t.Errorf("request %v", request)
	}
	list := bobs.ask("GET", "/api/v2/friend/requests", "")
	if !strings.Contains(list.text, `"sender":"alice@a.example","receiver":"bob@b.example","local":false`) {
		t.Errorf("requests %s", list.text)
	}
	if got := bobs.mustPost("/api/v2/friend/accept", object{"id": request["id"]}); got.text != `{"message":"Request accepted"}` {
		t.Errorf("accept: %s", got.text)
	}
	if got := bobs.post("/api/v2/friend/accept", object{"id": request["id"]}); got.status != 400 || got.word("message") != "Already friend" {
		t.Errorf("second accept: %d %s", got.status, got.text)
	}
	for _, test := range []struct {
		p    *phone
		want identity.ID
	}{{alices, bob}, {bobs, alice}} {
		if got := test.p.ask("GET", "/api/v2/friend/list", ""); got.text != `["`+string(test.want)+`"]` {
			t.Errorf("list %s", got.text)
		}
		if got := test.p.ask("GET", "/api/v2/sessions/status", ""); !strings.Contains(got.text, `"friendInfo":[["`+string(test.want)+`",null]]`) {
			t.Errorf("status %s", got.text)
		}
	}
	if got := alices.post("/api/v2/friend/request", object{"userName": string(bob)}); got.status != 400 || got.word("message") != "Already friend" {
		t.Errorf("request of a friend: %d %s", got.status, got.text)
	}
	alices.mustPost("/api/v2/friend/block", object{"id": string(bob)})
	if got := alices.post("/api/v2/friend/request", object{"userName": string(bob)}); got.word("code") != "blocked" {
		t.Errorf("request of who is blocked: %d %s", got.status, got.text)
	}
	if got := alices.ask("GET", "/api/v2/friend/list", ""); got.text != `[]` {
		t.Errorf("list %s", got.text)
	}
}

func TestFriendRefusals(t *testing.T) {
	a, _ := newWorld(t)
	p := a.phone(t, "alice")
	for _, test := range []struct {
		to            string
		status        int
		message, code string
	}{
		{"carol@b.example", 400, "Invalid userName", "noUser"},
		{"alice@a.example", 400, "Invalid userName", "self"},
		{"dave@d.example", 502, "Server cannot be reached", "unreachable"},
	} {
		got := p.post("/api/v2/friend/request", object{"userName": test.to})
		if got.status != test.status || got.word("message") != test.message || got.word("code") != test.code {
			t.Errorf("%s: %d %s", test.to, got.status, got.text)
		}
	}
	a.friends.Disconnect()
	if got := p.post("/api/v2/friend/request", object{"userName": string(bob)}); got.status != 503 || got.word("code") != "notHosting" {
		t.Errorf("not hosting: %d %s", got.status, got.text)
	}
}

func TestPagesOfFriends(t *testing.T) {
	h := newHost(t, Limits{})
	p := h.phone(t, "alice")
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	for i := range 25 {
		id := identity.ID(fmt.Sprintf("user%02d@b.example", i))
		at := begin.Add(time.Duration(i) * time.Minute)
		for _, step := range []identity.FriendStep{identity.StepRequest, identity.StepTheyAccept} {
			_, err := h.store.ChangeFriend(at, "alice", id, step)
			must(t, err)
		}
	}
	page := func(query string) []string {
		text := p.ask("GET", "/api/v2/friend/list"+query, "").text
		return strings.Split(strings.Trim(text, `[]"`), `","`)
	}
	if got := page(""); len(got) != 10 || got[0] != "user24@b.example" {
		t.Errorf("first page %v", got)
	}
	befor := "?befor=" + url.QueryEscape(begin.Add(5*time.Minute).Format(time.RFC3339Nano))
	if got := page(befor); len(got) != 5 || got[0] != "user04@b.example" {
		t.Errorf("last page %v", got)
	}
	if got := page("?limit=1000000"); len(got) != 25 {
		t.Errorf("all: %v", got)
	}
	for _, query := range []string{"?befor=yesterday", "?limit=0", "?limit=x", "?limit=-1"} {
		if got := p.ask("GET", "/api/v2/friend/list"+query, ""); got.status != 400 {
			t.Errorf("%s: %d", query, got.status)
		}
	}
}
