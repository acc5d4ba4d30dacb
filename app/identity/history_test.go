package identity

import (
	"errors"
	"testing"
	"time"
)

func TestHistory(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Calls: 5}})
	call := Call{
		ID: NewCallID(), Account: "alice", Peer: "bob@b.example", Incoming: true, Video: true,
		Outcome: OutcomeMissed, StartedAt: start,
	}
	group := Call{
		ID: NewCallID(), Account: "alice", Peer: "bob@b.example", Group: "0193aabb-ccdd-7eee-8fff-001122334455@c.example",
		Outcome: OutcomeAnswered, StartedAt: start.Add(time.Minute), EndedAt: start.Add(time.Hour),
	}
	hers := Call{ID: NewCallID(), Account: "carol", Peer: "bob@b.example", Outcome: OutcomeBusy, StartedAt: start}
	for _, c := range []Call{call, group, hers} {
		if err := s.RecordCall(c); err != nil {
			t.Fatal(err)
		}
	}
	call.Outcome, call.EndedAt = OutcomeAnswered, start.Add(30*time.Second)
	if err := s.RecordCall(call); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	list := must[[]Call](t)(s.Calls("alice", 10))
	if len(list) != 2 || list[0] != group || list[1] != call {
		t.Errorf("got %+v", list)
	}
	if list := must[[]Call](t)(s.Calls("alice", 1)); len(list) != 1 || list[0] != group {
		t.Errorf("the newest: %+v", list)
	}
	if err := s.SeeCalls("alice"); err != nil {
		t.Fatal(err)
	}
	if list := must[[]Call](t)(s.Calls("alice", 10)); !list[0].Seen || !list[1].Seen {
		t.Errorf("not seen: %+v", list)
	}
	if list := must[[]Call](t)(s.Calls("carol", 10)); len(list) != 1 || list[0] != hers {
		t.Errorf("carol's: %+v", list)
	}
	for n := range 5 {
		c := Call{ID: NewCallID(), Account: "alice", Peer: "bob@b.example", Outcome: OutcomeFailed, StartedAt: start.Add(time.Duration(n) * time.Hour)}
		if err := s.RecordCall(c); err != nil {
			t.Fatal(err)
		}
	}
	all := append(must[[]Call](t)(s.Calls("alice", 10)), must[[]Call](t)(s.Calls("carol", 10))...)
	if len(all) != 5 || !all[0].StartedAt.Equal(start.Add(4*time.Hour)) {
		t.Errorf("%d are kept, want the newest 5: %+v", len(all), all)
	}
	if err := s.ForgetCalls("alice"); err != nil {
		t.Fatal(err)
	}
	if list := must[[]Call](t)(s.Calls("alice", 10)); len(list) != 0 {
		t.Errorf("not forgotten: %+v", list)
	}
}

func TestHistoryRefuses(t *testing.T) {
	s := newStore(t)
	good := Call{ID: NewCallID(), Account: "alice", Peer: "bob@b.example", Outcome: OutcomeMissed, StartedAt: start}
	for name, change := range map[string]func(*Call){
		"id":      func(c *Call) { c.ID = "x" },
		"peer":    func(c *Call) { c.Peer = "bob" },
		"outcome": func(c *Call) { c.Outcome = "fun" },
		"group":   func(c *Call) { c.Group = "tea" },
		"time":    func(c *Call) { c.StartedAt = time.Time{} },
	} {
		call := good
		change(&call)
		if err := s.RecordCall(call); !errors.Is(err, ErrBadCall) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.Account = "nobody"
	if err := s.RecordCall(good); !errors.Is(err, ErrNoAccount) {
		t.Errorf("account: %v", err)
	}
}
