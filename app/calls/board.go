package calls

import (
	"slices"
	"strings"
	"time"
)

// board has all calls. The lock of its Exchange protects it.
type board struct {
	calls   map[string]*leg        // by ID; live ones and those shown
	friends map[pair]*leg          // live
	places  map[place]*leg         // live, of groups
	rooms   map[string]*leg        // live, of friends, held here, by the caller's leg
	groups  map[string]*conference // of this host, by room
	over    []*leg                 // shown, the oldest first
}

func newBoard() board {
	return board{
		calls: map[string]*leg{}, friends: map[pair]*leg{}, places: map[place]*leg{},
		rooms: map[string]*leg{}, groups: map[string]*conference{},
	}
}

func (b *board) add(l *leg) {
	b.calls[l.call.ID] = l
	if l.isGroup() {
		b.places[l.place()] = l
		return
	}
	b.friends[l.pair] = l
	if l.room != "" && !l.pair.incoming {
		b.rooms[l.room] = l
	}
}

// retire takes a call from the live ones.
func (b *board) retire(l *leg) {
	if b.places[l.place()] == l {
		delete(b.places, l.place())
	}
	if b.friends[l.pair] == l {
		delete(b.friends, l.pair)
	}
	if b.rooms[l.room] == l {
		delete(b.rooms, l.room)
	}
}

// show keeps a call that is over for a while; the oldest gives way.
func (b *board) show(l *leg) {
	b.over = append(b.over, l)
	if len(b.over) > maxShownCalls {
		b.forget(b.over[0])
	}
}

// forget takes away a call that is over.
func (b *board) forget(l *leg) {
	if b.calls[l.call.ID] == l {
		delete(b.calls, l.call.ID)
	}
	b.over = slices.DeleteFunc(b.over, func(other *leg) bool { return other == l })
}

func (b *board) live() []*leg {
	list := make([]*leg, 0, len(b.friends)+len(b.places))
	for _, l := range b.friends {
		list = append(list, l)
	}
	for _, l := range b.places {
		list = append(list, l)
	}
	return list
}

// of gives a call of an account.
func (b *board) of(account, id string) *leg {
	if l := b.calls[id]; l != nil && l.call.Account == account {
		return l
	}
	return nil
}

// engaged gives the call that an account is in, or is answering.
func (b *board) engaged(account string) *leg {
	for _, l := range b.live() {
		if l.call.Account == account && l.isEngaged() {
			return l
		}
	}
	return nil
}

// count says how many calls ring at an account, and how many are unanswered in all.
func (b *board) count(account string) (ringing, pending int) {
	for _, l := range b.live() {
		if !l.call.State.isUnanswered() {
			continue
		}
		pending++
		if l.call.Account == account && l.rings() {
			ringing++
		}
	}
	return ringing, pending
}

// partner is the other's leg of a call between two people of this host.
func (b *board) partner(l *leg) *leg {
	if l.isGroup() {
		return nil
	}
	other := l.pair
	other.incoming = !other.incoming
	return b.friends[other]
}

// list gives an account's calls, the newest first.
func (b *board) list(account string) []Call {
	var list []Call
	for _, l := range b.calls {
		if l.call.Account == account {
			list = append(list, l.call)
		}
	}
	slices.SortFunc(list, func(x, y Call) int {
		if c := y.StartedAt.Compare(x.StartedAt); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return list
}

// due is when something happens next by itself; zero: nothing will.
func (b *board) due() time.Time {
	var first time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for _, l := range b.live() {
		sooner(l.deadline)
		if l.crossing.isOn && !l.crossing.isTaking {
			sooner(l.crossing.giveUp)
		}
	}
	for _, g := range b.groups {
		sooner(g.deadline)
	}
	if len(b.over) > 0 {
		sooner(b.over[0].overAt.Add(showTime))
	}
	return first
}
