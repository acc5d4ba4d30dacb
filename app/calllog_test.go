package app

import (
	"log/slog"
	"strings"
	"testing"

	"takoshome/app/config"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

// Security check 40, on the guest's side: links stand in no log, whether they work
// or not.
func TestSec40LogOfACallHasNoSecrets(t *testing.T) {
	log := &safeBuffer{}
	guest := startCaller(t, func(c *Config) {
		c.Settings.Hosting = false
		c.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	host := startCaller(t, func(c *Config) { c.Settings.TLS = config.TLS{Mode: config.TLSSelfSigned} })
	good := host.roomLink(t, room.CallVideo)
	bare, _, _ := strings.Cut(good, "&f=")
	_, code, _ := strings.Cut(bare, "#i=")
	const secret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfG"
	for _, link := range []string{
		"http://127.0.0.1:9/j#t=" + secret, "http://127.0.0.1:9/j#i=" + secret, "ws://127.0.0.1:9/_takos/v2/call?token=" + secret,
		"https://h.invalid/" + secret, bare, strings.Replace(bare, "i="+code, "t="+secret, 1),
	} {
		do(t, guest.App, PrepareCall{Link: link, Wishes: session.Wishes{Name: "Bob"}, Now: true})
		guest.callWith(t, hasEnded)
		do(t, guest.App, LeaveCall{})
	}
	guest.join(t, good, "Bob")
	do(t, guest.App, LeaveCall{})
	if err := guest.Close(); err != nil {
		t.Error(err)
	}
	text := log.String()
	for _, secret := range []string{secret, code} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %s:\n%s", secret, text)
		}
	}
	if !strings.Contains(text, "could not be joined") {
		t.Errorf("nothing was logged:\n%s", text)
	}
}
