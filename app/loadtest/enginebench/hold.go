package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"takoshome/app/loadtest"
)

// hold measures one case for long: for a profiler to look on, or to compare
// builds, which are measured in short turns so that what else the machine does
// falls on all alike.
type hold struct {
	subscribers, people, rounds int
	pattern                     string
	slice                       time.Duration
	naive                       bool
}

// contender is one of those that are compared.
type contender struct {
	name    string
	run     func() (sample, error)
	samples []sample
}

// compareBuilds measures the programs, separated by commas, and the naive loop.
func (b *bench) compareBuilds(ctx context.Context, h hold) (err error) {
	var contenders []*contender
	var toClose []func() error
	defer func() {
		for _, closing := range slices.Backward(toClose) {
			err = errors.Join(err, closing())
		}
	}()
	b.warmUp, b.duration = h.slice/2, h.slice
	for _, program := range strings.Split(b.program, ",") {
		s, err := startServer(ctx, program, b.cores.measured())
		if err != nil {
			return err
		}
		toClose = append(toClose, s.stop)
		t, err := b.newTest(s, "hold", videoBps)
		if err != nil {
			return err
		}
		toClose = append(toClose, t.Close)
		if err := join(ctx, t, h); err != nil {
			return err
		}
		fmt.Printf("%s is process %d\n", program, s.pid())
		contenders = append(contenders, &contender{name: program, run: func() (sample, error) {
			return b.measure(ctx, s, t, loadtest.Pattern(h.pattern), videoBps)
		}})
	}
	if h.naive {
		t, err := loadtest.New(loadtest.Config{Door: loadtest.Links(), VideoBps: videoBps, GRO: b.gro})
		if err != nil {
			return err
		}
		toClose = append(toClose, t.Close)
		sink, err := t.OpenSink(h.subscribers + h.people)
		if err != nil {
			return err
		}
		contenders = append(contenders, &contender{name: "naive loop", run: func() (sample, error) {
			return b.measureNaive(ctx, sink, loadtest.Pattern(h.pattern), max(h.people, 1), videoBps)
		}})
	}
	return takeTurns(contenders, h.rounds, b)
}

func join(ctx context.Context, t *loadtest.Test, h hold) error {
	if h.people > 0 {
		return t.Join(ctx, loadtest.Person, h.people)
	}
	if err := t.Join(ctx, loadtest.Publisher, 1); err != nil {
		return err
	}
	return t.Join(ctx, loadtest.Subscriber, h.subscribers)
}

func takeTurns(contenders []*contender, rounds int, b *bench) error {
	for range rounds {
		for _, c := range contenders {
			one, err := c.run()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.samples = append(c.samples, one)
		}
	}
	for _, c := range contenders {
		b.tellOne(c.name, medianOf(c.samples))
	}
	return nil
}
