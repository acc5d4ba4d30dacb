package sound

import (
	"log/slog"
	"sync"
	"time"

	"takoshome/app/media"
)

// fadeTime is how fast a tone that is stopped dies away; fadePatience is how long
// that is waited for where no speaker asks.
const (
	fadeTime     = 40 * time.Millisecond
	fadePatience = 400 * time.Millisecond
)

// Ringer plays tones of our own making on the default speaker, again and again,
// until it is told to be silent. It opens the computer's sound for as long as it
// plays.
type Ringer struct {
	open func() (*Engine, error)
	log  *slog.Logger
	kick chan struct{}
	stop chan struct{}
	done chan struct{}

	closing sync.Once

	// mu protects wanted.
	mu     sync.Mutex
	wanted tone
}

// tone is what a Ringer plays.
type tone uint8

const (
	toneNone tone = iota
	toneRing
	toneCall
)

// NewRinger makes a silent Ringer; nil is slog.Default.
func NewRinger(log *slog.Logger) *Ringer {
	if log == nil {
		log = slog.Default()
	}
	r := &Ringer{
		log: log, kick: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
		open: func() (*Engine, error) { return Open(Config{Logger: log}) },
	}
	go r.run()
	return r
}

// Ring begins the tone of a call that comes in. Like the others it returns at
// once.
func (r *Ringer) Ring() { r.want(toneRing) }

// Call begins the tone of a call that rings elsewhere.
func (r *Ringer) Call() { r.want(toneCall) }

// Silence ends either.
func (r *Ringer) Silence() { r.want(toneNone) }

func (r *Ringer) want(t tone) {
	r.mu.Lock()
	r.wanted = t
	r.mu.Unlock()
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// Close ends the tone and the Ringer.
func (r *Ringer) Close() {
	r.closing.Do(func() { close(r.stop) })
	<-r.done
}

func (r *Ringer) run() {
	defer close(r.done)
	var p *ringing
	for {
		select {
		case <-r.stop:
			p.end()
			return
		case <-r.kick:
		}
		r.mu.Lock()
		wanted := r.wanted
		r.mu.Unlock()
		if p.plays(wanted) {
			continue
		}
		p.end()
		p = r.begin(wanted)
	}
}

// begin plays a tone; nil: none, or there is no sound.
func (r *Ringer) begin(t tone) *ringing {
	if t == toneNone {
		return nil
	}
	engine, err := r.open()
	if err != nil {
		r.log.Warn("no sound to ring with", "err", err)
		return nil
	}
	p := &ringing{engine: engine, tone: t, faded: make(chan struct{}), pcm: ringTone()}
	if t == toneCall {
		p.pcm = callTone()
	}
	if p.output, err = engine.OpenOutput(OutputConfig{ID: media.Default, Fill: p.fill}); err != nil {
		r.log.Warn("no speaker to ring with", "err", err)
		_ = engine.Close()
		return nil
	}
	return p
}

// ringing is a tone that plays.
type ringing struct {
	engine *Engine
	output *Output
	tone   tone
	pcm    []int16 // a period
	at     int
	faded  chan struct{} // closed when it has died away

	// mu protects what is below.
	mu     sync.Mutex
	ending bool
	left   int // samples to fade over
}

func (p *ringing) plays(t tone) bool {
	if p == nil {
		return t == toneNone
	}
	return p.tone == t
}

// fill is OutputConfig.Fill.
func (p *ringing) fill(pcm []int16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole := samplesIn(fadeTime)
	for i := 0; i < len(pcm); i += 2 {
		sample := int(p.pcm[p.at])
		p.at = (p.at + 1) % len(p.pcm)
		if p.ending {
			sample = sample * p.left / whole
			if p.left = max(p.left-1, 0); p.left == 1 {
				close(p.faded)
			}
		}
		pcm[i], pcm[i+1] = int16(sample), int16(sample)
	}
}

// end lets the tone die away and closes the sound.
func (p *ringing) end() {
	if p == nil {
		return
	}
	p.mu.Lock()
	p.ending, p.left = true, samplesIn(fadeTime)
	p.mu.Unlock()
	select {
	case <-p.faded:
	case <-time.After(fadePatience):
	}
	_ = p.output.Close()
	_ = p.engine.Close()
}
