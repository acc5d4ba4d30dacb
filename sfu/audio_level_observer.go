package sfu

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
)

// AudioLevelObserverOptions say what an AudioLevelObserver tells, and how often.
type AudioLevelObserverOptions struct {
	// MaxEntries is how many Producers are told of at most, the loudest; 0: 1.
	MaxEntries int
	// Threshold is the mean volume in dBov, from -127 to 0, from which a Producer
	// is told of; 0: -80.
	Threshold int8
	// Interval is the time over which volumes are taken together; 0: 1 s.
	Interval time.Duration
	// OnVolumes hears of those above the threshold, the loudest first, once in an
	// interval; OnSilence that there are none any more. Both are called without
	// locks held and must return at once.
	OnVolumes func([]AudioLevelVolume)
	OnSilence func()
}

// AudioLevelVolume is how loud a Producer was in the last interval.
type AudioLevelVolume struct {
	Producer *Producer
	Volume   int8 // mean, in dBov
}

// Defaults of AudioLevelObserverOptions, mediasoup's.
const (
	defaultMaxEntries     = 1
	defaultThreshold      = -80
	defaultVolumeInterval = time.Second
)

func (o *AudioLevelObserverOptions) validate() error {
	if o.MaxEntries < 0 || o.Threshold > 0 || o.Threshold < -silence || o.Interval < 0 {
		return fmt.Errorf("audio level observer: %w", ErrBadOptions)
	}
	if o.MaxEntries == 0 {
		o.MaxEntries = defaultMaxEntries
	}
	if o.Threshold == 0 {
		o.Threshold = defaultThreshold
	}
	if o.Interval == 0 {
		o.Interval = defaultVolumeInterval
	}
	if o.OnVolumes == nil {
		o.OnVolumes = func([]AudioLevelVolume) {}
	}
	if o.OnSilence == nil {
		o.OnSilence = func() {}
	}
	return nil
}

// AudioLevelObserver tells who of its Producers is loud, by the audio level that
// their packets carry (RFC 6464).
type AudioLevelObserver struct {
	options AudioLevelObserverOptions
	router  *Router

	// mu protects the rest: of the ticker, a new goroutine may begin before the
	// old one has seen its end.
	mu        sync.Mutex
	producers []*Producer
	due       time.Time
	speaking  bool // the last that was told are volumes
}

// NewAudioLevelObserver makes an observer without Producers.
func (r *Router) NewAudioLevelObserver(options AudioLevelObserverOptions) (*AudioLevelObserver, error) {
	if err := options.validate(); err != nil {
		return nil, err
	}
	o := &AudioLevelObserver{options: options, router: r}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	r.observers[o] = struct{}{}
	r.server.observe(o)
	return o, nil
}

// AddProducer lets the observer listen to an audio Producer until that one, or
// the observer, is closed.
func (o *AudioLevelObserver) AddProducer(p *Producer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !slices.Contains(o.producers, p) {
		o.producers = append(o.producers, p)
	}
}

// RemoveProducer ends AddProducer.
func (o *AudioLevelObserver) RemoveProducer(p *Producer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.producers = slices.DeleteFunc(o.producers, func(other *Producer) bool { return other == p })
}

// Close ends the observer. It is idempotent and does not wait: a callback that
// runs already ends by itself.
func (o *AudioLevelObserver) Close() {
	o.router.server.ignore(o)
	o.router.mu.Lock()
	defer o.router.mu.Unlock()
	delete(o.router.observers, o)
}

// tick tells, at the end of an interval.
func (o *AudioLevelObserver) tick(now time.Time) {
	if !o.isDue(now) {
		return
	}
	volumes := o.take()
	o.mu.Lock()
	wasSpeaking := o.speaking
	o.speaking = len(volumes) > 0
	o.mu.Unlock()
	switch {
	case len(volumes) > 0:
		o.options.OnVolumes(volumes)
	case wasSpeaking:
		o.options.OnSilence()
	}
}

func (o *AudioLevelObserver) isDue(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return pass(&o.due, now, o.options.Interval)
}

// take returns who was loud, the loudest first.
func (o *AudioLevelObserver) take() []AudioLevelVolume {
	var volumes []AudioLevelVolume
	for _, p := range o.open() {
		if volume := p.takeVolume(); volume >= o.options.Threshold {
			volumes = append(volumes, AudioLevelVolume{Producer: p, Volume: volume})
		}
	}
	slices.SortStableFunc(volumes, func(a, b AudioLevelVolume) int { return cmp.Compare(b.Volume, a.Volume) })
	return volumes[:min(len(volumes), o.options.MaxEntries)]
}

// open forgets the Producers that were closed and returns the others.
func (o *AudioLevelObserver) open() []*Producer {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.producers = slices.DeleteFunc(o.producers, (*Producer).isClosed)
	return slices.Clone(o.producers)
}
