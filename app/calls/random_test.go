package calls

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// deed is something that may happen in a town, chosen by a byte.
func (w *town) deed(ctx context.Context, code byte) {
	people := []identity.ID{alice, ann, bob, carol}
	who, other := people[code&3], people[code>>2&3]
	h := w.of(who)
	call, found := h.Find(who.Name(), other)
	in := func(f func()) { go f() }
	switch code >> 4 {
	case 0, 1, 2:
		in(func() { _, _ = h.Request(ctx, who.Name(), other, video(DeviceWindow)) })
	case 3, 4, 5:
		if found {
			in(func() { w.goIn(h.Answer(ctx, who.Name(), call.ID, DeviceWindow)) })
		}
	case 6:
		_ = h.Decline(ctx, who.Name(), call.ID)
	case 7:
		_ = h.Cancel(ctx, who.Name(), call.ID)
	case 8:
		_ = h.End(ctx, who.Name(), call.ID)
	case 9:
		if room := w.room(who); room != "" {
			if time.Now().Second()&1 == 0 {
				h.Gone(room, string(other))
			} else {
				h.Left(room, string(other))
			}
		}
	case 10:
		time.Sleep(time.Duration(code&15) * 10 * time.Second)
	case 11:
		time.Sleep(time.Duration(code&15) * 100 * time.Millisecond)
	case 12:
		steps := []federation.CallStep{federation.CallRequest, federation.CallAccept, federation.CallReject, federation.CallCancel}
		event := federation.FriendCall{Step: steps[code&3], Caller: other, Callee: people[(code>>1)&3]}
		if event.Caller != event.Callee {
			in(func() { w.hosts[event.Receiver()].handle(ctx, event) })
		}
	case 13:
		in(func() { w.goIn(h.StartGroup(ctx, who.Name(), w.group, video(DeviceWindow))) })
	case 14:
		in(func() { w.goIn(h.JoinGroup(ctx, who.Name(), w.group, video(DeviceWindow))) })
	case 15:
		w.end(code>>2&3, who, other)
	}
}

// end is something that ends calls.
func (w *town) end(code byte, who, other identity.ID) {
	h := w.of(who)
	switch code {
	case 0:
		h.Forget(who.Name(), other)
	case 1:
		w.of(alice).ForgetMember(w.group, who)
	case 2:
		h.ForgetAccount(who.Name())
	case 3:
		h.Disconnect()
		h.Connect(h.domain, line{w, h.domain})
	}
}

// goIn takes somebody into a room, if the way still leads there.
func (w *town) goIn(way Way, err error) {
	if err != nil {
		return
	}
	if grant, err := w.redeem(way); err == nil {
		w.hosts[way.Domain].Entered(grant.Room, grant.User)
	}
}

// checkBoard says what is impossible on a host.
func (h *host) checkBoard() {
	h.t.Helper()
	h.Exchange.mu.Lock()
	defer h.Exchange.mu.Unlock()
	b := &h.board
	engaged := map[string]int{}
	for p, l := range b.friends {
		if !l.isLive() || l.pair != p || b.calls[l.call.ID] != l || (l.call.Incoming && !p.incoming) {
			h.t.Errorf("a call of %v is listed as live: %+v", p, l.call)
		}
		if !p.incoming && (b.rooms[l.room] != l || l.answering != nil) {
			h.t.Errorf("a call of ours is not in its room: %+v", l.call)
		}
		if l.call.State == StateCalling && (p.incoming || !l.isSending && !l.crossing.isTaking) {
			h.t.Errorf("nobody asks for %+v", l.call)
		}
	}
	for _, l := range b.live() {
		if l.isEngaged() {
			engaged[l.call.Account]++
		}
		if l.deadline.IsZero() && l.call.State.isUnanswered() && !l.isGroup() {
			h.t.Errorf("rings for ever: %+v", l.call)
		}
		if l.call.State == StateAccepted && l.deadline.IsZero() && (l.isElsewhere() || !l.pair.incoming) {
			h.t.Errorf("waits for ever: %+v", l.call)
		}
		if !l.call.State.isTaken() && len(l.tokens) > 0 && l.call.State.isUnanswered() {
			h.t.Errorf("has tokens without a yes: %+v", l.call)
		}
	}
	for account, n := range engaged {
		if n > 1 {
			h.t.Errorf("%s is in %d calls", account, n)
		}
	}
	for _, l := range b.over {
		if l.isLive() || len(l.tokens) > 0 || l.answering != nil || l.way.Token != "" {
			h.t.Errorf("over, and yet alive: %+v", l.call)
		}
	}
	for room, c := range b.groups {
		if c.deadline.IsZero() && len(c.present) == 0 {
			h.t.Errorf("the call in %s runs without anybody", room)
		}
	}
}

