package capture

import (
	"log/slog"
	"math"
	"sync"
	"time"

	"takoshome/app/media"
	"takoshome/app/sound"
)

const (
	packetTime    = 20 * time.Millisecond
	packetSamples = 2 * sound.FrameSamples
	// queuedPackets may wait for a slow receiver, 200 ms; more are dropped.
	queuedPackets = 10
	// levelSamples are what Level is about, 100 ms; older than staleAfter it is none.
	levelSamples = 10 * sound.FrameSamples
	staleAfter   = 300 * time.Millisecond
)

// input is where a microphone's sound comes from: a device or a tone. After
// Close it gives nothing more.
type input interface {
	SetProcessing(media.Processing)
	Close() error
}

// packet is the sound of one Opus packet.
type packet struct {
	pcm   [packetSamples]int16
	taken time.Time
}

// microphone encodes what its input gives.
type microphone struct {
	logger *slog.Logger
	input  input
	queue  chan *packet
	empty  sync.Pool
	stop   chan struct{}
	ended  sync.WaitGroup
	once   sync.Once
	closed func() // called by Close, unless nil

	// mu protects the fields below.
	mu      sync.Mutex
	deliver func(media.Sample)
	muted   bool
	recent  [levelSamples]int16
	at      int       // in recent
	heard   time.Time // when the last sound came
	pending *packet   // being filled
	filled  int       // samples in pending
	dropped int       // packets that the receiver was too slow for
}

// openMicrophone starts with the input that open makes of the function that
// takes its sound.
func openMicrophone(logger *slog.Logger, open func(frames func(pcm []int16)) (input, error)) (*microphone, error) {
	m := &microphone{
		logger: logger, queue: make(chan *packet, queuedPackets), stop: make(chan struct{}), muted: true,
		empty: sync.Pool{New: func() any { return new(packet) }},
	}
	encoder, err := newOpus()
	if err != nil {
		return nil, err
	}
	if m.input, err = open(m.take); err != nil {
		return nil, err
	}
	m.ended.Go(func() { m.encode(encoder) })
	return m, nil
}

// take has 10 ms of sound; the input's goroutine never waits here.
func (m *microphone) take(pcm []int16) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.heard = now
	m.at = (m.at + copy(m.recent[m.at:], pcm)) % levelSamples
	if m.muted || m.deliver == nil {
		m.filled = 0
		return
	}
	if m.pending == nil {
		m.pending = m.empty.Get().(*packet)
	}
	if m.filled == 0 {
		m.pending.taken = now.Add(-time.Duration(len(pcm)) * time.Second / sound.RateHz)
	}
	m.filled += copy(m.pending.pcm[m.filled:], pcm)
	if m.filled < packetSamples {
		return
	}
	m.filled = 0
	select {
	case m.queue <- m.pending:
		m.pending = nil
	default:
		m.dropped++
	}
}

// encode makes packets of the sound until Close.
func (m *microphone) encode(encoder *opusEncoder) {
	for {
		select {
		case <-m.stop:
			return
		case p := <-m.queue:
			m.send(encoder, p)
		}
	}
}

func (m *microphone) send(encoder *opusEncoder, p *packet) {
	defer m.empty.Put(p)
	m.mu.Lock()
	deliver := m.deliver
	if m.muted {
		deliver = nil
	}
	m.mu.Unlock()
	if deliver == nil {
		return
	}
	data, err := encoder.encode(p.pcm[:])
	if err != nil {
		m.logger.Warn("sound could not be encoded", "error", err)
		return
	}
	deliver(media.Sample{Data: data, Duration: packetTime, Taken: p.taken, LevelDBov: levelDBov(p.pcm[:])})
}

// levelDBov is RFC 6464's level: how far below full scale the root mean square
// is, in decibels.
func levelDBov(pcm []int16) uint8 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	if sum == 0 {
		return 127
	}
	db := 10 * math.Log10(float64(len(pcm))*32768*32768/sum)
	return uint8(math.Round(max(0, min(127, db))))
}

// Start implements media.Microphone.
func (m *microphone) Start(deliver func(media.Sample)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deliver = deliver
}

// SetMuted implements media.Microphone.
func (m *microphone) SetMuted(muted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.muted = muted
}

// SetProcessing implements media.Microphone.
func (m *microphone) SetProcessing(p media.Processing) { m.input.SetProcessing(p) }

// Level implements media.Microphone.
func (m *microphone) Level() float64 {
	m.mu.Lock()
	recent, heard := m.recent, m.heard
	m.mu.Unlock()
	if time.Since(heard) > staleAfter {
		return 0
	}
	return sound.Level(recent[:])
}

// Close implements media.Microphone. It must not be called by deliver or Report.
func (m *microphone) Close() error {
	err := m.input.Close()
	m.once.Do(func() { close(m.stop) })
	m.ended.Wait()
	if m.closed != nil {
		m.closed()
	}
	return err
}
