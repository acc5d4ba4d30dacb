package devicetest

import (
	"sync"
	"time"

	"takoshome/app/media"
)

// Microphone is an open microphone.
type Microphone struct {
	Config media.MicrophoneConfig
	closed func()

	// mu protects all that follows.
	mu         sync.Mutex
	deliver    func(media.Sample)
	muted      bool
	processing media.Processing
	level      float64
	isClosed   bool
}

// Start hands over what Speak says.
func (m *Microphone) Start(deliver func(media.Sample)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deliver = deliver
}

// SetMuted stops that.
func (m *Microphone) SetMuted(muted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.muted = muted
}

// SetProcessing remembers what was set.
func (m *Microphone) SetProcessing(p media.Processing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.processing = p
}

// Level is that of SetLevel.
func (m *Microphone) Level() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.level
}

// Close gives the device back.
func (m *Microphone) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.isClosed {
		m.isClosed, m.deliver = true, nil
		m.closed()
	}
	return nil
}

// SetLevel says how loud it is.
func (m *Microphone) SetLevel(level float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.level = level
}

// Speak hands over 20 ms of sound, unless the microphone is muted.
func (m *Microphone) Speak(data []byte) (sent bool) {
	m.mu.Lock()
	deliver := m.deliver
	if m.muted {
		deliver = nil
	}
	m.mu.Unlock()
	if deliver == nil {
		return false
	}
	deliver(media.Sample{Data: data, Duration: 20 * time.Millisecond})
	return true
}

// State is what was asked of it last.
func (m *Microphone) State() (started, muted, closed bool, p media.Processing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deliver != nil, m.muted, m.isClosed, m.processing
}