// live lets a town run through deeds, on lines that lose, delay and repeat.
func (w *town) live(deeds []byte) {
	dice := rand.New(rand.NewPCG(uint64(len(deeds)), 1))
	w.group = w.newGroup()
	w.weather(func(string, federation.Event) fate {
		f := fate{delay: time.Duration(dice.IntN(50)) * time.Millisecond, twice: dice.IntN(5) == 0}
		switch dice.IntN(10) {
		case 0:
			f.err = &federation.SendError{Domain: "x.example", Err: federation.ErrUnreachable}
		case 1:
			f.answerErr = &federation.SendError{Domain: "x.example", Err: federation.ErrSlow}
		case 2:
			f.delay = time.Duration(dice.IntN(30)) * time.Second
		case 3:
			f.answerDelay = time.Duration(dice.IntN(30)) * time.Second
		}
		return f
	})
	ctx, cancel := context.WithCancel(context.Background())
	for n, code := range deeds {
		w.deed(ctx, code)
		if n%3 == 0 {
			synctest.Wait()
			for _, h := range w.hosts {
				h.checkBoard()
			}
		}
	}
	cancel()
	synctest.Wait()             // whoever is on the way in comes in
	for _, h := range w.hosts { // everybody goes
		for _, room := range h.rooms() {
			for _, id := range []identity.ID{alice, ann, bob, carol} {
				h.Left(room, string(id))
			}
		}
	}
	time.Sleep(longestTime + time.Hour)
	synctest.Wait()
	for _, h := range w.hosts {
		h.checkOver()
	}
}

func (h *host) rooms() (list []string) {
	h.Exchange.mu.Lock()
	defer h.Exchange.mu.Unlock()
	for room := range h.board.rooms {
		list = append(list, room)
	}
	for room := range h.board.groups {
		list = append(list, room)
	}
	return list
}

// checkOver says what a host still has although everything has ended.
func (h *host) checkOver() {
	h.t.Helper()
	h.Exchange.mu.Lock()
	defer h.Exchange.mu.Unlock()
	b := &h.board
	for _, l := range b.live() {
		h.t.Errorf("%s: has not ended: %+v", h.domain, l.call)
	}
	if len(b.calls)+len(b.over)+len(b.rooms)+len(b.groups)+len(h.link.notices) > 0 {
		h.t.Errorf("%s has left: %d calls, %d over, %d rooms, %d groups, %d notices", h.domain,
			len(b.calls), len(b.over), len(b.rooms), len(b.groups), len(h.link.notices))
	}
}

// Whatever happens in whatever order, no state is impossible and nothing is left.
func TestAnything(t *testing.T) {
	const lives, deeds = 30, 150
	for seed := range uint64(lives) {
		dice := rand.New(rand.NewPCG(seed, 2))
		codes := make([]byte, deeds)
		for n := range codes {
			codes[n] = byte(dice.IntN(256))
		}
		synctest.Test(t, func(t *testing.T) {
			w := newTown(t)
			defer w.close()
			w.live(codes)
		})
		if t.Failed() {
			t.Fatalf("with the seed %d", seed)
		}
	}
}

// What other servers send, in whatever order, neither rings without a request
// nor lets anybody in.
func FuzzEvents(f *testing.F) {
	// One for all runs: to make hosts with their friends takes twenty times as long
	// as what is tried on them.
	store := openStore(f, alice)
	f.Cleanup(func() { _ = store.Close() })
	befriend(f, store, alice, bob)
	befriend(f, store, alice, carol)
	f.Add([]byte{0, 1, 2, 3, 0x11, 0x12, 0x13})
	f.Add([]byte{0x10, 0x31, 0x22, 0x53, 0x71})
	f.Fuzz(func(t *testing.T, codes []byte) {
		if len(codes) > 64 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			w := &town{t: t, hosts: map[string]*host{}}
			h := w.newHost(alice, store)
			defer h.close()
			h.Connect("a.example", deployedLine{&deployed{}})
			for _, code := range codes {
				w.foreign(h, code)
			}
			synctest.Wait()
			h.checkBoard()
			time.Sleep(longestTime + time.Hour)
			synctest.Wait()
			h.checkOver()
		})
	})
}

// foreign is an event of bob's or carol's server, or a step of alice's.
func (w *town) foreign(h *host, code byte) {
	peer := []identity.ID{bob, carol}[code&1]
	outgoing, hadOne := h.Find("alice", peer)
	event := federation.FriendCall{Caller: peer, Callee: alice}
	switch code >> 1 & 7 {
	case 0:
		event.Step = federation.CallRequest
	case 1:
		event.Step = federation.CallCancel
	case 2:
		event = federation.FriendCall{Step: federation.CallAccept, Caller: alice, Callee: peer}
	case 3:
		event = federation.FriendCall{Step: federation.CallReject, Caller: alice, Callee: peer}
	case 4:
		_, _ = h.Request(w.t.Context(), "alice", peer, video(DeviceWindow))
		return
	case 5:
		_, err := h.Answer(w.t.Context(), "alice", outgoing.ID, DeviceWindow)
		if isRinging := hadOne && outgoing.Incoming; err == nil && !isRinging {
			w.t.Error("answered what does not ring")
		}
		return
	case 6:
		_ = h.End(w.t.Context(), "alice", outgoing.ID)
		return
	default:
		time.Sleep(time.Duration(code>>4) * time.Second)
		return
	}
	result := h.FriendCall(w.t.Context(), event)
	mayHaveToken := event.Step == federation.CallAccept && hadOne && !outgoing.Incoming && outgoing.State.isUnanswered()
	if (result.Token != "") != (result.Status == federation.StatusOK && event.Step == federation.CallAccept) || (result.Token != "" && !mayHaveToken) {
		w.t.Errorf("%+v gives %d, token %v, while %+v", event, result.Status, result.Token != "", outgoing)
	}
	if grant, err := h.book.Lookup(time.Now(), result.Token); result.Token != "" && (err != nil || grant.User != string(peer)) {
		w.t.Errorf("%s's token is for %+v, %v", peer, grant, err)
	}
}
