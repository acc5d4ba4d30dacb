package app

import (
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// The collector works harder while a crowd is there, and as before afterwards.
func TestTidier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := debug.SetGCPercent(100)
		defer debug.SetGCPercent(before)
		var transports atomic.Int64
		tidy := newTidier(func() int { return int(transports.Load()) })
		percent := func() int {
			synctest.Wait()
			now := debug.SetGCPercent(100)
			debug.SetGCPercent(now)
			return now
		}
		for _, step := range []struct {
			transports int64
			want       int
		}{{2, 100}, {crowd - 1, 100}, {crowd, crowdGCPercent}, {500, crowdGCPercent}, {4, 100}, {crowd, crowdGCPercent}} {
			transports.Store(step.transports)
			tidy.look()
			if got := percent(); got != step.want {
				t.Errorf("%d transports: %d %%, want %d", step.transports, got, step.want)
			}
		}
		time.Sleep(tidyAfter)
		tidy.close()
		if tidy.tidied != crowd {
			t.Errorf("it tidied up after %d", tidy.tidied)
		}
		if got := percent(); got != 100 {
			t.Errorf("%d %% in the end", got)
		}
	})
}
