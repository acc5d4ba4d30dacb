package calls

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	alice = identity.ID("alice@a.example")
	ann   = identity.ID("ann@a.example")
	bob   = identity.ID("bob@b.example")
	carol = identity.ID("carol@c.example")
)

// town has hosts whose lines lead to each other. Its people are alice and ann of
// one host, bob of another, and carol of a third; all are friends.
type town struct {
	t     *testing.T
	hosts map[string]*host

	mu sync.Mutex
	// fate says what becomes of an event; nil: it arrives at once. mu protects it.
	fate func(from string, event federation.Event) fate
	log  []string // events as they were handled; mu protects it

	group identity.GroupID // of all of them, where a test wants one
}

// fate is what a line does with an event.
type fate struct {
	err         error // instead of bringing it
	delay       time.Duration
	twice       bool
	answerDelay time.Duration
	answerErr   error // it arrives, and the answer does not
}

type host struct {
	*Exchange
	t      *testing.T
	town   *town
	domain string
	store  *identity.Store
	book   *Book

	mu    sync.Mutex
	busy  map[string]bool
	ended []seat // whose call is over
}

// newTown makes hosts for a.example, b.example and c.example.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, hosts: map[string]*host{}}
	people := []identity.ID{alice, ann, bob, carol}
	for _, id := range people {
		if h := w.hosts[id.Domain()]; h != nil {
			h.check(h.store.AddAccount(time.Now(), id.Name()))
		} else {
			w.newHost(id, openStore(t, id))
		}
	}
	for _, id := range people {
		for _, other := range people {
			if id != other {
				w.of(id).befriend(id, other)
			}
		}
	}
	return w
}

// openStore opens the stored state of a new host; the caller closes it.
func openStore(t testing.TB, owner identity.ID) *identity.Store {
	t.Helper()
	store, err := identity.Open(identity.Config{Path: filepath.Join(t.TempDir(), "identity.db")})
	if err == nil {
		err = store.SetProfile(time.Now(), owner.Name(), owner.Domain())
	}
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func (w *town) newHost(owner identity.ID, store *identity.Store) *host {
	w.t.Helper()
	h := &host{t: w.t, town: w, domain: owner.Domain(), store: store, book: newBook(w.t), busy: map[string]bool{}}
	var err error
	h.Exchange, err = NewExchange(ExchangeConfig{
		Store: store, Book: h.book, Logger: slog.New(slog.DiscardHandler),
		IsBusy: func(account string) bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.busy[account]
		},
		OnOver: func(room, user string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.ended = append(h.ended, seat{room, user})
		},
	})
	h.check(err)
	w.hosts[h.domain] = h
	h.Connect(h.domain, line{w, h.domain})
	return h
}

// close ends a town; what runs in a bubble ends before the bubble does.
func (w *town) close() {
	for _, h := range w.hosts {
		h.close()
		h.check(h.store.Close())
	}
}

func (h *host) close() {
	h.Close()
	h.checkEmpty()
}

// checkEmpty says whether a host that is closed has kept something.
func (h *host) checkEmpty() {
	h.t.Helper()
	b := &h.board
	if len(b.friends)+len(b.places)+len(b.rooms)+len(b.groups) > 0 {
		h.t.Errorf("%s has calls left: %d of friends, %d of groups, %d rooms", h.domain, len(b.friends), len(b.places), len(b.rooms))
	}
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	if n := len(h.book.tokens); n > 0 {
		h.t.Errorf("%s has %d tokens left", h.domain, n)
	}
}

func (w *town) of(id identity.ID) *host { return w.hosts[id.Domain()] }

func (w *town) weather(f func(from string, event federation.Event) fate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fate = f
}

// handled lists the events that have arrived.
func (w *town) handled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

func (h *host) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) befriend(id, other identity.ID) {
	h.t.Helper()
	befriend(h.t, h.store, id, other)
}

func befriend(t testing.TB, store *identity.Store, id, other identity.ID) {
	t.Helper()
	for _, step := range []identity.FriendStep{identity.StepTheyRequest, identity.StepAccept} {
		if _, err := store.ChangeFriend(time.Now(), id.Name(), other, step); err != nil {
			t.Fatal(err)
		}
	}
}

// line brings events from one host of a town to the others.
type line struct {
	town *town
	from string
}

