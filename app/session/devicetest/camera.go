package devicetest

import (
	"sync"
	"time"

	"takoshome/app/media"
)

// Camera is an open camera or screen.
type Camera struct {
	Config   media.CameraConfig
	computer *Computer

	// mu protects all that follows.
	mu        sync.Mutex
	deliver   func(int, media.Sample)
	layers    []media.Layer
	rates     map[int]int
	keyFrames map[int]int
	view      *media.View
	isClosed  bool
}

// Start makes as many layers as may be, or what FailStart says.
func (c *Camera) Start(most int, deliver func(int, media.Sample)) ([]media.Layer, error) {
	c.computer.mu.Lock()
	err := c.computer.startErr
	c.computer.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []media.Layer{
		{Rid: "r0", Width: 320, Height: 180, ScaleDown: 4, MaxBps: 150_000, MaxFramesS: 30},
		{Rid: "r1", Width: 640, Height: 360, ScaleDown: 2, MaxBps: 500_000, MaxFramesS: 30},
		{Rid: "r2", Width: 1280, Height: 720, ScaleDown: 1, MaxBps: 1_500_000, MaxFramesS: 30},
	}
	c.layers, c.deliver = all[:min(most, len(all))], deliver
	if len(c.layers) == 1 {
		c.layers = []media.Layer{{Width: 320, Height: 180, ScaleDown: 1, MaxBps: 150_000, MaxFramesS: 30}}
	}
	return c.layers, nil
}

// SetBitrate remembers what was set.
func (c *Camera) SetBitrate(layer, bps int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rates[layer] = bps
}

// RequestKeyFrame counts.
func (c *Camera) RequestKeyFrame(layer int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keyFrames[layer]++
}

// Show remembers the place.
func (c *Camera) Show(view *media.View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.view = view
}

// Close gives the device back.
func (c *Camera) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isClosed {
		c.isClosed, c.deliver = true, nil
		c.computer.close()
	}
	return nil
}

// Film hands over a frame of a layer.
func (c *Camera) Film(layer int, data []byte, key bool) (sent bool) {
	c.mu.Lock()
	deliver := c.deliver
	c.mu.Unlock()
	if deliver == nil {
		return false
	}
	deliver(layer, media.Sample{Data: data, Duration: time.Second / 30, KeyFrame: key})
	return true
}

// State is what was asked of it last.
func (c *Camera) State() (layers int, closed bool, view *media.View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.layers), c.isClosed, c.view
}

// Rate is the last bitrate of a layer, -1 if none was set, and how many
// keyframes were asked for.
func (c *Camera) Rate(layer int) (bps, keyFrames int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bps, ok := c.rates[layer]
	if !ok {
		bps = -1
	}
	return bps, c.keyFrames[layer]
}
