package loadtest

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

const (
	// joinersAtOnce bounds how many people go in at the same time.
	joinersAtOnce = 16
	// settleTime is how long the last packets of a measurement may take.
	settleTime = 300 * time.Millisecond
)

// Test is a number of people in a call.
type Test struct {
	config      Config
	certificate tls.Certificate
	fingerprint string
	pattern     pattern
	begun       time.Time
	places      places

	stop    chan struct{} // closed at the end
	workers sync.WaitGroup

	// playing is closed to stop what the publishers send, and replaced.
	playing chan struct{}
	players sync.WaitGroup

	mu      sync.Mutex // protects all below
	peers   []*peer
	sources []*source
	streams uint32 // that were ever made
	flows   uint64
	joins   delays
	closed  bool
	// slots are the transports by when their feedback is due.
	slots  [clockSteps][]*transport
	placed int

	troubles atomic.Uint64 // sockets that ended and streams that the host closed
}

// New prepares a test; nobody joins yet.
func New(config Config) (*Test, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	t := &Test{
		config:      config,
		certificate: certificate,
		fingerprint: fingerprintOf(certificate.Certificate[0]),
		pattern:     newPattern(),
		begun:       time.Now(),
		places:      places{limit: config.Sockets},
		stop:        make(chan struct{}),
		playing:     make(chan struct{}),
	}
	t.workers.Go(t.clock)
	t.workers.Go(t.keepAlive)
	return t, nil
}

func fingerprintOf(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return strings.ToUpper(strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("% x", sum[:]), " ", ":"), ":"))
}

// Join lets people of one role in, several at a time. It returns when all of
// them are connected, or with the first error.
func (t *Test) Join(ctx context.Context, role Role, people int) error {
	if people < 0 || t.count()+people > maxPeople {
		return fmt.Errorf("%w: %d people", ErrBadConfig, people)
	}
	joined := make([]*peer, people)
	first := t.count()
	err := t.each(ctx, people, func(ctx context.Context, i int) error {
		begun := time.Now()
		p, err := t.enter(ctx, first+i)
		if err != nil {
			return err
		}
		joined[i] = p
		t.addPeer(p)
		if role != Subscriber {
			err = p.publish(ctx)
			t.silence(p)
		}
		if err == nil && role == Subscriber {
			err = p.subscribe(ctx)
			t.joined(time.Since(begun))
		}
		return err
	})
	if err != nil || role != Person {
		return err
	}
	// Everybody's streams are known now, also to those who were there before.
	everybody := t.everybody()
	return t.each(ctx, len(everybody), func(ctx context.Context, i int) error {
		p := everybody[i]
		if isNew := slices.Contains(joined, p); isNew {
			begun := time.Now()
			defer func() { t.joined(time.Since(begun)) }()
		} else if p.receiving.Load() == nil {
			return nil // a publisher
		}
		return p.subscribe(ctx)
	})
}

// each runs f for 0..n-1, several at once, until the first error.
func (t *Test) each(ctx context.Context, n int, f func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, joinersAtOnce) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				if err := f(ctx, i); err != nil {
					cancel(fmt.Errorf("person %d: %w", i+1, err))
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// Publish lets all publishers send in that pattern until Quiet, another Publish,
// or the end. videoBps is a bitrate other than Config's; 0: that one.
func (t *Test) Publish(p Pattern, videoBps int) {
	t.stopPlaying()
	t.mu.Lock()
	defer t.mu.Unlock()
	begun, stop := time.Now(), t.playing
	for _, peer := range t.peers {
		if pub := peer.publisher.Load(); pub != nil {
			pub.begin(videoBps)
			t.players.Go(func() { pub.run(stop, p, begun) })
		}
	}
}

// Quiet stops what the publishers send, but for their reports.
func (t *Test) Quiet() {
	t.stopPlaying()
	for _, p := range t.everybody() {
		t.silence(p)
	}
}

func (t *Test) stopPlaying() {
	t.mu.Lock()
	close(t.playing)
	t.playing = make(chan struct{})
	t.mu.Unlock()
	t.players.Wait()
}

// silence lets a publisher send reports alone.
func (t *Test) silence(p *peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if pub, stop := p.publisher.Load(), t.playing; pub != nil && !t.closed {
		t.players.Go(func() { pub.run(stop, "", time.Now()) })
	}
}

// Close ends the test: everybody hangs up.
func (t *Test) Close() error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil
	}
	t.closed = true
	t.mu.Unlock()
	t.stopPlaying()
	everybody := t.everybody()
	var leaving sync.WaitGroup
	for _, p := range everybody {
		leaving.Go(p.hangUp)
	}
	leaving.Wait()
	close(t.stop)
	err := t.places.close()
	t.workers.Wait()
	return errors.Join(err, t.places.release())
}

// keepAlive is the goroutine that pings the host on all sockets.
func (t *Test) keepAlive() {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-ticker.C:
			for _, p := range t.everybody() {
				p.keepAlive()
			}
		}
	}
}

func (t *Test) addPeer(p *peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.peers = append(t.peers, p)
}

func (t *Test) everybody() []*peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.peers)
}

func (t *Test) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.peers)
}

func (t *Test) newSource(isVideo bool) *source {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.streams++
	return &source{id: t.streams, isVideo: isVideo}
}

// nextFlow counts publishers.
func (t *Test) nextFlow() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flows++
	return t.flows - 1
}

func (t *Test) addSource(s *source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sources = append(t.sources, s)
}

func (t *Test) allSources() []*source {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.sources)
}

func (t *Test) joined(after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.joins.add(after)
}

// settle gives a transport its place in the clock's rounds.
func (t *Test) settle(tr *transport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// Neighbours are far apart: 7 has no common divisor with the steps.
	slot := t.placed * 7 % clockSteps
	t.placed++
	t.slots[slot] = append(t.slots[slot], tr)
}

func (t *Test) leave(tr *transport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, slot := range t.slots {
		t.slots[i] = slices.DeleteFunc(slices.Clone(slot), func(one *transport) bool { return one == tr })
	}
}

// transportsOf is a copy that later changes leave alone.
func (t *Test) transportsOf(slot int) []*transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.slots[slot]
}

func (t *Test) ended(p *peer, err error) {
	t.mu.Lock()
	closed := t.closed
	t.mu.Unlock()
	if !closed {
		t.troubles.Add(1)
		t.config.Logger.Warn("a socket ended", "person", p.name, "error", err)
	}
}

func (t *Test) producerClosed(p *peer, id string) {
	for _, s := range t.allSources() {
		if s.producerID == id && s.owner != p.host.MyPeerID {
			t.troubles.Add(1)
			t.config.Logger.Warn("the host closed a stream of the test's", "producer", id, "seen by", p.name)
		}
	}
}
