package clientapi

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/identity"
)

const friendCall = "/api/v2/call/friend/audio/"

// enter goes into a call with a token, as the SFU tells it.
func (h *host) enter(t testing.TB, token string) calls.Grant {
	t.Helper()
	grant, err := h.book.Redeem(h.clock.now(), token)
	must(t, err)
	h.exchange.Entered(grant.Room, grant.User)
	return grant
}

// Anna calls alice, who lives where she does. Both of alice's devices ring, and
// the one stops once the other has answered; only the device that anna called
// from gets her token.
func TestTwoDevices(t *testing.T) {
	h := newHost(t, Limits{})
	befriend(t, h, alice, h, anna)
	phone, laptop := h.phone(t, "alice"), h.phone(t, "alice")
	asking, tablet := h.phone(t, "anna"), h.phone(t, "anna")
	phoneLine, laptopLine := phone.listen(), laptop.listen()
	askingLine, tabletLine := asking.listen(), tablet.listen()

	asking.mustPost("/api/v2/call/friend/video/request", object{"friendId": string(alice), "roomKeyHash": "aGFzaA=="})
	for _, l := range []*line{phoneLine, laptopLine} {
		data := l.mustHear("callRequest")
		if data["type"] != "friend" || data["mode"] != "video" || data["userId"] != string(anna) || data["roomKeyHash"] != "aGFzaA==" {
			t.Errorf("callRequest %v", data)
		}
	}
	accepted := phone.mustPost("/api/v2/call/friend/video/accept", object{"friendId": string(anna)})
	if accepted.word("status") != "ok" || accepted.word("domain") != "a.example" {
		t.Errorf("accept %s", accepted.text)
	}
	if data := laptopLine.mustHear("callCancel"); data["reason"] != "answered" || data["userId"] != string(anna) {
		t.Errorf("callCancel %v", data)
	}
	data := askingLine.mustHear("callAccept")
	if data["type"] != "friend" || data["mode"] != "video" || data["userId"] != string(alice) || data["domain"] != "a.example" {
		t.Errorf("callAccept %v", data)
	}
	if got := laptop.post("/api/v2/call/friend/video/accept", object{"friendId": string(anna)}); got.status == http.StatusOK {
		t.Errorf("answered twice: %s", got.text)
	}
	annas, alices := h.enter(t, data["token"].(string)), h.enter(t, accepted.word("token"))
	if annas.User != string(anna) || alices.User != string(alice) || annas.Room != alices.Room {
		t.Errorf("anna goes in as %+v, alice as %+v", annas, alices)
	}
	phone.mustPost("/api/v2/call/friend/video/end", object{"friendId": string(anna)})
	h.exchange.Gone(alices.Room, alices.User)
	askingLine.mustHear("callEnd")
	// All this time nothing came to the device that neither asked nor answered.
	phone.mustPost(friendCall+"request", object{"friendId": string(anna)})
	tabletLine.mustHear("callRequest")
	for _, secret := range []string{accepted.word("token"), data["token"].(string), asking.token, phone.token} {
		if strings.Contains(h.log.String(), secret) {
			t.Error("the log has a secret")
		}
	}
}

func TestCallOtherServer(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	alices, bobs := a.phone(t, "alice"), b.phone(t, "bob")
	alicesLine, bobsLine := alices.listen(), bobs.listen()
	alices.mustPost(friendCall+"request", object{"friendId": string(bob), "roomKeyHash": "aGFzaA=="})
	bobsLine.mustHear("callRequest")
	accepted := bobs.mustPost(friendCall+"accept", object{"friendId": string(alice)})
	data := alicesLine.mustHear("callAccept")
	for _, text := range []string{accepted.text, jsonOf(t, data)} {
		for _, session := range []string{alices.token, bobs.token} {
			if strings.Contains(text, session) {
				t.Errorf("a session stands in %s", text)
			}
		}
	}
	if accepted.word("domain") != "a.example" || data["domain"] != "a.example" {
		t.Errorf("bob goes to %q, alice to %q", accepted.word("domain"), data["domain"])
	}
	if got := a.enter(t, accepted.word("token")); got.User != string(bob) {
		t.Errorf("bob goes in as %+v", got)
	}
	if got := a.enter(t, data["token"].(string)); got.User != string(alice) {
		t.Errorf("alice goes in as %+v", got)
	}
}

