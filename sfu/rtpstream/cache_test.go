package rtpstream

import (
	"bytes"
	"encoding/binary"
	"math/rand"
	"testing"
	"time"
)

// cachePacket returns bytes that tell the packet's index and depend on it
// throughout.
func cachePacket(index, size int) []byte {
	p := bytes.Repeat([]byte{byte(index)}, size)
	binary.BigEndian.PutUint32(p, uint32(index))
	return p
}

func TestNewCache(t *testing.T) {
	tests := []struct {
		name                 string
		maxPackets, maxBytes int
	}{
		{"no packets", 0, 1 << 20},
		{"negative packets", -1, 1 << 20},
		{"more than half a cycle", 1<<15 + 1, 1 << 20},
		{"too few bytes", 100, 1<<16 - 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewCache(tt.maxPackets, tt.maxBytes)
			wantConfigError(t, err)
		})
	}
}

func TestCacheKeepsAndForgets(t *testing.T) {
	c := newCache(t, 1024, 1<<20)
	if _, ok := c.Get(0); ok {
		t.Error("empty cache serves number 0")
	}
	// 300 packets over the sequence wrap, one a 10 ms.
	first := uint16(65400)
	for i := range 300 {
		if !c.Put(instant(float64(i)*10), first+uint16(i), cachePacket(i, 500+i)) {
			t.Fatalf("packet %d refused", i)
		}
	}
	// Newest at 2,990 ms: those from 990 ms on are served.
	for i := range 300 {
		got, ok := c.Get(first + uint16(i))
		if want := i >= 99; ok != want {
			t.Fatalf("packet %d: served %v, want %v", i, ok, want)
		}
		if ok && !bytes.Equal(got, cachePacket(i, 500+i)) {
			t.Fatalf("packet %d: wrong bytes", i)
		}
	}
	if _, ok := c.Get(first + 300); ok {
		t.Error("serves a packet not put yet")
	}
}

func TestCacheMaxAge(t *testing.T) {
	c := newCache(t, 256, 1<<16)
	c.SetMaxAge(time.Second)
	c.Put(instant(0), 1, cachePacket(1, 100))
	c.Put(instant(1000), 2, cachePacket(2, 100))
	if _, ok := c.Get(1); !ok {
		t.Error("packet of 1 s refused")
	}
	c.Put(instant(1001), 3, cachePacket(3, 100))
	if _, ok := c.Get(1); ok {
		t.Error("packet older than 1 s served")
	}
	c.SetMaxAge(-1)
	if _, ok := c.Get(2); ok {
		t.Error("negative age serves old packets")
	}
	if _, ok := c.Get(3); !ok {
		t.Error("the newest packet refused")
	}
}

func TestCacheTimeGoesBack(t *testing.T) {
	c := newCache(t, 256, 1<<16)
	c.Put(instant(0), 1, cachePacket(1, 100))
	c.Put(instant(3000), 2, cachePacket(2, 100))
	c.Put(instant(500), 3, cachePacket(3, 100))
	for seq, want := range map[uint16]bool{1: false, 2: true, 3: true} {
		if _, ok := c.Get(seq); ok != want {
			t.Errorf("packet %d: served %v, want %v", seq, ok, want)
		}
	}
}

