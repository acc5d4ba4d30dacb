package signaling

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"takoshome/sfu/room"
)

// conversation drives a dialect through time.
type conversation struct {
	t   *testing.T
	d   dialect
	now time.Time
}

func newConversation(t *testing.T) *conversation {
	return &conversation{t: t, now: time.Unix(1_800_000_000, 0)}
}

// added announces a producer and checks the words said at once.
func (c *conversation) added(id string, want ...word) {
	c.t.Helper()
	got := c.d.announce(c.now, room.ProducerInfo{ID: id, PeerID: "peer-" + id})
	for range c.d.due(c.now) {
		got = append(got, wordProduced)
	}
	if !slices.Equal(got, want) {
		c.t.Errorf("%s is announced by %v, want %v", id, got, want)
	}
}

// passes lets time pass and checks for which producers `produced` is said.
func (c *conversation) passes(d time.Duration, want ...string) {
	c.t.Helper()
	c.now = c.now.Add(d)
	var got []string
	for _, info := range c.d.due(c.now) {
		got = append(got, info.ID)
	}
	if !slices.Equal(got, want) {
		c.t.Errorf("after %v `produced` is said of %v, want %v", d, got, want)
	}
}

func TestDialectBeforeConnect(t *testing.T) {
	c := newConversation(t)
	c.added("a", wordProduced, wordProduce)
	c.passes(time.Hour)
}

func TestDialectSpec(t *testing.T) {
	for name, c := range map[string]*conversation{
		"asked for":    {t: t, d: dialect{spec: true}},
		"bare connect": {t: t, d: dialect{bare: true}},
		"both":         {t: t, d: dialect{spec: true, typed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			c.added("a", wordProduced)
			c.passes(time.Hour)
		})
	}
}

func TestDialectTyped(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	c.added("a", wordProduce)
	if got, want := c.d.next(), c.now.Add(secondWordDelay); got != want {
		t.Errorf("next is %v, want %v", got, want)
	}
	c.passes(secondWordDelay - 1)
	c.passes(1, "a")
	c.passes(time.Hour) // it is said once
	if got := c.d.next(); !got.IsZero() {
		t.Errorf("next is %v, want never", got)
	}
}

// The shipped client consumes in time: it never hears `produced` of others.
func TestDialectShippedClient(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	for i := range 3 {
		id := fmt.Sprint(i)
		c.added(id, wordProduce)
		c.passes(time.Second)
		c.d.consume(id)
		c.passes(time.Hour)
	}
}

// A client that knows `produced` alone hears it at once from the second time.
func TestDialectLearnsProduced(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	c.added("a", wordProduce)
	c.passes(secondWordDelay, "a")
	c.d.consume("a")
	c.added("b", wordProduce, wordProduced)
	c.d.consume("b")
	c.added("c", wordProduce, wordProduced)
}

// The shipped client on a slow machine is not taken for one that knows
// `produced` alone, once it has consumed after `produce`.
func TestDialectSlowShippedClient(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	c.added("a", wordProduce)
	c.d.consume("a")
	c.added("b", wordProduce)
	c.passes(2*time.Second, "b")
	c.d.consume("b")
	c.added("c", wordProduce)
}

// `produced` of others is never said while the client waits for its own.
func TestDialectOwnProducePending(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	c.d.produce()
	c.added("a", wordProduce)
	c.passes(time.Hour)
	if got := c.d.next(); !got.IsZero() {
		t.Errorf("next is %v while a request is open", got)
	}
	c.d.answered()
	c.passes(0, "a")

	c.d.consume("a") // learned
	c.d.produce()
	c.d.produce()
	c.added("b", wordProduce)
	c.d.answered()
	c.passes(time.Hour)
	c.d.answered()
	c.passes(0, "b")
	c.d.answered() // one answer too many does no harm
	c.d.produce()
	c.added("c", wordProduce)
}

func TestDialectForgets(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	c.added("a", wordProduce)
	c.added("b", wordProduce)
	c.added("b", wordProduce) // it came back after it had fallen silent
	c.added("c", wordProduce)
	c.d.forget("a")
	c.d.forgetPeer("peer-c")
	c.passes(time.Hour, "b")
	c.d.forget("b")
	if len(c.d.heard) != 0 {
		t.Errorf("%v is remembered", c.d.heard)
	}
}

// What is said late of a producer is true by then.
func TestDialectRemembersPauses(t *testing.T) {
	c := newConversation(t)
	c.d.connect(true)
	c.added("a", wordProduce)
	c.d.pause("a", true)
	c.d.pause("unknown", true)
	c.now = c.now.Add(secondWordDelay)
	if infos := c.d.due(c.now); len(infos) != 1 || !infos[0].Paused {
		t.Errorf("said of %+v", infos)
	}
}
