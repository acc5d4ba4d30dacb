package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"takoshome/app/loadtest"
)

// naiveOrder is what the naive process reads.
type naiveOrder struct {
	loadtest.NaiveConfig
	WarmUpMs   int64 `json:"warmUpMs"`
	DurationMs int64 `json:"durationMs"`
}

// runNaive is the naive process: its orders come by stdin, and each line that it
// writes says how much CPU time it has used and how many packets it has sent.
func runNaive(ctx context.Context) error {
	var order naiveOrder
	if err := json.NewDecoder(os.Stdin).Decode(&order); err != nil {
		return err
	}
	order.WarmUp = time.Duration(order.WarmUpMs) * time.Millisecond
	order.Duration = time.Duration(order.DurationMs) * time.Millisecond
	loop, err := loadtest.NewNaiveLoop(order.NaiveConfig)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(os.Stdout)
	loop.Run(ctx, func(bool) {
		used, cpuErr := cpuTime(os.Getpid())
		if cpuErr == nil {
			cpuErr = lines.Encode(naiveReport{CPUNs: int64(used), Sent: loop.Sent})
		}
		if err == nil {
			err = cpuErr
		}
	})
	return err
}
