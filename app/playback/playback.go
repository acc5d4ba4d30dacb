package playback

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"takoshome/app/media"
	"takoshome/app/playback/jitter"
	"takoshome/app/sound"
)

// Config is what a Playback needs.
type Config struct {
	Engine *sound.Engine // it must be open for longer than the Playback
	Logger *slog.Logger  // nil: slog.Default
}

func (c Config) validate() error {
	if c.Engine == nil {
		return ErrConfig
	}
	return nil
}

// Playback implements media.Playback.
type Playback struct {
	logger   *slog.Logger
	speaker  *speaker
	deafened atomic.Bool

	// voices are those that the speaker's clock mixes; the slice is never changed.
	voices atomic.Pointer[[]*Voice]

	// mixer and room belong to the speaker's clock.
	mixer *mixer
	room  [block]int16

	// mu protects the fields below, and changes of voices.
	mu       sync.Mutex
	pictures map[*Picture]struct{}
	closed   bool
}

// New makes a Playback. The speaker is opened when one is chosen or when there
// is something to be heard.
func New(c Config) (*Playback, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return newPlayback(c.Logger.With("scope", "playback"), openerOf(c.Engine)), nil
}

func newPlayback(logger *slog.Logger, open openOutput) *Playback {
	p := &Playback{logger: logger, mixer: newMixer(), pictures: map[*Picture]struct{}{}}
	p.voices.Store(&[]*Voice{})
	p.speaker = &speaker{open: open, fill: p.fill, logger: logger}
	return p
}

// OnTrouble calls report, from any goroutine, when the speaker does not work,
// and with media.TroubleNone when it works again. It is told of trouble that
// there is already. report must not call the Playback.
func (p *Playback) OnTrouble(report func(media.Trouble)) { p.speaker.onTrouble(report) }

// SetSpeaker implements media.Playback.
func (p *Playback) SetSpeaker(id string) { p.speaker.choose(id) }

// SetDeafened implements media.Playback.
func (p *Playback) SetDeafened(deafened bool) { p.deafened.Store(deafened) }

// PlayAudio implements media.Playback. A track that cannot be decoded is read
// and stays silent.
func (p *Playback) PlayAudio(track media.RemoteTrack) media.Voice {
	v := newVoice(p, track)
	p.mu.Lock()
	closed := p.closed
	if !closed {
		p.storeVoices(append(p.otherVoices(v), v))
	}
	p.mu.Unlock()
	if closed {
		v.abandon()
		return v
	}
	p.speaker.start()
	go v.read()
	return v
}

// PlayVideo implements media.Playback. A track that cannot be decoded is read
// and shows nothing.
func (p *Playback) PlayVideo(track media.RemoteTrack) media.Picture {
	v := newPicture(p, track)
	p.start(v)
	return v
}

func (p *Playback) start(v *Picture) {
	p.mu.Lock()
	closed := p.closed
	if !closed {
		p.pictures[v] = struct{}{}
	}
	p.mu.Unlock()
	if closed {
		v.abandon()
		return
	}
	go v.read()
	go v.run()
}

// Close ends everything that plays, and closes the speaker.
func (p *Playback) Close() error {
	p.mu.Lock()
	p.closed = true
	voices := *p.voices.Load()
	pictures := make([]*Picture, 0, len(p.pictures))
	for v := range p.pictures {
		pictures = append(pictures, v)
	}
	p.mu.Unlock()
	for _, v := range voices {
		v.Close()
	}
	for _, v := range pictures {
		v.Close()
	}
	return p.speaker.close()
}

func (p *Playback) removeVoice(v *Voice) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.storeVoices(p.otherVoices(v))
}

func (p *Playback) storeVoices(voices []*Voice) { p.voices.Store(&voices) }

func (p *Playback) otherVoices(v *Voice) []*Voice {
	var others []*Voice
	for _, o := range *p.voices.Load() {
		if o != v {
			others = append(others, o)
		}
	}
	return others
}

func (p *Playback) removePicture(v *Picture) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pictures, v)
}

// fill is called by the speaker's clock for the next 10 ms.
func (p *Playback) fill(pcm []int16) {
	now := time.Now()
	for len(pcm) >= block {
		p.mix(now, pcm[:block])
		pcm = pcm[block:]
	}
	clear(pcm)
}

func (p *Playback) mix(now time.Time, pcm []int16) {
	loudness := int32(full)
	if p.deafened.Load() {
		loudness = 0
	}
	for _, v := range *p.voices.Load() {
		v.stream.Pull(now, p.room[:])
		want := v.volume.Load() * loudness / full
		if v.loudness != 0 || want != 0 {
			p.mixer.add(p.room[:], v.loudness, want)
		}
		v.loudness = want
	}
	p.mixer.finish(pcm)
}

var _ interface {
	media.Playback
	OnTrouble(func(media.Trouble))
} = (*Playback)(nil)

var _ jitter.Decoder = (*opusDecoder)(nil)
