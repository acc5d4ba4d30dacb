package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"takoshome/app/calls"
	"takoshome/app/control"
	"takoshome/sfu/room"
)

func TestInvitations(t *testing.T) {
	a := startApp(t, nil)
	base := a.Snapshot().Host.HTTP
	do(t, a, NewInvitation{Room: "tea", CallType: room.CallVideo, Uses: 3})
	do(t, a, NewInvitation{Room: "tea", User: "alice@a.example", CallType: room.CallAudio, TTL: time.Hour})
	got := a.Snapshot().Invitations
	if len(got) != 2 || got[0].User != "alice@a.example" || got[1].UsesLeft != 3 {
		t.Fatalf("got %+v", got)
	}
	if !strings.HasPrefix(got[0].JoinURL, base+"/j#t=") || !strings.HasPrefix(got[1].JoinURL, base+"/j#i=") {
		t.Errorf("links %s and %s", got[0].JoinURL, got[1].JoinURL)
	}
	do(t, a, RevokeInvitation{ID: got[0].ID})
	if err := a.Do(t.Context(), RevokeInvitation{ID: got[0].ID}); !errors.Is(err, calls.ErrNoInvitation) {
		t.Errorf("revoked twice: %v", err)
	}
	if got := a.Snapshot().Invitations; len(got) != 1 {
		t.Errorf("got %+v", got)
	}
}

// The whole way of a guest up to the socket's door.
func TestGuestJoins(t *testing.T) {
	a := startApp(t, nil)
	base := a.Snapshot().Host.HTTP
	do(t, a, NewInvitation{Room: "tea", CallType: room.CallVideo, Uses: 1})
	code := afterText(t, a.Snapshot().Invitations[0].JoinURL, "#i=")

	status, body := get(t, base+"/api/join/info", "X-Takos-Code", code)
	if want := `{"room":"tea","callType":"video","people":0}`; status != 200 || body != want {
		t.Errorf("info: %d %s", status, body)
	}
	status, body = post(t, base+"/api/join", `{"code":"`+code+`","name":" Hanako "}`)
	var ticket struct{ Token, User string }
	if err := json.Unmarshal([]byte(body), &ticket); err != nil || status != 200 || ticket.User != "Hanako" {
		t.Fatalf("join: %d %s", status, body)
	}
	for name, want := range map[string]int{"a@b": 400, "Taro": 404} {
		if status, _ := post(t, base+"/api/join", `{"code":"`+code+`","name":"`+name+`"}`); status != want {
			t.Errorf("%s: %d, want %d", name, status, want)
		}
	}
	wantStatus(t, base+callPath+"?token="+ticket.Token, http.StatusBadRequest) // no WebSocket
	wantHandshake(t, base, "", http.StatusUnauthorized)
	wantHandshake(t, base, "wrong", http.StatusUnauthorized)
	wantHandshake(t, base, ticket.Token, http.StatusSwitchingProtocols)
	wantHandshake(t, base, ticket.Token, http.StatusUnauthorized)
	waitFor(t, a, func(s *Snapshot) bool { return len(s.Invitations) == 0 })
}

func TestControlSocket(t *testing.T) {
	a := startApp(t, nil)
	client := control.NewClient(a.config.Settings.DataDir)
	if err := client.Raise(t.Context()); !errors.Is(err, control.ErrNoWindow) {
		t.Errorf("raised without a window: %v", err)
	}
	base := a.Snapshot().Host.HTTP
	link, err := client.Invite(t.Context(), control.Invite{Room: "tea", User: "alice@a.example", CallType: "audio"})
	if err != nil {
		t.Fatal(err)
	}
	want := control.Link{
		Token:   link.Token,
		URL:     "ws" + strings.TrimPrefix(base, "http") + "/_takos/v2/call?token=" + link.Token,
		JoinURL: base + "/j#t=" + link.Token + "&c=audio",
	}
	if link != want || len(link.Token) < 22 {
		t.Errorf("got %+v, want %+v", link, want)
	}
	guests, err := client.Invite(t.Context(), control.Invite{Room: "tea", CallType: "video"})
	if err != nil || guests.Token != "" || guests.JoinURL != base+"/j#i="+guests.Code {
		t.Errorf("got %+v, %v", guests, err)
	}
	for code, invite := range map[string]control.Invite{
		control.CodeBadRoom:     {CallType: "video"},
		control.CodeBadUser:     {Room: "tea", User: "a@b@c", CallType: "video"},
		control.CodeBadCallType: {Room: "tea", CallType: "chat"},
	} {
		_, err := client.Invite(t.Context(), invite)
		var refusal *control.Refusal
		if !errors.As(err, &refusal) || refusal.Code != code {
			t.Errorf("%+v: got %v, want %s", invite, err, code)
		}
	}
	do(t, a, StopHosting{})
	_, err = client.Invite(t.Context(), control.Invite{Room: "tea", CallType: "video"})
	var refusal *control.Refusal
	if !errors.As(err, &refusal) || refusal.Code != control.CodeNotHosting {
		t.Errorf("got %v", err)
	}
}

// Security check 40: neither status nor log tells a token or a code.
func TestSec40StatusAndLogHaveNoSecrets(t *testing.T) {
	var log safeBuffer
	a := startApp(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	base := a.Snapshot().Host.HTTP
	client := control.NewClient(a.config.Settings.DataDir)
	alice, err := client.Invite(t.Context(), control.Invite{Room: "tea", User: "alice@a.example", CallType: "video"})
	if err != nil {
		t.Fatal(err)
	}
	do(t, a, NewInvitation{Room: "tea", CallType: room.CallVideo})
	do(t, a, NewInvitation{Room: "tea", User: "bob@b.example", CallType: room.CallVideo})
	open := a.Snapshot().Invitations
	secrets := []string{alice.Token, afterText(t, open[0].JoinURL, "#t="), afterText(t, open[1].JoinURL, "#i=")}
	if open[2].JoinURL != "" {
		t.Error("the window shows a token that only the asker should have")
	}
	conn := handshake(t, base, alice.Token)
	waitFor(t, a, func(s *Snapshot) bool { return s.Totals.People == 1 })
	post(t, base+"/api/join", `{"code":"`+secrets[2]+`","name":"Hanako"}`)
	wantHandshake(t, base, secrets[1]+"x", http.StatusUnauthorized)
	status, err := client.Status(t.Context())
	if err != nil || !bytes.Contains(status, []byte("alice@a.example")) {
		t.Fatalf("status %s, %v", status, err)
	}
	_ = conn.Close()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	for _, secret := range secrets {
		if bytes.Contains(status, []byte(secret)) {
			t.Error("status tells a secret")
		}
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells a secret:\n%s", log.String())
		}
	}
	if !strings.Contains(log.String(), "hosting") {
		t.Error("nothing was logged at all")
	}
}
