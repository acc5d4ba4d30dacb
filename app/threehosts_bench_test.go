package app

import (
	"fmt"
	"testing"
	"time"

	"takoshome/app/calls"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// ringsPerCaller is how often somebody may ring before it counts as too much.
const ringsPerCaller = 3

// BenchmarkRingsOnTheOtherHost is the time from a wish to call until a device of
// the callee hears of it: signed, sent by HTTPS, verified, on the disk of both.
func BenchmarkRingsOnTheOtherHost(b *testing.B) {
	var alice, bob *person
	var took []time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		if n%(8*ringsPerCaller) == 0 { // as much as one server may
			alice, bob = householdAndFriend(b)
		}
		caller := *alice
		caller.account = fmt.Sprintf("caller%d", n/ringsPerCaller%8)
		n++
		b.StartTimer()
		began := time.Now()
		call := caller.rings(b, bob.id, room.CallAudio)
		rings := bob.hears(b, calls.EventRequest)
		took = append(took, time.Since(began))
		b.StopTimer()
		if err := caller.exchange.Cancel(b.Context(), caller.account, call.ID); err != nil {
			b.Fatal(err)
		}
		if got := bob.hears(b, calls.EventCancel); got.Call.ID != rings.Call.ID {
			b.Fatalf("another call was cancelled")
		}
		b.StartTimer()
	}
	slowest := time.Duration(0)
	for _, d := range took {
		slowest = max(slowest, d)
	}
	b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
}

// householdAndFriend is a host with eight people, and bob elsewhere who knows all.
func householdAndFriend(b *testing.B) (household, bob *person) {
	b.Helper()
	w := newWorld(b, "a.example", "b.example")
	household, bob = w.start(b, "alice@a.example"), w.start(b, "bob@b.example")
	for n := range 8 {
		one := *household
		one.account = fmt.Sprintf("caller%d", n)
		one.id = must(identity.MakeID(one.account, one.domain))(b)
		if err := one.store.AddAccount(time.Now(), one.account); err != nil {
			b.Fatal(err)
		}
		one.knows(b, bob.id)
		bob.knows(b, one.id)
	}
	return household, bob
}