func TestReject(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	alices, phone, laptop := a.phone(t, "alice"), b.phone(t, "bob"), b.phone(t, "bob")
	alicesLine, phoneLine, laptopLine := alices.listen(), phone.listen(), laptop.listen()
	alices.mustPost(friendCall+"request", object{"friendId": string(bob)})
	phoneLine.mustHear("callRequest")
	laptopLine.mustHear("callRequest")
	phone.mustPost(friendCall+"reject", object{"friendId": string(alice)})
	if data := laptopLine.mustHear("callCancel"); data["reason"] != "declined" {
		t.Errorf("callCancel %v", data)
	}
	if data := alicesLine.mustHear("callReject"); data["userId"] != string(bob) {
		t.Errorf("callReject %v", data)
	}
	if got := laptop.post(friendCall+"reject", object{"friendId": string(alice)}); got.status != 400 || got.word("message") != "Invalid call" {
		t.Errorf("rejected twice: %d %s", got.status, got.text)
	}
	if got := phone.post(friendCall+"accept", object{"friendId": string(alice)}); got.status != 400 || got.body["token"] != nil {
		t.Errorf("accepted after rejecting: %d %s", got.status, got.text)
	}
}

func TestCancel(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	alices, bobs := a.phone(t, "alice"), b.phone(t, "bob")
	bobsLine := bobs.listen()
	alices.mustPost(friendCall+"request", object{"friendId": string(bob)})
	bobsLine.mustHear("callRequest")
	alices.mustPost(friendCall+"end", object{"friendId": string(bob)}) // of an earlier call
	bobs.mustPost(friendCall+"cancel", object{"friendId": string(alice)})
	for range 2 {
		alices.mustPost(friendCall+"cancel", object{"friendId": string(bob)})
	}
	if data := bobsLine.mustHear("callCancel"); data["reason"] != "cancelled" {
		t.Errorf("callCancel %v", data)
	}
	if got := bobs.post(friendCall+"accept", object{"friendId": string(alice)}); got.status != 400 || got.body["token"] != nil {
		t.Errorf("accepted after the cancel: %d %s", got.status, got.text)
	}
}

// Bob has said yes a moment before alice cancels: then she ends the call.
func TestCancelOfWhatWasAccepted(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	alices, bobs := a.phone(t, "alice"), b.phone(t, "bob")
	alices.mustPost(friendCall+"request", object{"friendId": string(bob)})
	accepted := bobs.mustPost(friendCall+"accept", object{"friendId": string(alice)})
	alices.mustPost(friendCall+"cancel", object{"friendId": string(bob)})
	if _, live := a.exchange.Find("alice", bob); live {
		t.Error("the call goes on")
	}
	if _, err := a.book.Redeem(a.clock.now(), accepted.word("token")); err == nil {
		t.Error("its token is still good")
	}
}

func TestCallRefusals(t *testing.T) {
	h := newHost(t, Limits{})
	alices, annas := h.phone(t, "alice"), h.phone(t, "anna")
	if got := alices.post(friendCall+"request", object{"friendId": string(anna)}); got.status != 400 || got.word("message") != "Invalid friend" {
		t.Errorf("a stranger: %d %s", got.status, got.text)
	}
	befriend(t, h, alice, h, anna)
	if got := alices.post(friendCall+"accept", object{"friendId": string(anna)}); got.status != 400 || got.word("message") != "Invalid call" {
		t.Errorf("accept of nothing: %d %s", got.status, got.text)
	}
	alices.mustPost(friendCall+"request", object{"friendId": string(anna)})
	if got := alices.post(friendCall+"accept", object{"friendId": string(anna)}); got.status != 400 {
		t.Errorf("accept of one's own request: %d %s", got.status, got.text)
	}
	annas.mustPost("/api/v2/friend/block", object{"id": string(alice)})
	if got := annas.post(friendCall+"accept", object{"friendId": string(alice)}); got.status != 400 {
		t.Errorf("accept of who is blocked: %d %s", got.status, got.text)
	}
	alices.mustPost(friendCall+"cancel", object{"friendId": string(anna)}) // to her it rings on
	if got := alices.post(friendCall+"request", object{"friendId": string(anna)}); got.status != 400 || got.word("message") != "Invalid friend" {
		t.Errorf("call of who has blocked: %d %s", got.status, got.text)
	}
	h.exchange.Disconnect()
	if got := alices.post(friendCall+"request", object{"friendId": string(anna)}); got.status != 503 {
		t.Errorf("not hosting: %d %s", got.status, got.text)
	}
}

func TestBusy(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	befriend(t, a, anna, b, bob)
	alices, annas, bobs := a.phone(t, "alice"), a.phone(t, "anna"), b.phone(t, "bob")
	annasLine := annas.listen()
	alices.mustPost(friendCall+"request", object{"friendId": string(bob)})
	bobs.mustPost(friendCall+"accept", object{"friendId": string(alice)})
	if got := annas.post(friendCall+"request", object{"friendId": string(bob)}); got.status != 409 || got.word("code") != "busy" {
		t.Errorf("got %d %s", got.status, got.text)
	}
	if data := annasLine.mustHear("callBusy"); data["userId"] != string(bob) {
		t.Errorf("callBusy %v", data)
	}
}

