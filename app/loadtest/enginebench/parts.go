package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"takoshome/app/loadtest"
)

// fanOut is one publisher for 50 and for 100.
func (b *bench) fanOut(ctx context.Context) error {
	return b.withPublisher(ctx, "fanout", videoBps, func(s *server, t *loadtest.Test) error {
		return b.fanOutTo(ctx, s, t)
	})
}

func (b *bench) fanOutTo(ctx context.Context, s *server, t *loadtest.Test) error {
	for _, step := range []struct {
		subscribers int
		pattern     loadtest.Pattern
		naive, ours *float64
	}{
		{50, loadtest.Bursts, &b.figures.Naive50, &b.figures.Fanout50},
		{50, loadtest.Paced, &b.figures.Naive50Paced, &b.figures.Fanout50Paced},
		{100, loadtest.Bursts, &b.figures.Naive100, &b.figures.Fanout100},
	} {
		naive, ours, err := b.compareFanOut(ctx, s, t, step.subscribers, step.pattern)
		if err != nil {
			return err
		}
		*step.naive, *step.ours = naive.us, ours.us
	}
	return nil
}

// plainFanOut is one publisher for 50 who take no joined datagrams, which the figures
// leave out: on loopback the sender pays for taking them apart.
func (b *bench) plainFanOut(ctx context.Context) error {
	if !b.gro {
		return nil // all are like that
	}
	plain := *b
	plain.gro = false
	fmt.Println("without joined datagrams:")
	return plain.withPublisher(ctx, "plain", videoBps, func(s *server, t *loadtest.Test) error {
		_, _, err := plain.compareFanOut(ctx, s, t, 50, loadtest.Bursts)
		return err
	})
}

func (b *bench) compareFanOut(
	ctx context.Context, s *server, t *loadtest.Test, subscribers int, pattern loadtest.Pattern,
) (naive, ours sample, err error) {
	if err := t.Join(ctx, loadtest.Subscriber, subscribers-t.Subscribers()); err != nil {
		return naive, ours, err
	}
	sink, err := t.OpenSink(subscribers)
	if err != nil {
		return naive, ours, err
	}
	return b.compare(ctx, fmt.Sprintf("%d subscribers, %s", subscribers, pattern),
		func() (sample, error) { return b.measureNaive(ctx, sink, pattern, 1, videoBps) },
		func() (sample, error) { return b.measure(ctx, s, t, pattern, videoBps) })
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
	}, func() (sample, error) { return b.measure(ctx, s, t, loadtest.Bursts, videoBps) })
	b.figures.NaiveMesh6, b.figures.Mesh6 = naive.us, ours.us
	return err
}

// growth is what a packet costs from 10 to 1,000 subscribers, and what each takes
// of memory.
func (b *bench) growth(ctx context.Context) error {
	const bps = 1_000_000 // so that one core carries it to a thousand
	return b.withPublisher(ctx, "growth", bps, func(s *server, t *loadtest.Test) error {
		var few, many int
		steps := []int{10, 100, 300, 1000}
		for _, subscribers := range steps {
			if err := t.Join(ctx, loadtest.Subscriber, subscribers-t.Subscribers()); err != nil {
				return err
			}
			one, err := b.measure(ctx, s, t, loadtest.Bursts, bps)
			if err != nil {
				return err
			}
			b.tellOne(fmt.Sprintf("%d subscribers", subscribers), one)
			few, many = cmp.Or(few, one.resident), one.resident
			b.figures.Lost += one.counts.Lost
		}
		const streams = 2 // sound and picture
		more := steps[len(steps)-1] - steps[0]
		b.figures.ConsumerKiB = float64(many-few) / 1024 / float64(streams*more)
		fmt.Printf("  memory %.1f MiB with %d, %.1f MiB with %d: %.1f KiB a consumer\n",
			mib(few), steps[0], mib(many), steps[len(steps)-1], b.figures.ConsumerKiB)
		return nil
	})
}

func mib(bytes int) float64 { return float64(bytes) / (1 << 20) }

