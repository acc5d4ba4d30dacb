package loadtest

import (
	"context"
	"fmt"
	"time"
)

// Delays are how long packets took from the publisher to the subscriber's
// socket, in milliseconds.
type Delays struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (d *delays) figures() Delays {
	ms := func(q float64) float64 { return float64(d.quantile(q)) / float64(time.Millisecond) }
	return Delays{P50: ms(0.5), P90: ms(0.9), P99: ms(0.99), Max: float64(d.longest) / float64(time.Millisecond)}
}

// Result is what one measurement found.
type Result struct {
	Publishers  int     `json:"publishers"`
	Subscribers int     `json:"subscribers"`
	Pattern     Pattern `json:"pattern"`
	Seconds     float64 `json:"seconds"`
	// Published are the packets that the publishers sent; Expected, that all
	// subscribers together should get.
	Published uint64 `json:"published"`
	Expected  uint64 `json:"expected"`
	Counts
	PacketsPerSecond float64 `json:"packetsPerSecond"`
	BitsPerSecond    float64 `json:"bitsPerSecond"`
	DelayMs          Delays  `json:"delayMs"`
	// JoinMs is how long it took to get in, from the first word to media.
	JoinMs Delays `json:"joinMs"`
	// Troubles are sockets that ended and streams that the host closed.
	Troubles uint64 `json:"troubles"`
}

// Measurement says what is measured.
type Measurement struct {
	Pattern Pattern
	// VideoBps is a bitrate other than Config's; 0: that one.
	VideoBps int
	// WarmUp is how long packets flow before they count.
	WarmUp, Duration time.Duration
	// OnWindow is called at the beginning and at the end of what counts.
	OnWindow func(begin bool)
	// OnProgress is called about once a second with what came so far.
	OnProgress func(elapsed time.Duration, received uint64)
}

func (m *Measurement) validate() error {
	if m.Pattern == "" {
		m.Pattern = Bursts
	}
	if m.Pattern != Bursts && m.Pattern != Paced {
		return fmt.Errorf("%w: pattern %q", ErrBadConfig, m.Pattern)
	}
	if m.VideoBps != 0 && (m.VideoBps < minVideoBps || m.VideoBps > maxVideoBps) {
		return fmt.Errorf("%w: video of %d bit/s", ErrBadConfig, m.VideoBps)
	}
	if m.Duration <= 0 || m.WarmUp < 0 {
		return fmt.Errorf("%w: measured for %v after %v", ErrBadConfig, m.Duration, m.WarmUp)
	}
	if m.OnWindow == nil {
		m.OnWindow = func(bool) {}
	}
	if m.OnProgress == nil {
		m.OnProgress = func(time.Duration, uint64) {}
	}
	return nil
}

// Measure lets the publishers send, and counts what arrives of it.
func (t *Test) Measure(ctx context.Context, m Measurement) (Result, error) {
	if err := m.validate(); err != nil {
		return Result{}, err
	}
	t.Publish(m.Pattern, m.VideoBps)
	defer t.Quiet()
	if err := wait(ctx, m.WarmUp); err != nil {
		return Result{}, err
	}
	t.reset()
	m.OnWindow(true)
	begun := time.Now()
	sources := t.allSources()
	for _, s := range sources {
		s.beginWindow()
	}
	err := t.watch(ctx, &m, begun)
	for _, s := range sources {
		s.endWindow()
	}
	elapsed := time.Since(begun)
	m.OnWindow(false)
	if err != nil {
		return Result{}, err
	}
	if err := wait(ctx, settleTime); err != nil {
		return Result{}, err
	}
	return t.result(&m, sources, elapsed), nil
}

// watch waits for the end, and tells of the progress.
func (t *Test) watch(ctx context.Context, m *Measurement, begun time.Time) error {
	for {
		left := m.Duration - time.Since(begun)
		if left <= 0 {
			return nil
		}
		if err := wait(ctx, min(left, time.Second)); err != nil {
			return err
		}
		counts, _ := t.collect()
		m.OnProgress(time.Since(begun), counts.Received)
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reset forgets what was counted.
func (t *Test) reset() {
	t.eachReceiving(func(tr *transport) {
		*tr.figures, tr.lost = delays{}, Counts{}
		for _, one := range tr.tracks {
			one.counts = Counts{}
		}
	})
}

// collect sums up what was counted.
func (t *Test) collect() (counts Counts, figures *delays) {
	figures = &delays{}
	t.eachReceiving(func(tr *transport) {
		figures.merge(tr.figures)
		counts.add(tr.lost)
		for _, one := range tr.tracks {
			counts.add(one.counts)
		}
	})
	return counts, figures
}

// eachReceiving calls f for each transport that receives, under its lock.
func (t *Test) eachReceiving(f func(*transport)) {
	for _, p := range t.everybody() {
		if tr := p.receiving.Load(); tr != nil {
			tr.mu.Lock()
			f(tr)
			tr.mu.Unlock()
		}
	}
}

func (t *Test) result(m *Measurement, sources []*source, elapsed time.Duration) Result {
	r := Result{Pattern: m.Pattern, Seconds: elapsed.Seconds(), Troubles: t.troubles.Load()}
	counts, figures := t.collect()
	r.Counts, r.DelayMs = counts, figures.figures()
	for _, s := range sources {
		r.Published += s.to.Load() - s.from.Load()
		r.Expected += s.expected()
	}
	if r.Expected > r.Received {
		r.Lost = r.Expected - r.Received
	}
	for _, p := range t.everybody() {
		if p.publisher.Load() != nil {
			r.Publishers++
		}
		if p.receiving.Load() != nil {
			r.Subscribers++
		}
	}
	r.PacketsPerSecond = float64(r.Received) / r.Seconds
	r.BitsPerSecond = float64(r.Bytes) * 8 / r.Seconds
	t.mu.Lock()
	r.JoinMs = t.joins.figures()
	t.mu.Unlock()
	return r
}

// Subscribers is how many people of the test receive.
func (t *Test) Subscribers() int {
	n := 0
	for _, p := range t.everybody() {
		if p.receiving.Load() != nil {
			n++
		}
	}
	return n
}
