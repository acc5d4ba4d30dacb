package app

import (
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"takoshome/app/awake/logindtest"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

func TestNeedsAwake(t *testing.T) {
	for name, test := range map[string]struct {
		snapshot Snapshot
		want     bool
	}{
		"nobody":           {Snapshot{}, false},
		"a room's guest":   {Snapshot{Totals: Totals{People: 1}}, true},
		"in a call":        {Snapshot{Call: Call{State: session.StateInCall}}, true},
		"coming back":      {Snapshot{Call: Call{State: session.StateReconnecting}}, true},
		"looking in glass": {Snapshot{Call: Call{State: session.StatePreparing}}, false},
		"over":             {Snapshot{Call: Call{State: session.StateEnded}}, false},
	} {
		if got := needsAwake(&test.snapshot); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// withLogind is a logind that apps find from now on.
func withLogind(t *testing.T) *logindtest.Logind {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("logind is a part of Linux systems")
	}
	logind := logindtest.New(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", logind.Address)
	return logind
}

// The host is awake while a guest is there, and at nobody's wish any longer.
func TestAwakeWithAGuest(t *testing.T) {
	logind := withLogind(t)
	a := startApp(t, nil)
	link, err := a.invite(NewInvitation{Room: "tea", User: "alice@a.example", CallType: room.CallVideo}, false)
	if err != nil {
		t.Fatal(err)
	}
	if held := logind.Held(); len(held) != 0 {
		t.Errorf("held with nobody there: %v", held)
	}
	conn := handshake(t, a.Snapshot().Host.HTTP, link.Token)
	defer func() { _ = conn.Close() }()
	if held := logind.Await(t, 1); held[0].What != "sleep:idle" || held[0].Why != awakeReason {
		t.Errorf("held %+v", held[0])
	}
	do(t, a, RemovePeer{"tea", "alice@a.example"})
	removed := time.Now()
	logind.Await(t, 0)
	t.Logf("released after %v", time.Since(removed))
}

// Both sides of a call are awake, and may sleep when it is over.
func TestAwakeInACall(t *testing.T) {
	logind := withLogind(t)
	host := startCaller(t, nil)
	guest := startCaller(t, func(c *Config) { c.Settings.Hosting = false })
	link := host.roomLink(t, room.CallAudio)
	do(t, guest.App, PrepareCall{Link: link})
	guest.callWith(t, func(c Call) bool { return c.State == session.StatePreparing })
	if held := logind.Held(); len(held) != 0 {
		t.Errorf("held before the call: %v", held)
	}
	do(t, guest.App, JoinCall{Name: "Bob"})
	logind.Await(t, 2)
	do(t, guest.App, LeaveCall{})
	logind.Await(t, 0)

	off := startCaller(t, func(c *Config) { c.Settings.Hosting, c.Settings.KeepAwake = false, false })
	off.join(t, link, "Carol")
	logind.Await(t, 1) // the host alone
}

// A computer that falls asleep in spite of all looks around when it has woken.
func TestResumeIsFollowed(t *testing.T) {
	logind := withLogind(t)
	var log safeBuffer
	startApp(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	eventually(t, "the resume is noticed", func() bool {
		logind.PrepareForSleep(t, false)
		return strings.Contains(log.String(), "awake again")
	})
}
