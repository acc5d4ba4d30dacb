package participant

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"takoshome/app/media"
)

// Config says which call to join, and who hears of it.
type Config struct {
	Link Link
	// Name is what one is called, where the link asks for it.
	Name string
	// Events gets everything that happens, in order, from one goroutine. It must
	// not block. The first event may come before Join returns.
	Events func(Event)
	Logger *slog.Logger
	// Media are more addresses at which to try the host's media, beside those
	// that it names.
	Media []netip.AddrPort
	// Timeouts may be left zero, each field for itself.
	Timeouts Timeouts
}

// Timeouts bound what a call waits for.
type Timeouts struct {
	// Dial bounds each step on the way in: asking, opening the socket, init.
	Dial time.Duration
	// Ping is how often the socket is tried, Silence after how long without any
	// sign of life it counts as broken.
	Ping, Silence time.Duration
	// Disconnected is how long media may be silent, before it has Failed time more.
	Disconnected, Failed time.Duration
	// Media is how long media may take to connect, again and again at most
	// maxMediaTries times.
	Media time.Duration
	// Resume is how long a host may be gone that does not say so itself.
	Resume time.Duration
	// Restart is how long a host may be gone that said it stops.
	Restart time.Duration
	// Retry is the pause before the second attempt to reconnect. It doubles up
	// to RetryMost.
	Retry, RetryMost time.Duration
	// Reply is how long the answer to a produce may take.
	Reply time.Duration
	// Goodbye is how long the end of a call may take.
	Goodbye time.Duration
}

var defaultTimeouts = Timeouts{
	Dial:         10 * time.Second,
	Ping:         5 * time.Second,
	Silence:      12 * time.Second,
	Disconnected: 5 * time.Second,
	Failed:       3 * time.Second,
	Media:        12 * time.Second,
	Resume:       30 * time.Second,
	Restart:      8 * time.Second,
	Retry:        500 * time.Millisecond,
	RetryMost:    5 * time.Second,
	Reply:        5 * time.Second,
	Goodbye:      2 * time.Second,
}

// maxMediaTries is how often media is set up anew before the call is given up.
const maxMediaTries = 3

func (c *Config) validate() error {
	if c.Events == nil {
		return fmt.Errorf("%w: nobody takes the events", ErrConfig)
	}
	if c.Link.Base == "" {
		return ErrBadLink
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Timeouts.fill()
	return nil
}

func (t *Timeouts) fill() {
	d := defaultTimeouts
	for _, field := range []struct{ value, fallback *time.Duration }{
		{&t.Dial, &d.Dial},
		{&t.Ping, &d.Ping},
		{&t.Silence, &d.Silence},
		{&t.Disconnected, &d.Disconnected},
		{&t.Failed, &d.Failed},
		{&t.Media, &d.Media},
		{&t.Resume, &d.Resume},
		{&t.Restart, &d.Restart},
		{&t.Retry, &d.Retry},
		{&t.RetryMost, &d.RetryMost},
		{&t.Reply, &d.Reply},
		{&t.Goodbye, &d.Goodbye},
	} {
		if *field.value <= 0 {
			*field.value = *field.fallback
		}
	}
}

// ProducerConfig describes a stream to send.
type ProducerConfig struct {
	Kind string // "audio" or "video"
	// Source tells a second video apart: "screen".
	Source string
	// Layers are the encodings of a video, the smallest first.
	Layers []media.Layer
	// Paused begins muted.
	Paused bool
	// KeyFrame asks the encoder of a layer for a keyframe.
	KeyFrame func(layer int)
	// Bitrate tells what a layer may take; 0 switches it off.
	Bitrate func(layer, bps int)
}

// maxLayers is what one producer may have.
const maxLayers = 4

var (
	errKind   = errors.New("neither audio nor video")
	errLayers = errors.New("wrong number of layers")
)

func (c *ProducerConfig) validate() error {
	switch c.Kind {
	case kindAudio:
		c.Layers = []media.Layer{{MaxBps: audioBps}}
	case kindVideo:
		if len(c.Layers) == 0 || len(c.Layers) > maxLayers {
			return fmt.Errorf("%w: %w: %d", ErrConfig, errLayers, len(c.Layers))
		}
		c.Layers = named(c.Layers)
	default:
		return fmt.Errorf("%w: %w: %.16q", ErrConfig, errKind, c.Kind)
	}
	if c.KeyFrame == nil {
		c.KeyFrame = func(int) {}
	}
	if c.Bitrate == nil {
		c.Bitrate = func(int, int) {}
	}
	return nil
}

// named gives every one of several layers a RID of its own.
func named(layers []media.Layer) []media.Layer {
	out := append([]media.Layer(nil), layers...)
	for i := range out {
		out[i].Rid = ""
		if len(out) > 1 {
			out[i].Rid = fmt.Sprintf("r%d", i)
		}
		if out[i].MaxBps <= 0 {
			out[i].MaxBps = usualBps(out[i])
		}
	}
	return out
}

// usualBps is what VP8 needs for a size, where nobody says it.
func usualBps(l media.Layer) int {
	return min(max(l.Width*l.Height*2, 150_000), 2_500_000)
}

// Stats are figures of a call.
type Stats struct {
	// RTT is the way to the host and back.
	RTT time.Duration
	// DownLoss is what was lost on the way from the host of each peer's streams,
	// from 0 to 1 over the last seconds.
	DownLoss map[string]float64
	// UpLoss is what the host misses of ours.
	UpLoss float64
	// EstimateBps is what the way to the host is taken to carry.
	EstimateBps int
}