func TestCachePutRefuses(t *testing.T) {
	c := newCache(t, 256, 1<<16)
	tests := []struct {
		name string
		size int
		want bool
	}{
		{"empty", 0, false},
		{"one chunk", cacheChunkSize, true},
		{"more than a chunk", cacheChunkSize + 1, false},
	}
	for _, tt := range tests {
		if got := c.Put(instant(0), 1, make([]byte, tt.size)); got != tt.want {
			t.Errorf("%s: Put = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestCacheLateAndRestarted(t *testing.T) {
	c := newCache(t, 256, 1<<20)
	c.Put(instant(0), 1000, cachePacket(1, 100))
	steps := []struct {
		name string
		seq  uint16
		want bool
	}{
		{"late, its place free", 900, true},
		{"late, its place taken by a newer one", 1000 - 256, false},
		{"restored again: overwritten", 900, true},
		{"newer in the same place", 1256, true},
		{"after a restart, numbers are lower", seqCycle + 1256 - 8*256, true},
	}
	for i, step := range steps {
		packet := cachePacket(100+i, 100)
		if got := c.Put(instant(10), step.seq, packet); got != step.want {
			t.Errorf("%s: Put = %v, want %v", step.name, got, step.want)
		}
		if got, ok := c.Get(step.seq); step.want && (!ok || !bytes.Equal(got, packet)) {
			t.Errorf("%s: Get = %v", step.name, ok)
		}
	}
	// A newer one that is too old to be served gives its place up.
	c.Put(instant(0), 2000, cachePacket(1, 100))
	c.Put(instant(5000), 3001, cachePacket(1, 100))
	if !c.Put(instant(5000), 2000-256, cachePacket(2, 100)) {
		t.Error("place of an expired packet not given up")
	}
}

func TestCacheBounds(t *testing.T) {
	tests := []struct {
		name       string
		maxPackets int
		maxBytes   int
		size       int
		everyMs    float64
		wantChunks int
		atLeast    int // packets served in the end
		atMost     int
	}{
		{"bytes", 4096, 256 << 10, 1200, 1, 8, 7 * 27, 8 * 27},
		{"packets", 100, 1 << 20, 200, 0.01, 2, 128, 128}, // rounded up to a power of two
		{"age: a slow stream holds two chunks", 4096, 4 << 20, 100, 20, 2, 100, 101},
		{"age: video of 2.4 Mbit/s", 4096, 4 << 20, 1200, 4, 20, 500, 501},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCache(t, tt.maxPackets, tt.maxBytes)
			const packets = 20_000
			for i := range packets {
				c.Put(instant(float64(i)*tt.everyMs), uint16(i), cachePacket(i, tt.size))
				if held := len(c.chunks) * cacheChunkSize; held > tt.maxBytes {
					t.Fatalf("packet %d: %d bytes held, want at most %d", i, held, tt.maxBytes)
				}
			}
			served := 0
			for i := range packets {
				got, ok := c.Get(uint16(i))
				if ok {
					served++
				}
				if ok && !bytes.Equal(got, cachePacket(i, tt.size)) {
					t.Fatalf("packet %d: wrong bytes", i)
				}
			}
			if served < tt.atLeast || served > tt.atMost {
				t.Errorf("%d packets served, want %d to %d", served, tt.atLeast, tt.atMost)
			}
			if got := len(c.chunks); got > tt.wantChunks {
				t.Errorf("%d chunks, want at most %d", got, tt.wantChunks)
			}
		})
	}
}

// TestCacheAgainstMap compares with a plain map over random sizes, gaps, late
// packets and pauses: what is served is always right, and everything young
// enough is served while the bounds are not reached.
func TestCacheAgainstMap(t *testing.T) {
	type put struct {
		ms   float64
		data []byte
	}
	for seed := range int64(8) {
		rng := rand.New(rand.NewSource(seed))
		c := newCache(t, 2048, 8<<20)
		model := map[uint16]put{}
		ms, seq := 0.0, uint16(rng.Intn(seqCycle))
		for i := range 20_000 {
			ms += rng.ExpFloat64() * 4
			if rng.Intn(3000) == 0 {
				ms += 5000
			}
			seq++
			at := seq
			if rng.Intn(20) == 0 {
				seq += uint16(rng.Intn(10)) // lost
			}
			if rng.Intn(20) == 0 {
				at -= uint16(rng.Intn(500)) // late
			}
			packet := cachePacket(i, 12+rng.Intn(1400))
			if c.Put(instant(ms), at, packet) {
				model[at] = put{ms, packet}
			}
			for range 3 {
				ask := seq - uint16(rng.Intn(1000))
				want, known := model[ask]
				young := known && ms-want.ms <= 1999
				got, ok := c.Get(ask)
				if ok && !bytes.Equal(got, want.data) {
					t.Fatalf("seed %d: number %d: wrong bytes", seed, ask)
				}
				if young && !ok {
					t.Fatalf("seed %d: number %d of %v ms ago not served", seed, ask, ms-want.ms)
				}
				if ok && ms-want.ms > 2001 {
					t.Fatalf("seed %d: number %d of %v ms ago served", seed, ask, ms-want.ms)
				}
			}
		}
	}
}

func TestCacheGetCannotGrow(t *testing.T) {
	c := newCache(t, 16, 1<<16)
	c.Put(instant(0), 1, []byte{1})
	c.Put(instant(0), 2, []byte{2})
	got, _ := c.Get(1)
	_ = append(got, 99)
	if next, _ := c.Get(2); next[0] != 2 {
		t.Error("appending to one packet changed the next")
	}
}

func TestCacheAllocs(t *testing.T) {
	c := newCache(t, 2048, 1<<20)
	packet := make([]byte, 1200)
	seq, ms := uint16(0), 0.0
	put := func() {
		seq++
		ms += 4
		c.Put(instant(ms), seq, packet)
		c.Get(seq - 100)
	}
	for range 2000 {
		put() // grows to the stream's rate
	}
	wantNoAllocs(t, put)
}

func FuzzCache(f *testing.F) {
	f.Add([]byte{0, 0, 1, 100, 0, 0, 2, 200, 1, 0, 1, 0})
	f.Add([]byte{0, 0xff, 0xff, 255, 3, 0, 0, 255, 1, 0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		c := newCache(t, 64, 1<<16)
		model := map[uint16][]byte{}
		ms := 0.0
		for i := 0; len(in) >= 4; i, in = i+1, in[4:] {
			seq := uint16(in[1])<<8 | uint16(in[2])
			if in[0]&1 == 0 {
				ms += float64(in[0]) * 4
				packet := cachePacket(i, 4+int(in[3])*10)
				if c.Put(instant(ms), seq, packet) {
					model[seq] = packet
				}
				continue
			}
			if got, ok := c.Get(seq); ok && !bytes.Equal(got, model[seq]) {
				t.Fatalf("number %d: wrong bytes", seq)
			}
		}
	})
}