// A device that comes while it rings, or that was away for the moment of the
// yes, hears what it missed.
func TestWhatWasMissed(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	alices, bobs := a.phone(t, "alice"), b.phone(t, "bob")
	alices.mustPost(friendCall+"request", object{"friendId": string(bob)})
	bobs.listen().mustHear("callRequest")
	bobs.mustPost(friendCall+"accept", object{"friendId": string(alice)})
	data := alices.listen().mustHear("callAccept")
	a.enter(t, data["token"].(string))
}

func TestGroupCall(t *testing.T) {
	a, b := newWorld(t)
	group, err := a.store.CreateGroup(a.clock.now(), "Tea", alice)
	must(t, err)
	must(t, a.store.AddMember(a.clock.now(), group.ID, anna, identity.RoleMember))
	must(t, a.store.AddMember(a.clock.now(), group.ID, bob, identity.RoleMember))
	alices, annas, bobs := a.phone(t, "alice"), a.phone(t, "anna"), b.phone(t, "bob")
	annasLine := annas.listen()
	join := object{"groupId": string(group.ID)}
	if got := bobs.post("/api/v2/call/group/audio/join", join); got.status != 400 || got.word("code") != "noCall" {
		t.Errorf("join of no call: %d %s", got.status, got.text)
	}
	started := alices.mustPost("/api/v2/call/group/audio/start", object{"groupId": group.ID.Room(), "roomKeyHash": "aGFzaA=="})
	if started.word("groupId") != string(group.ID) || started.word("domain") != "a.example" {
		t.Errorf("start %s", started.text)
	}
	if got := a.enter(t, started.word("token")); got.User != string(alice) || got.Room != group.ID.Room() {
		t.Errorf("alice goes in as %+v", got)
	}
	if data := annasLine.mustHear("groupCallRequest"); data["groupId"] != string(group.ID) || data["type"] != "group" {
		t.Errorf("groupCallRequest %v", data)
	}
	for _, p := range []*phone{annas, bobs} {
		joined := p.mustPost("/api/v2/call/group/audio/join", join)
		if got := a.enter(t, joined.word("token")); got.Room != group.ID.Room() || joined.word("domain") != "a.example" {
			t.Errorf("%s goes to %+v", p.host.domain, got)
		}
	}
	must(t, a.store.RemoveMember(group.ID, bob))
	if got := bobs.post("/api/v2/call/group/audio/join", join); got.status != 403 || got.word("code") != "notMember" {
		t.Errorf("join of a stranger: %d %s", got.status, got.text)
	}
}

// The call of a device ends when it is signed out, by itself or by another.
func TestSignedOutDevicesLeaveTheirCall(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, h *host, gone, other *phone){
		"logout": func(_ *testing.T, _ *host, gone, _ *phone) { gone.mustPost("/api/v2/sessions/logout", object{}) },
		"from another device": func(_ *testing.T, _ *host, gone, other *phone) {
			other.mustPost("/api/v2/sessions/delete/"+gone.sessionID(), object{})
		},
		"with another password": func(t *testing.T, h *host, _, _ *phone) {
			must(t, h.store.SetPassword(t.Context(), "alice", password))
			h.api.Recheck()
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, Limits{})
			befriend(t, h, alice, h, anna)
			gone, other := h.phone(t, "alice"), h.phone(t, "alice")
			gone.listen()
			annasLine := h.phone(t, "anna").listen()
			gone.mustPost(friendCall+"request", object{"friendId": string(anna)})
			annasLine.mustHear("callRequest")
			end(t, h, gone, other)
			annasLine.mustHear("callCancel")
		})
	}
}

// A phone that loses its connection while the other server is asked has asked.
func TestPhoneThatIsGoneHasAsked(t *testing.T) {
	a, b := newWorld(t)
	befriend(t, a, alice, b, bob)
	alices := a.phone(t, "alice")
	bobsLine := b.phone(t, "bob").listen()
	ctx, cancel := context.WithCancel(t.Context())
	a.exchange.Connect("a.example", lineFunc(func(c context.Context, domain string, event federation.Event) (federation.Answer, error) {
		cancel() // the phone is gone
		return a.world.Send(c, domain, event)
	}))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.server.URL+friendCall+"request", strings.NewReader(`{"friendId":"bob@b.example"}`))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: alices.token})
	if response, err := a.server.Client().Do(r); err == nil {
		_ = response.Body.Close()
	}
	bobsLine.mustHear("callRequest")
	bobs := b.phone(t, "bob")
	bobs.mustPost(friendCall+"accept", object{"friendId": string(alice)})
	alices.listen().mustHear("callAccept")
}

type lineFunc func(context.Context, string, federation.Event) (federation.Answer, error)

func (f lineFunc) Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error) {
	return f(ctx, domain, event)
}
