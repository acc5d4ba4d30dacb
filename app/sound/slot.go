package sound

import (
	"log/slog"
	"sync/atomic"
	"time"

	"takoshome/app/media"
)

const (
	// A running device hands over sound every 10 ms. After doubtAfter without,
	// the list of devices is read early; after staleAfter it is opened again.
	doubtAfter = 300 * time.Millisecond
	staleAfter = 3 * time.Second
	// provenAfter is how long a device has to work before its trouble is over.
	provenAfter = 100 * time.Millisecond
	// Attempts to open a device that is there but does not open.
	firstReopen, lastReopen = time.Second, 16 * time.Second
)

// slot keeps a device open for an Input or Output: it opens the one wanted when
// it is there, and opens it again when it comes back.
type slot struct {
	logger *slog.Logger
	kind   kind
	report func(media.Trouble)
	// opening is called before a device is opened, with what to do with its
	// samples, closed after it was closed. Both from the engine's goroutine.
	opening func() (data func(pcm []int16))
	shutNow func()
	// strained tells that the period is too short for this computer.
	strained func(now time.Time) bool

	wanted atomic.Pointer[string] // an ID, media.None for no device
	ended  atomic.Bool            // to be closed for good
	gone   chan struct{}          // closed when it is

	// The rest is the engine's goroutine's.
	stream   stream
	tap      *tap
	target   target
	trouble  media.Trouble
	reopenAt time.Time
	reopenIn time.Duration
	longer   int // how often the period was made longer
}

// periodsMs are the periods of a device, from the one to begin with.
func (k kind) periodsMs() []int {
	if k == capture {
		return []int{10}
	}
	return []int{20, 40, 60}
}

func newSlot(logger *slog.Logger, k kind, id string, report func(media.Trouble)) *slot {
	if report == nil {
		report = func(media.Trouble) {}
	}
	s := &slot{logger: logger.With("device", k.String()), kind: k, report: report, gone: make(chan struct{})}
	s.wanted.Store(&id)
	return s
}

// tap watches a stream: its fields are set by the device's threads.
type tap struct {
	openedAt time.Time
	lastNs   atomic.Int64 // of the last samples, since openedAt; 0: none yet
	stopped  atomic.Bool  // said so, and gave nothing since
	closed   atomic.Bool  // samples that still come are not wanted
}

func (t *tap) quietFor(now time.Time) time.Duration {
	return now.Sub(t.openedAt) - time.Duration(t.lastNs.Load())
}

// doubtful tells that the device may be gone.
func (s *slot) doubtful(now time.Time) bool {
	return s.tap != nil && s.trouble == media.TroubleNone && s.tap.quietFor(now) > doubtAfter
}

// tend does what is to be done now, and tells when the slot has ended.
func (s *slot) tend(now time.Time, from system, list listing) (ended bool) {
	if s.ended.Load() {
		s.shut()
		return true
	}
	id := *s.wanted.Load()
	if id == media.None {
		s.shut()
		s.longer = 0
		s.say(media.TroubleNone)
		return false
	}
	want, there := list.resolve(s.kind, id)
	if s.stream != nil && (!there || want.key != s.target.key) {
		s.shut()
		s.longer, s.reopenIn, s.reopenAt = 0, 0, time.Time{}
	}
	switch {
	case !there || from == nil:
		s.reopenIn, s.reopenAt = 0, time.Time{}
		s.say(media.TroubleGone)
	case s.stream != nil:
		s.check(now)
	case !now.Before(s.reopenAt):
		s.open(now, from, want)
	}
	return false
}

// check looks whether an open device works.
func (s *slot) check(now time.Time) {
	quiet := s.tap.quietFor(now)
	switch {
	case s.tap.stopped.Load() && quiet > doubtAfter && s.trouble == media.TroubleNone:
		// Devices that sleep or move say so too, but go on soon. This one may go on
		// when it is opened again.
		s.shut()
		s.reopenAt = now
	case quiet > staleAfter:
		// There, but silent: the hardware is used by another program. It stays
		// open, because some come back by themselves, but is tried anew too.
		s.say(media.TroubleBusy)
		if !now.Before(s.reopenAt) {
			s.shut()
		}
	case quiet < doubtAfter && time.Duration(s.tap.lastNs.Load()) > provenAfter:
		s.reopenIn = 0
		s.say(media.TroubleNone)
		s.relax(now)
	}
}

// relax opens the device anew with a longer period if this one is too short.
func (s *slot) relax(now time.Time) {
	if !s.strained(now) || s.longer+1 >= len(s.kind.periodsMs()) {
		return
	}
	s.longer++
	s.logger.Info("the computer is busy; buffers more sound", "ms", s.kind.periodsMs()[s.longer])
	s.shut()
	s.reopenAt = now
}

// open opens the device, or says why not.
func (s *slot) open(now time.Time, from system, want target) {
	s.reopenIn = min(max(firstReopen, 2*s.reopenIn), lastReopen)
	s.reopenAt = now.Add(s.reopenIn)
	t := &tap{openedAt: now}
	data := s.opening()
	opened, err := from.open(streamConfig{
		kind: s.kind, handle: want.handle, periodMs: s.kind.periodsMs()[s.longer],
		data: func(pcm []int16) {
			if t.closed.Load() {
				if s.kind == playback {
					clear(pcm)
				}
				return
			}
			t.lastNs.Store(int64(time.Since(t.openedAt)))
			t.stopped.Store(false)
			data(pcm)
		},
		stopped: func() { t.stopped.Store(true) },
	})
	if err != nil {
		s.logger.Info("does not open", "error", err)
		s.shutNow()
		s.say(troubleOf(err))
		return
	}
	s.logger.Debug("opened", "took", time.Since(now))
	s.stream, s.tap, s.target = opened, t, want
}

// shut closes the device if it is open.
func (s *slot) shut() {
	if s.stream == nil {
		return
	}
	s.tap.closed.Store(true)
	s.stream.close()
	s.stream, s.tap = nil, nil
	s.shutNow()
}

// say reports trouble, or its end, when that is news.
func (s *slot) say(trouble media.Trouble) {
	if trouble == s.trouble {
		return
	}
	s.trouble = trouble
	s.logger.Info("sound device", "trouble", string(trouble))
	s.report(trouble)
}

// close ends the slot, and waits for that within bounds.
func (s *slot) close(e *Engine) {
	s.ended.Store(true)
	e.look()
	select {
	case <-s.gone:
	case <-time.After(answerWithin):
		e.logger.Warn("a sound device does not close")
	}
}
