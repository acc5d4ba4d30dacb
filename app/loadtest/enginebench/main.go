package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
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
	flag.Parse()
	b, err := newBench(*program, *only, *quick, *gro)
	if err != nil {
		return err
	}
	return b.run(ctx)
}