// reach is how much one core carries for 500, and the delay at half of that.
func (b *bench) reach(ctx context.Context) error {
	const subscribers = 500
	return b.withPublisher(ctx, "reach", videoBps, func(s *server, t *loadtest.Test) error {
		if err := t.Join(ctx, loadtest.Subscriber, subscribers); err != nil {
			return err
		}
		best, bps, err := b.climb(ctx, s, t)
		if err != nil {
			return err
		}
		b.figures.PpsCore = best.pps / best.share
		fmt.Printf("  %.0f packets a second a core\n", b.figures.PpsCore)
		sink, err := t.OpenSink(subscribers)
		if err != nil {
			return err
		}
		naive, ours, err := b.compare(ctx, fmt.Sprintf("%d subscribers at half of that", subscribers),
			func() (sample, error) { return b.measureNaive(ctx, sink, loadtest.Bursts, 1, bps/2) },
			func() (sample, error) { return b.measure(ctx, s, t, loadtest.Bursts, bps/2) })
		b.figures.DelayP50, b.figures.DelayP99 = ours.delays.P50, ours.delays.P99
		b.figures.NaiveDelayP50, b.figures.NaiveDelayP99 = naive.delays.P50, naive.delays.P99
		return err
	})
}

// climb raises the bitrate until packets are lost or the core is full, and gives
// the last that was carried whole.
func (b *bench) climb(ctx context.Context, s *server, t *loadtest.Test) (best sample, bestBps int, err error) {
	const step, highest, full = 1_500_000, 16_000_000, 0.95
	for bps := 4_000_000; bps <= highest; bps += step {
		one, err := b.measure(ctx, s, t, loadtest.Bursts, bps)
		if err != nil {
			return sample{}, 0, err
		}
		b.tellOne(fmt.Sprintf("%.1f Mbit/s", float64(bps)/1e6), one)
		if one.counts.Lost > 0 && bestBps > 0 {
			return best, bestBps, nil
		}
		best, bestBps = one, bps
		if one.counts.Lost > 0 || one.share > full {
			b.figures.Lost += one.counts.Lost
			return best, bestBps, nil
		}
	}
	return best, bestBps, nil
}

// idle is how often the host wakes up while there is no call.
func (b *bench) idle(ctx context.Context) (err error) {
	s, err := startServer(ctx, b.program, b.cores.measured())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := pause(ctx, 2*time.Second); err != nil { // it has just started
		return err
	}
	before, err := wakeUps(s.pid())
	if err != nil {
		return err
	}
	const watched = 10 * time.Second
	if err := pause(ctx, watched); err != nil {
		return err
	}
	after, err := wakeUps(s.pid())
	fmt.Printf("  idle: %.1f wake-ups a second\n", float64(after-before)/watched.Seconds())
	return err
}

// scale is what a second core brings: the same call, of several publishers so that
// each reader has some, on one core and on two. Where there are only two, the tester
// needs one of them too, so that no core can be filled. The CPU time that a packet
// costs says it on any machine: what two cores hinder each other they pay for.
func (b *bench) scale(ctx context.Context) error {
	const publishers, subscribers = 4, 100
	var costs []float64
	for _, cpus := range [][]int{b.cores.measured(), b.cores.two()} {
		one, err := b.scaleOn(ctx, cpus, publishers, subscribers)
		if err != nil {
			return err
		}
		b.tellOne(fmt.Sprintf("%d cores", len(cpus)), one)
		costs = append(costs, one.us)
	}
	fmt.Printf("  two cores carry %.2f times as much as one\n", 2*costs[0]/costs[1])
	return nil
}

func (b *bench) scaleOn(ctx context.Context, cpus []int, publishers, subscribers int) (median sample, err error) {
	s, err := startServer(ctx, b.program, cpus)
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	t, err := b.newTest(s, "scale", videoBps)
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if err := t.Join(ctx, loadtest.Publisher, publishers); err != nil {
		return sample{}, err
	}
	if err := t.Join(ctx, loadtest.Subscriber, subscribers); err != nil {
		return sample{}, err
	}
	var samples []sample
	for range b.runs {
		one, err := b.measure(ctx, s, t, loadtest.Bursts, videoBps)
		if err != nil {
			return sample{}, err
		}
		b.figures.Lost += one.counts.Lost
		samples = append(samples, one)
	}
	return medianOf(samples), nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// withPublisher runs f with a host and one publisher in a room.
func (b *bench) withPublisher(ctx context.Context, room string, bps int, f func(*server, *loadtest.Test) error) (err error) {
	s, err := startServer(ctx, b.program, b.cores.measured())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	t, err := b.newTest(s, room, bps)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if err := t.Join(ctx, loadtest.Publisher, 1); err != nil {
		return err
	}
	return f(s, t)
}
