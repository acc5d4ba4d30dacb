package app

import (
	"context"
	"sync"
	"time"
)

const (
	// maxTasks is how many commands may wait for other servers at once.
	maxTasks = 32
	// taskTime is more than another server may take, tried twice.
	taskTime = 30 * time.Second
)

// crew carries out what may take its time, each task on a goroutine of its own.
type crew struct {
	ctx    context.Context // of all tasks
	cancel context.CancelFunc
	tasks  sync.WaitGroup

	// mu protects all that follows; it is a leaf.
	mu      sync.Mutex
	running int
	closed  bool
}

// start begins a task; its context ends with the crew.
func (c *crew) start(task func(context.Context)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case c.running >= maxTasks:
		return ErrBusy
	}
	c.running++
	c.tasks.Go(func() {
		defer c.done()
		ctx, cancel := context.WithTimeout(c.ctx, taskTime)
		defer cancel()
		task(ctx)
	})
	return nil
}

func (c *crew) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
}

// close ends all tasks and awaits them.
func (c *crew) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.tasks.Wait()
}
