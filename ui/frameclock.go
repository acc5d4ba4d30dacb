package ui

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// frameTime is the least time between two drawings of moving pictures. Fyne
// repaints the whole window whenever anything in it changes, so pictures that
// come at about the same time are drawn together.
const frameTime = 32 * time.Millisecond

// frameClock draws the panes that have a new picture, all at once.
type frameClock struct {
	do   func(func()) // queues work for Fyne's goroutine
	poke func()       // wakes it
	// canvas is where the panes are; Fyne itself knows it only once they are drawn.
	canvas fyne.Canvas
	// least is the least time between two drawings.
	least time.Duration

	mu      sync.Mutex // protects all below
	waiting map[*pane]struct{}
	due     bool // a drawing is on its way
	last    time.Time
}

func newFrameClock(canvas fyne.Canvas, poke func()) *frameClock {
	return &frameClock{do: fyne.Do, poke: poke, canvas: canvas, least: frameTime, waiting: make(map[*pane]struct{})}
}

// offer says that a pane has a new picture; it returns at once and may be called
// from any goroutine.
func (c *frameClock) offer(p *pane) {
	c.mu.Lock()
	c.waiting[p] = struct{}{}
	if c.due {
		c.mu.Unlock()
		return
	}
	c.due = true
	wait := c.least - time.Since(c.last)
	c.mu.Unlock()
	if wait <= 0 {
		c.queue()
		return
	}
	time.AfterFunc(wait, c.queue)
}

func (c *frameClock) queue() {
	c.do(c.draw)
	c.poke()
}

// draw runs on Fyne's goroutine.
func (c *frameClock) draw() {
	c.mu.Lock()
	waiting := c.waiting
	c.waiting, c.due, c.last = make(map[*pane]struct{}), false, time.Now()
	c.mu.Unlock()
	for p := range waiting {
		p.draw()
	}
}