// Send is Line's. As federation does, it lets a host speak for its own people
// alone, to the server that the event is for.
func (l line) Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error) {
	if event.Sender().Domain() != l.from || event.Receiver() != domain {
		panic(fmt.Sprintf("%s sends %+v to %s", l.from, event, domain))
	}
	l.town.mu.Lock()
	var f fate
	if l.town.fate != nil {
		f = l.town.fate(l.from, event)
	}
	l.town.mu.Unlock()
	if !rest(ctx, f.delay) {
		return federation.Answer{}, ctx.Err()
	}
	if f.err != nil {
		return federation.Answer{}, f.err
	}
	to := l.town.hosts[domain]
	if to == nil {
		return federation.Answer{}, &federation.SendError{Domain: domain, Err: federation.ErrUnreachable}
	}
	result := to.handle(ctx, event)
	if f.twice {
		to.handle(ctx, event)
	}
	if !rest(ctx, f.answerDelay) {
		return federation.Answer{}, ctx.Err()
	}
	if f.answerErr != nil {
		return federation.Answer{}, f.answerErr
	}
	if err := localError(domain, result.Status); err != nil {
		return federation.Answer{}, err
	}
	return federation.Answer{Token: result.Token}, nil
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (h *host) handle(ctx context.Context, event federation.Event) (result federation.Result) {
	name := ""
	switch event := event.(type) {
	case federation.FriendCall:
		name, result = fmt.Sprintf("%s %s>%s", event.Step, event.Caller.Name(), event.Callee.Name()), h.FriendCall(ctx, event)
	case federation.GroupCall:
		name, result = fmt.Sprintf("group %s %s", event.Step, event.User.Name()), h.GroupCall(ctx, event)
	}
	h.town.mu.Lock()
	h.town.log = append(h.town.log, fmt.Sprintf("%s %d", name, result.Status))
	h.town.mu.Unlock()
	return result
}

// inTown runs a test in a bubble of its own time.
func inTown(t *testing.T, test func(t *testing.T, w *town)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newTown(t)
		defer w.close()
		test(t, w)
	})
}

// ring lets caller ring at callee; it has been taken when ring returns.
func (w *town) ring(caller, callee identity.ID) Call {
	w.t.Helper()
	call, err := w.of(caller).Request(w.t.Context(), caller.Name(), callee, video(DeviceWindow))
	if err != nil || call.State != StateRinging {
		w.t.Fatalf("%s rings at %s: %s, %v", caller, callee, call.State, err)
	}
	return call
}

func video(device string) CallRequest { return CallRequest{CallType: room.CallVideo, Device: device} }

// ringing gives the call by which caller rings at callee.
func (w *town) ringing(callee, caller identity.ID) Call {
	w.t.Helper()
	call, found := w.of(callee).Find(callee.Name(), caller)
	if !found || !call.Incoming || call.State != StateRinging {
		w.t.Fatalf("%s does not ring at %s: %+v", caller, callee, call)
	}
	return call
}

// answer lets callee take caller's call.
func (w *town) answer(callee, caller identity.ID) Way {
	w.t.Helper()
	call := w.ringing(callee, caller)
	way, err := w.of(callee).Answer(w.t.Context(), callee.Name(), call.ID, DeviceWindow)
	if err != nil || way.Token == "" || way.CallID != call.ID {
		w.t.Fatalf("%s answers: %v, %v", callee, way, err)
	}
	return way
}

// states are the states of a person's calls with a friend, the newest first.
func (w *town) state(id, other identity.ID) State {
	for _, call := range w.of(id).Calls(id.Name()) {
		if call.Peer == other || call.Group != "" {
			return call.State
		}
	}
	return ""
}

func (w *town) wantStates(x, y identity.ID, wantX, wantY State) {
	w.t.Helper()
	synctest.Wait()
	if got := w.state(x, y); got != wantX {
		w.t.Errorf("%s has a call that is %q, want %q", x, got, wantX)
	}
	if got := w.state(y, x); got != wantY {
		w.t.Errorf("%s has a call that is %q, want %q", y, got, wantY)
	}
}

// ear hears what a device is told.
type ear struct {
	events <-chan Event
	stop   func()
}

func (w *town) listen(id identity.ID, device string) ear {
	events, stop := w.of(id).Watch(id.Name(), device)
	return ear{events, stop}
}

// heard are the events so far, as "type reason".
func (e ear) heard() (list []string) {
	for _, event := range e.all() {
		text := string(event.Type)
		if event.Reason != "" {
			text += " " + string(event.Reason)
		}
		list = append(list, text)
	}
	return list
}

func (e ear) all() (list []Event) {
	synctest.Wait()
	for {
		select {
		case event, ok := <-e.events:
			if !ok {
				return list
			}
			list = append(list, event)
		default:
			return list
		}
	}
}

func (e ear) want(t *testing.T, want ...string) {
	t.Helper()
	if got := e.heard(); !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// redeem uses a token at the host of a way, and gives what it is good for.
func (w *town) redeem(way Way) (Grant, error) {
	return w.hosts[way.Domain].book.Redeem(time.Now(), way.Token)
}

// enter takes somebody into the room that a way leads to.
func (w *town) enter(way Way) string {
	w.t.Helper()
	grant, err := w.redeem(way)
	if err != nil {
		w.t.Fatal(err)
	}
	w.hosts[way.Domain].Entered(grant.Room, grant.User)
	return grant.Room
}

// past waits for the history to be written and gives an account's outcomes, the
// newest first.
func (w *town) past(id identity.ID) (list []identity.Outcome) {
	w.t.Helper()
	synctest.Wait()
	calls, err := w.of(id).store.Calls(id.Name(), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, call := range calls {
		list = append(list, call.Outcome)
	}
	return list
}

func (w *town) wantPast(id identity.ID, want ...identity.Outcome) {
	w.t.Helper()
	if got := w.past(id); !slices.Equal(got, want) {
		w.t.Errorf("%s has in the history %q, want %q", id, got, want)
	}
}
