package main

import (
	"context"
	"errors"
	"fmt"

	"takoshome/app/loadtest"
)

// fanOut is one publisher for 50 and for 100.
func (b *bench) fanOut(ctx context.Context) (err error) {
	s, err := startServer(ctx, b.program, b.cores.measured())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	t, err := b.newTest(s, "fanout", videoBps)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if err := t.Join(ctx, loadtest.Publisher, 1); err != nil {
		return err
	}
	for _, step := range []struct {
		subscribers int
		pattern     loadtest.Pattern
		naive, ours *float64
	}{
		{50, loadtest.Bursts, &b.figures.Naive50, &b.figures.Fanout50},
		{50, loadtest.Paced, &b.figures.Naive50Paced, &b.figures.Fanout50Paced},
		{100, loadtest.Bursts, &b.figures.Naive100, &b.figures.Fanout100},
	} {
		if err := t.Join(ctx, loadtest.Subscriber, step.subscribers-t.Subscribers()); err != nil {
			return err
		}
		sink, err := t.OpenSink(step.subscribers)
		if err != nil {
			return err
		}
		naive, ours, err := b.compare(ctx, fmt.Sprintf("%d subscribers, %s", step.subscribers, step.pattern),
			func() (sample, error) { return b.measureNaive(ctx, sink, step.pattern, 1, videoBps) },
			func() (sample, error) { return b.measure(ctx, s, t, step.pattern) })
		if err != nil {
			return err
		}
		*step.naive, *step.ours = naive.us, ours.us
	}
	return nil
}

// mesh is a call of six who all send and receive.
func (b *bench) mesh(ctx context.Context) (err error) {
	const people = 6
	s, err := startServer(ctx, b.program, b.cores.measured())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	t, err := b.newTest(s, "mesh", videoBps)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if err := t.Join(ctx, loadtest.Person, people); err != nil {
		return err
	}
	sink, err := t.OpenSink(people)
	if err != nil {
		return err
	}
	naive, ours, err := b.compare(ctx, "six people", func() (sample, error) {
		return b.measureNaive(ctx, sink, loadtest.Bursts, people, videoBps)
	}, func() (sample, error) { return b.measure(ctx, s, t, loadtest.Bursts) })
	b.figures.NaiveMesh6, b.figures.Mesh6 = naive.us, ours.us
	return err
}
