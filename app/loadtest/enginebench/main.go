package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "enginebench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) == 2 && os.Args[1] == "naive" {
		return runNaive(ctx)
	}
	program := flag.String("program", "bin/takoshome", "the host to be measured")
	only := flag.String("only", "", "the parts to run, separated by commas")
	quick := flag.Bool("quick", false, "one short run of each part, for a first look")
	gro := flag.Bool("gro", false, "let the receivers take joined datagrams")
	var h hold
	flag.IntVar(&h.subscribers, "hold", 0, "compare programs, separated by commas, with one publisher for so many")
	flag.IntVar(&h.people, "people", 0, "compare programs with so many people who all send and receive")
	flag.StringVar(&h.pattern, "pattern", "bursts", "to compare with: bursts or paced")
	flag.IntVar(&h.rounds, "rounds", 5, "of turns")
	flag.DurationVar(&h.slice, "slice", 2*time.Second, "how long each turn is measured")
	flag.BoolVar(&h.naive, "naive", false, "compare with the naive loop too")
	flag.Parse()
	b, err := newBench(*program, *only, *quick, *gro)
	switch {
	case err != nil:
		return err
	case h.subscribers+h.people > 0:
		return b.compareBuilds(ctx, h)
	default:
		return b.run(ctx)
	}
}
