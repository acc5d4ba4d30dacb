package clientapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/app/calls"
)

// webClient does what takos servers' web client of April 2025 does, in its order
// and with what it relies on: it signs in with a UUID of its own, opens the
// socket with the cookie and never says anything there, reads frames whose data
// is JSON in a string, passes over types that it does not know, and posts cancel
// or end when the user hangs up, whatever comes of it.
type webClient struct {
	phone
	conn *websocket.Conn
	call *webCall
}

type webCall struct {
	mode, friendID, status, token string
	isCaller                      bool

	grant calls.Grant // in the SFU
}

func newWebClient(t *testing.T, h *host, name string) *webClient {
	t.Helper()
	must(t, h.store.SetPassword(t.Context(), name, password))
	c := &webClient{phone: phone{t: t, host: h, headers: map[string]string{"Origin": h.server.URL, "Sec-Fetch-Site": "same-origin"}}}
	signedIn := c.mustPost(loginPath, object{
		"userName": name, "password": password, "sessionUUID": "0193579e-aaaa-7000-8000-00000000000a",
	})
	c.token = signedIn.word("sessionid")
	status := c.ask(http.MethodGet, "/api/v2/sessions/status", "", func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	if status.body["login"] != true {
		t.Fatalf("status %s", status.text)
	}
	c.conn = c.listen().conn
	return c
}

// onMessage waits for the next frame of a type that the client knows.
func (c *webClient) onMessage() {
	c.t.Helper()
	must(c.t, c.conn.SetReadDeadline(time.Now().Add(patience)))
	for {
		_, text, err := c.conn.ReadMessage()
		must(c.t, err)
		var frame, data map[string]any
		must(c.t, json.Unmarshal(text, &frame))
		must(c.t, json.Unmarshal([]byte(frame["data"].(string)), &data))
		switch frame["type"] {
		case "callRequest":
			if c.call == nil {
				c.call = &webCall{mode: data["mode"].(string), friendID: data["userId"].(string), status: "incoming"}
				return
			}
		case "callAccept":
			if c.call != nil {
				c.call.status, c.call.token = "connected", data["token"].(string)
				return
			}
		}
	}
}

func (c *webClient) path(step string) string {
	return "/api/v2/call/friend/" + c.call.mode + "/" + step
}

func (c *webClient) request(friend, mode string) {
	c.t.Helper()
	got := c.post("/api/v2/call/friend/"+mode+"/request", object{"friendId": friend, "roomKeyHash": "aGFzaA=="})
	if got.status != http.StatusOK {
		c.t.Fatalf("request: %d %s", got.status, got.text)
	}
	c.call = &webCall{mode: mode, friendID: friend, status: "outgoing", isCaller: true}
}

func (c *webClient) accept() {
	c.t.Helper()
	got := c.post(c.path("accept"), object{"friendId": c.call.friendID})
	if got.status != http.StatusOK {
		c.t.Fatalf("accept: %d %s", got.status, got.text)
	}
	c.call.status, c.call.token = "connected", got.body["token"].(string)
}

func (c *webClient) decline() {
	c.t.Helper()
	c.post(c.path("reject"), object{"friendId": c.call.friendID})
	c.call = nil
}

// hangUp ignores the answer.
func (c *webClient) hangUp() {
	c.t.Helper()
	step := "end"
	if c.call.status == "outgoing" {
		step = "cancel"
	}
	c.post(c.path(step), object{"friendId": c.call.friendID})
	if c.call.grant.User != "" {
		c.host.world.hosts[c.sfu()].exchange.Gone(c.call.grant.Room, c.call.grant.User)
	}
	c.call = nil
}

// sfu is where the client connects with its token: the caller to its own server,
// the callee to the one in the caller's id.
func (c *webClient) sfu() string {
	if c.call.isCaller {
		return c.host.domain
	}
	return strings.Split(c.call.friendID, "@")[1]
}

// connect goes to the SFU.
func (c *webClient) connect(want string) {
	c.t.Helper()
	if c.sfu() != want {
		c.t.Errorf("goes to %s, not %s", c.sfu(), want)
	}
	c.call.grant = c.host.world.hosts[c.sfu()].enter(c.t, c.call.token)
}

func TestShippedClients(t *testing.T) {
	a, b := newWorld(t)
	alices, bobs := newWebClient(t, a, "alice"), newWebClient(t, b, "bob")
	// Friends, by what the client shows of status.
	if got := alices.post("/api/v2/friend/request", object{"userName": string(bob)}); got.status != http.StatusOK {
		t.Fatalf("request of friendship: %d %s", got.status, got.text)
	}
	status := bobs.ask(http.MethodGet, "/api/v2/sessions/status", "")
	request := status.body["requests"].([]any)[0].(object)
	bobs.mustPost("/api/v2/friend/accept", object{"id": request["id"]})

	for _, mode := range []string{"audio", "video"} {
		alices.request(string(bob), mode)
		bobs.onMessage()
		if bobs.call.friendID != string(alice) || bobs.call.mode != mode {
			t.Fatalf("bob sees %+v", bobs.call)
		}
		bobs.accept()
		alices.onMessage()
		for _, c := range []*webClient{alices, bobs} {
			c.connect("a.example")
		}
		bobs.hangUp()
		alices.hangUp() // its SFU socket was closed; the user presses the button too
	}

	for _, h := range []*host{a, b} {
		h.clock.advance(time.Minute) // one does not ring more often than three times in it
	}
	alices.request(string(bob), "audio")
	bobs.onMessage()
	bobs.decline()
	alices.hangUp() // it rings for ever there, until the user gives up
	alices.request(string(bob), "audio")
	bobs.onMessage()
	alices.hangUp()
	bobs.decline() // it passed over callCancel, so it is bob who stops the ringing

	// None of that has left anything that keeps the next call away.
	bobs.request(string(alice), "video")
	alices.onMessage()
	alices.accept()
	bobs.onMessage()
	alices.connect("b.example")
	bobs.connect("b.example")
}
