package playback

import (
	"log/slog"
	"sync"

	"takoshome/app/media"
	"takoshome/app/sound"
)

// output is what a speaker needs of sound.Output.
type output interface {
	SetDevice(id string)
	Close() error
}

type openOutput func(id string, fill func([]int16), report func(media.Trouble)) (output, error)

func openerOf(engine *sound.Engine) openOutput {
	return func(id string, fill func([]int16), report func(media.Trouble)) (output, error) {
		return engine.OpenOutput(sound.OutputConfig{ID: id, Fill: fill, Report: report})
	}
}

// speaker is the one that is chosen; it is opened when it is first needed.
type speaker struct {
	open   openOutput
	fill   func([]int16)
	logger *slog.Logger

	// mu protects the fields below. It is held while the output opens, which
	// does not wait for the device, and never while it closes.
	mu     sync.Mutex
	id     string
	output output
	closed bool

	// reporting is held while report runs, so that reports come in order.
	reporting sync.Mutex
	report    func(media.Trouble)
	trouble   media.Trouble
}

// choose changes the device.
func (s *speaker) choose(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
	if s.output != nil {
		s.output.SetDevice(id)
		return
	}
	s.openLocked()
}

// start opens the speaker if it is not open.
func (s *speaker) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.output == nil {
		s.openLocked()
	}
}

func (s *speaker) openLocked() {
	if s.closed {
		return
	}
	output, err := s.open(s.id, s.fill, s.note)
	if err != nil {
		s.logger.Warn("speaker cannot be opened", "error", err)
		s.note(media.TroubleBroken)
		return
	}
	s.output = output
}

func (s *speaker) onTrouble(report func(media.Trouble)) {
	s.reporting.Lock()
	defer s.reporting.Unlock()
	s.report = report
	if s.trouble != media.TroubleNone && report != nil {
		report(s.trouble)
	}
}

func (s *speaker) note(trouble media.Trouble) {
	s.reporting.Lock()
	defer s.reporting.Unlock()
	if trouble == s.trouble {
		return
	}
	s.trouble = trouble
	if s.report != nil {
		s.report(trouble)
	}
}

func (s *speaker) close() error {
	s.mu.Lock()
	output := s.output
	s.output, s.closed = nil, true
	s.mu.Unlock()
	if output == nil {
		return nil
	}
	return output.Close()
}
