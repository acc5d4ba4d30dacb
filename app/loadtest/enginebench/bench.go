package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"takoshome/app/loadtest"
)

const (
	videoBps = 2_500_000
	seed     = 1
)

// figures are the last line's fields.
type figures struct {
	Naive50       float64 `json:"naive50_us"`
	Fanout50      float64 `json:"fanout50_us"`
	Naive100      float64 `json:"naive100_us"`
	Fanout100     float64 `json:"fanout100_us"`
	Naive50Paced  float64 `json:"naive50_paced_us"`
	Fanout50Paced float64 `json:"fanout50_paced_us"`
	NaiveMesh6    float64 `json:"naive_mesh6_us"`
	Mesh6         float64 `json:"mesh6_us"`
	PpsCore       float64 `json:"pps_core"`
	DelayP50      float64 `json:"delay_p50_ms"`
	DelayP99      float64 `json:"delay_p99_ms"`
	NaiveDelayP50 float64 `json:"naive_delay_p50_ms"`
	NaiveDelayP99 float64 `json:"naive_delay_p99_ms"`
	Lost          uint64  `json:"lost"`
	ConsumerKiB   float64 `json:"consumer_kib"`
}

// bench is one run of the whole benchmark.
type bench struct {
	program          string
	only             []string
	gro              bool
	cores            cores
	runs             int // alternating, of which the median counts
	warmUp, duration time.Duration
	figures          figures
	begun            time.Time
}

func newBench(program, only string, quick, gro bool) (*bench, error) {
	c, err := findCores()
	if err != nil {
		return nil, err
	}
	b := &bench{
		program: program, gro: gro, cores: c, runs: 3, warmUp: 1500 * time.Millisecond, duration: 4 * time.Second,
		begun: time.Now(),
	}
	if only != "" {
		b.only = strings.Split(only, ",")
	}
	if quick {
		b.runs, b.warmUp, b.duration = 1, time.Second, 2*time.Second
	}
	return b, keepTo(c.rest())
}

func (b *bench) run(ctx context.Context) error {
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"fanout", b.fanOut},
		{"plain", b.plainFanOut},
		{"mesh", b.mesh},
		{"growth", b.growth},
		{"reach", b.reach},
		{"scale", b.scale},
		{"idle", b.idle},
	} {
		if b.only != nil && !slices.Contains(b.only, part.name) {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(b.figures)
}

// sample is one run of one side.
type sample struct {
	us     float64 // CPU per forwarded packet
	pps    float64
	share  float64 // of a core
	delays loadtest.Delays
	counts loadtest.Counts

	resident int // bytes, at the end
}

func (b *bench) newTest(s *server, room string, bps int) (*loadtest.Test, error) {
	return loadtest.New(loadtest.Config{Door: s.door(room), VideoBps: bps, Seed: seed, GRO: b.gro})
}

// measure lets a test's publishers send through the server.
func (b *bench) measure(ctx context.Context, s *server, t *loadtest.Test, p loadtest.Pattern, bps int) (sample, error) {
	var from, to time.Duration
	var begun, ended time.Time
	var cpuErr error
	result, err := t.Measure(ctx, loadtest.Measurement{
		Pattern: p, VideoBps: bps, WarmUp: b.warmUp, Duration: b.duration,
		OnWindow: func(begin bool) {
			used, err := cpuTime(s.pid())
			if err != nil {
				cpuErr = err
			}
			if begin {
				from, begun = used, time.Now()
			} else {
				to, ended = used, time.Now()
			}
		},
	})
	if err == nil {
		err = cpuErr
	}
	if err != nil {
		return sample{}, err
	}
	if result.Received == 0 {
		return sample{}, fmt.Errorf("nothing was received")
	}
	resident, err := residentBytes(s.pid())
	return sample{
		us:    float64((to - from).Nanoseconds()) / 1000 / float64(result.Received),
		pps:   result.PacketsPerSecond,
		share: float64(to-from) / float64(ended.Sub(begun)), delays: result.DelayMs, counts: result.Counts,
		resident: resident,
	}, err
}

// measureNaive lets the naive loop send to as many receivers in the same pattern.
func (b *bench) measureNaive(ctx context.Context, sink *loadtest.Sink, p loadtest.Pattern, publishers, bps int) (sample, error) {
	order := naiveOrder{
		NaiveConfig: loadtest.NaiveConfig{
			Pattern: p, VideoBps: bps, Seed: seed, Publishers: publishers, Targets: sink.Targets(),
		},
		WarmUpMs: b.warmUp.Milliseconds(), DurationMs: b.duration.Milliseconds(),
	}
	var counts loadtest.Counts
	var delays loadtest.Delays
	var begun, ended time.Time
	run, err := startNaive(ctx, b.cores.measured(), order, func(begin bool) {
		if begin {
			sink.Begin()
			begun = time.Now()
		} else {
			ended = time.Now()
			counts, delays = sink.End()
		}
	})
	if err != nil {
		return sample{}, err
	}
	wall := ended.Sub(begun)
	counts.Lost = run.sent - min(counts.Received, run.sent)
	return sample{
		us:    float64(run.cpu.Nanoseconds()) / 1000 / float64(run.sent),
		pps:   float64(run.sent) / wall.Seconds(),
		share: float64(run.cpu) / float64(wall), delays: delays, counts: counts,
	}, nil
}

// compare runs both sides in turns and gives the medians.
func (b *bench) compare(ctx context.Context, name string, naive, ours func() (sample, error)) (naiveMedian, oursMedian sample, err error) {
	var naives, all []sample
	for range b.runs {
		n, err := naive()
		if err != nil {
			return sample{}, sample{}, err
		}
		o, err := ours()
		if err != nil {
			return sample{}, sample{}, err
		}
		naives, all = append(naives, n), append(all, o)
		b.figures.Lost += o.counts.Lost + o.counts.Wrong + o.counts.Duplicated + o.counts.Reordered
	}
	naiveMedian, oursMedian = medianOf(naives), medianOf(all)
	b.tell(name, naiveMedian, oursMedian)
	return naiveMedian, oursMedian, ctx.Err()
}

// medianOf takes each figure's own.
func medianOf(samples []sample) sample {
	of := func(f func(*sample) float64) float64 {
		values := make([]float64, len(samples))
		for i := range samples {
			values[i] = f(&samples[i])
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	m := sample{
		us:    of(func(s *sample) float64 { return s.us }),
		pps:   of(func(s *sample) float64 { return s.pps }),
		share: of(func(s *sample) float64 { return s.share }),
	}
	m.delays.P50 = of(func(s *sample) float64 { return s.delays.P50 })
	m.delays.P99 = of(func(s *sample) float64 { return s.delays.P99 })
	for _, s := range samples {
		m.counts.Lost += s.counts.Lost
		m.counts.Wrong += s.counts.Wrong
		m.counts.Bad += s.counts.Bad
	}
	return m
}

func (b *bench) tell(name string, naive, ours sample) {
	fmt.Printf("%s: ratio %.2f  (%.0f s)\n", name, ours.us/naive.us, time.Since(b.begun).Seconds())
	b.tellOne("naive loop", naive)
	b.tellOne("takoshome", ours)
}

func (b *bench) tellOne(who string, s sample) {
	fmt.Printf("  %-12s %6.2f µs  %7.0f/s  %5.1f %% of a core  delay p50 %7.3f p99 %7.3f ms  lost %d wrong %d bad %d\n",
		who, s.us, s.pps, 100*s.share, s.delays.P50, s.delays.P99, s.counts.Lost, s.counts.Wrong, s.counts.Bad)
}
