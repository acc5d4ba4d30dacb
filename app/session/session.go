package session

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"takoshome/app/media"
)

// maxCommands is how many commands wait at most.
const maxCommands = 64

// Config is what a Session is made of.
type Config struct {
	// Path is the file of what is remembered.
	Path string
	// OpenDevices opens sound and camera of this computer, for each call anew;
	// nil: there are none.
	OpenDevices func(*slog.Logger) (media.Capture, media.Playback, error)
	Network     Network // nil: Participant
	// OnChange is told of each new Snapshot, and must return at once.
	OnChange func()
	// Notify tells the person something that no Snapshot shows, by its key in
	// the translations; it must return at once.
	Notify func(key string, args map[string]string, bad bool)
	Logger *slog.Logger // without a scope
}

func (c *Config) validate() error {
	if c.Path == "" {
		return errNoFile
	}
	if c.Network == nil {
		c.Network = Participant{}
	}
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
	if c.Notify == nil {
		c.Notify = func(string, map[string]string, bool) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Session is the call that the person takes part in, one at a time.
type Session struct {
	config   Config
	log      *slog.Logger
	commands chan request
	// messages are what the session's other goroutines have for its owner.
	// It has no room: what is sent was taken.
	messages chan func()
	troubled chan struct{} // has room for one
	views    *views
	snapshot atomic.Pointer[Snapshot]
	quit     chan struct{} // closed by Close
	gone     chan struct{} // closed when the owner has ended
	workers  sync.WaitGroup
	starting sync.Once
	closing  sync.Once
}

// Command is something the person asks for.
type Command struct{ do func(*owner) error }

// request is a command on its way to the owner.
type request struct {
	command Command
	done    func(error)
}

// New checks the configuration and starts nothing.
func New(c Config) (*Session, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	s := &Session{
		config:   c,
		log:      c.Logger.With("scope", "call"),
		commands: make(chan request, maxCommands),
		messages: make(chan func()),
		troubled: make(chan struct{}, 1),
		views:    newViews(),
		quit:     make(chan struct{}),
		gone:     make(chan struct{}),
	}
	s.snapshot.Store(newOwner(s, newMemory()).build())
	return s, nil
}

// Start reads what is remembered, and waits for commands.
func (s *Session) Start() {
	s.starting.Do(func() {
		remembered, aside, err := readMemory(s.config.Path)
		if err != nil {
			s.log.Warn("the remembered choices are damaged", "error", err, "kept", aside)
			s.config.Notify("notice.choicesDamaged", map[string]string{"path": aside}, true)
		}
		o := newOwner(s, remembered)
		s.snapshot.Store(o.build())
		go o.run() // awaited through gone
	})
}

// Close hangs up and gives every device back, until ctx ends. It may be called
// many times.
func (s *Session) Close(ctx context.Context) error {
	s.closing.Do(func() { close(s.quit) })
	// Without Start there is no owner to end.
	s.starting.Do(func() { close(s.gone) })
	done := make(chan struct{})
	go func() { // ends when the others do
		defer close(done)
		<-s.gone
		s.workers.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.Join(errNotClosed, ctx.Err())
	}
}

// Snapshot is a picture of this moment.
func (s *Session) Snapshot() *Snapshot { return s.snapshot.Load() }

// Show draws a video on view until another, or nil, is given for it. It returns
// at once.
func (s *Session) Show(video string, view *media.View) { s.views.set(video, view) }

// Do carries out a command and waits for the outcome.
func (s *Session) Do(ctx context.Context, c Command) error {
	outcome := make(chan error, 1)
	if err := s.Send(c, func(err error) { outcome <- err }); err != nil {
		return err
	}
	select {
	case err := <-outcome:
		return err
	case <-s.gone:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send has a command carried out and returns at once. done is told of the
// outcome, unless the session ends before, and must return at once, too.
func (s *Session) Send(c Command, done func(error)) error {
	select {
	case <-s.quit:
		return ErrClosed
	default:
	}
	select {
	case s.commands <- request{command: c, done: done}:
		return nil
	default:
		return ErrBusy
	}
}

// post lets the owner carry out f; false: it has ended, f is not carried out.
func (s *Session) post(f func()) bool {
	select {
	case s.messages <- f:
		return true
	case <-s.gone:
		return false
	}
}

// tell is post, waiting until f is done.
func (s *Session) tell(f func()) {
	done := make(chan struct{})
	if s.post(func() { defer close(done); f() }) {
		<-done
	}
}

// trouble says that some device's trouble has changed; it returns at once.
func (s *Session) trouble() {
	select {
	case s.troubled <- struct{}{}:
	default: // it is known already
	}
}
