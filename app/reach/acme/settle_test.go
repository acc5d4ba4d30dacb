package acme

import (
	"context"
	"errors"
	"testing"
	"time"

	"takoshome/app/reach/acme/acmetest"
)

func TestARecordIsThereWhenAllServersHaveIt(t *testing.T) {
	first, second := acmetest.New(t, acmetest.Config{}).DNS, acmetest.New(t, acmetest.Config{}).DNS
	silent := freePort(t).String()
	has := func(servers ...string) bool {
		return haveAll(t.Context(), servers, "_acme-challenge.home.test", "value")
	}
	first.SetText("_acme-challenge.home.test", "other")
	if has(first.Addr) {
		t.Error("another value counts")
	}
	first.SetText("_acme-challenge.home.test", "value")
	if !has(first.Addr) || has(first.Addr, second.Addr) {
		t.Error("one of two servers is enough, or too little")
	}
	second.SetText("_acme-challenge.home.test", "value")
	if !has(first.Addr, second.Addr) || !has(first.Addr, silent) {
		t.Error("both have it")
	}
	if has(silent) || has() {
		t.Error("nobody has it")
	}
}

// A zone whose servers cannot be found is left to the authority.
func TestUnknownZonesDoNotHoldUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	if err := (zoneServers{}).settle(ctx, "_acme-challenge.home.invalid", "value"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if time.Since(begun) > patience {
		t.Error("it goes on after its end")
	}
}

func FuzzAnswersOfAuthorities(f *testing.F) {
	f.Add("urn:ietf:params:acme:error:rateLimited", "retry after 2026-12-01 10:20:30 UTC", "dns-01")
	f.Add("", "\x1b[2J", "")
	f.Fuzz(func(t *testing.T, kind, detail, challenge string) {
		said := problemFor(kind, detail)
		if problemOf(said, challenge) == ProblemNone {
			t.Error("a refusal is no problem")
		}
		if len([]rune(detailOf(said))) > maxDetailBytes {
			t.Error("a long detail")
		}
		e := entry{}
		now := time.Unix(1_800_000_000, 0)
		e.fail(said, now)
		if wait := e.nextTry.Sub(now); wait < time.Minute || wait > maxRateLimit {
			t.Errorf("next try in %v", wait)
		}
	})
}
