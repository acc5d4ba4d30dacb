package participant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

const (
	// maxPosted are the requests that wait for the call's goroutine.
	maxPosted = 1024
	maxChat   = 2000 // characters (docs/protocol.md section 6.2)
)

// Call is a call that one takes part in.
type Call struct {
	config Config
	log    *slog.Logger
	events *eventQueue
	posted chan func(*owner)
	ended  chan struct{} // closed when the call's goroutine has ended
	quit   chan struct{} // closed by HangUp: events need not wait any more
	hung   atomic.Bool
	first  initData
	peerID atomic.Pointer[string]
	stats  atomic.Pointer[Stats]
}

// Join redeems the link, opens the socket, and returns when the host has said
// what the call is; media connects meanwhile. ctx ends the attempt, not the call.
func Join(ctx context.Context, config Config) (*Call, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	s, first, err := enter(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	c := &Call{
		config: config,
		log:    config.Logger,
		events: newEventQueue(config.Events),
		posted: make(chan func(*owner), maxPosted),
		ended:  make(chan struct{}),
		quit:   make(chan struct{}),
		first:  first,
	}
	c.peerID.Store(&first.MyPeerID)
	c.stats.Store(&Stats{})
	o := newOwner(c)
	if err := o.begin(s, first); err != nil {
		return nil, fmt.Errorf("join: %w: %w", ErrHostError, err)
	}
	go c.events.run()
	go o.run()
	return c, nil
}

// enter opens the first socket, or one anew with a room link.
func enter(ctx context.Context, config Config) (*socket, initData, error) {
	token := config.Link.Token
	if config.Link.NeedsName() {
		var err error
		if token, err = redeem(ctx, config); err != nil {
			return nil, initData{}, err
		}
	}
	s, first, err := dialSocket(ctx, config.Link, query("token", token), config.Timeouts)
	var refused *refusal
	if errors.As(err, &refused) {
		return nil, initData{}, fmt.Errorf("%w: %w", refusalProblem(refused.status), refused)
	}
	return s, first, err
}

func redeem(ctx context.Context, config Config) (token string, err error) {
	ctx, cancel := context.WithTimeout(ctx, config.Timeouts.Dial)
	defer cancel()
	return config.Link.Redeem(ctx, config.Name, netip.Addr{})
}

// Room is the host's name for the call.
func (c *Call) Room() string { return c.first.RoomID }

// CallType is "audio" or "video".
func (c *Call) CallType() string { return c.first.CallType }

// PeerID is the name by which the others know us, empty where the host does not
// say it.
func (c *Call) PeerID() string { return *c.peerID.Load() }

// Offers says whether the host has an extension of docs/protocol.md section 6.
func (c *Call) Offers(extension string) bool { return slices.Contains(c.first.Extensions, extension) }

// Stats are figures of the last moment.
func (c *Call) Stats() Stats { return *c.stats.Load() }

// Produce sends a stream from now on. It returns when the host has agreed; the
// Producer lives on until Close or the end of the call.
func (c *Call) Produce(ctx context.Context, config ProducerConfig) (*Producer, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("produce: %w", err)
	}
	p := newProducer(c, config)
	if !c.post(func(o *owner) { o.addProducer(p) }) {
		return nil, fmt.Errorf("produce: %w", ErrEnded)
	}
	var err error
	select {
	case err = <-p.reply:
	case <-ctx.Done():
		err = ctx.Err()
	case <-c.ended:
		err = ErrEnded
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("produce %s: %w", config.Kind, err)
	}
	return p, nil
}

// Chat says something to everybody. It comes back as Chatted.
func (c *Call) Chat(text string) error {
	text = strings.TrimSpace(text)
	switch {
	case !c.Offers("chat"):
		return fmt.Errorf("chat: %w", ErrNotOffered)
	case text == "" || utf8.RuneCountInString(text) > maxChat || !utf8.ValidString(text):
		return fmt.Errorf("chat: %w", ErrBadChat)
	}
	if !c.post(func(o *owner) { o.chat(text) }) {
		return fmt.Errorf("chat: %w", ErrEnded)
	}
	return nil
}

// HangUp ends the call and waits until all is given back, or for a moment.
func (c *Call) HangUp() {
	if !c.hung.Swap(true) {
		close(c.quit)
	}
	select {
	case <-c.events.done:
	case <-time.After(c.config.Timeouts.Goodbye + time.Second):
	}
}

// post hands a request to the call's goroutine; false when the call is over, or
// too busy to take it.
func (c *Call) post(f func(*owner)) bool {
	select {
	case <-c.ended:
		return false
	default:
	}
	select {
	case c.posted <- f:
		return true
	case <-c.ended:
		return false
	case <-c.quit:
		return false
	}
}
