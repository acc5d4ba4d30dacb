package loadtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"
)

// Sink are receivers for a NaiveLoop: they decrypt, check and measure as a
// Test's subscribers do, on the same kind of sockets.
type Sink struct {
	test    *Test
	targets []Target
	drains  []*drain
	source  source // of all that comes: its window is open while it counts
}

// drain is one receiver.
type drain struct {
	sink *Sink
	open cipher.AEAD
	salt [12]byte

	mu      sync.Mutex // protects all below
	tracks  map[uint32]*track
	cycles  map[uint32]uint32
	figures delays
	bad     uint64
}

// OpenSink makes n receivers on the test's sockets.
func (t *Test) OpenSink(n int) (*Sink, error) {
	s := &Sink{test: t}
	for range n {
		if err := s.add(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Targets are where the receivers are.
func (s *Sink) Targets() []Target { return s.targets }

func (s *Sink) add() error {
	place, err := s.test.placeFor([]netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 1)})
	if err != nil {
		return err
	}
	secret := make([]byte, 16+12)
	_, _ = rand.Read(secret) // it never fails
	block, err := aes.NewCipher(secret[:16])
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	open, err := cipher.NewGCM(block)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	d := &drain{
		sink: s, open: open, salt: [12]byte(secret[16:]),
		tracks: map[uint32]*track{}, cycles: map[uint32]uint32{},
	}
	place.adopt(d)
	s.drains = append(s.drains, d)
	s.targets = append(s.targets, Target{
		Addr: netip.AddrPortFrom(place.local, place.hub.port), Key: secret[:16], Salt: secret[16:],
	})
	return nil
}

// receive takes a packet on the hub's goroutine.
func (d *drain) receive(_ netip.AddrPort, packet []byte, atNs int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var p received
	if len(packet) < rtpHeader || !p.parse(packet) {
		return
	}
	target, headerSize := naiveTarget{salt: d.salt}, len(packet)-len(p.payload)
	var nonce [12]byte
	target.nonce(&nonce, &rtpHead{ssrc: p.ssrc, sequence: p.sequence}, d.cycles[p.ssrc])
	payload, err := d.open.Open(p.payload[:0], nonce[:], p.payload, packet[:headerSize])
	if err != nil {
		d.bad++
		return
	}
	if p.sequence == math.MaxUint16 {
		d.cycles[p.ssrc]++
	}
	s, ok := d.sink.test.pattern.read(payload)
	tr := d.tracks[p.ssrc]
	if tr == nil {
		tr = &track{ssrc: p.ssrc, source: &d.sink.source}
		d.tracks[p.ssrc] = tr
	}
	if !ok {
		tr.counts.Wrong++
		return
	}
	p.payload, p.size = payload, headerSize+len(payload)
	tr.take(&p, s, atNs, &d.figures)
}

// Begin forgets what came and counts from now on.
func (s *Sink) Begin() {
	for _, d := range s.drains {
		d.mu.Lock()
		d.figures, d.bad = delays{}, 0
		clear(d.tracks)
		clear(d.cycles)
		d.mu.Unlock()
	}
	s.source.to.Store(math.MaxUint64)
}

// End stops counting and tells what came.
func (s *Sink) End() (Counts, Delays) {
	time.Sleep(settleTime)
	s.source.to.Store(0)
	var counts Counts
	var figures delays
	for _, d := range s.drains {
		d.mu.Lock()
		figures.merge(&d.figures)
		counts.Bad += d.bad
		for _, tr := range d.tracks {
			counts.add(tr.counts)
		}
		d.mu.Unlock()
	}
	return counts, figures.figures()
}
