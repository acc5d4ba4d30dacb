package assembly

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtp"
)

const ms = time.Millisecond

// packer makes VP8 packets: frames of three packets, with the frame's number in
// each byte.
type packer struct {
	seq   uint16
	stamp uint32
	count byte
}

const perFrame = 3

func (p *packer) frame(key, alone bool) (all []*rtp.Packet) {
	p.count++
	for i := range perFrame {
		payload := []byte{0, 1}
		if alone {
			payload[0] |= 0x20
		}
		if i == 0 {
			payload[0] |= 0x10
			if key {
				payload = append(payload[:1], 0, 0, 0, 0x9d, 0x01, 0x2a, 160, 0, 120, 0)
			}
		}
		payload = append(payload, p.count, byte(i))
		all = append(all, p.packet(payload, i == perFrame-1))
	}
	p.stamp += 3000
	return all
}

func (p *packer) packet(payload []byte, marker bool) *rtp.Packet {
	p.seq++
	return &rtp.Packet{Header: rtp.Header{SequenceNumber: p.seq - 1, Timestamp: p.stamp, SSRC: 1, Marker: marker}, Payload: payload}
}

// bench is an Assembler with a clock.
type bench struct {
	*Assembler
	t   *testing.T
	now time.Time
	out []string // "K1" for the keyframe number 1, "2", "3" …
}

func newBench(t *testing.T) *bench {
	t.Helper()
	a, err := New("video/vp8")
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Assembler: a, t: t, now: time.Unix(1e9, 0)}
}

func (b *bench) put(packets ...*rtp.Packet) {
	for _, p := range packets {
		b.Put(b.now, p)
		b.drain()
	}
}

func (b *bench) drain() {
	for f, ok := b.Next(b.now); ok; f, ok = b.Next(b.now) {
		data := f.Parts[0]
		name := fmt.Sprint(data[len(data)-2])
		if f.KeyFrame {
			name = "K" + name
		}
		if len(f.Parts) != 1 || !bytes.HasSuffix(data, []byte{data[len(data)-2], perFrame - 1}) {
			b.t.Errorf("frame %s is %x", name, f.Parts)
		}
		b.out = append(b.out, name)
	}
}

func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	b.drain()
}

func (b *bench) want(names ...string) {
	b.t.Helper()
	if fmt.Sprint(b.out) != fmt.Sprint(names) {
		b.t.Errorf("got %v, want %v", b.out, names)
	}
	b.out = nil
}

func TestOrderWrapAndDoubles(t *testing.T) {
	b, p := newBench(t), packer{seq: 65533, stamp: 1<<32 - 3000}
	key, second, third := p.frame(true, false), p.frame(false, false), p.frame(false, false)
	b.put(key[0], key[2], key[1], key[1], second[1])
	b.want("K1")
	b.put(second[2], key[0], second[0], second[0])
	b.want("2")
	b.put(third[2], third[1])
	b.want()
	b.put(third[0])
	b.want("3")
}

func TestBeginsWithAKeyFrame(t *testing.T) {
	b, p := newBench(t), packer{}
	if !b.NeedsKeyFrame(b.now) {
		t.Error("needs none at first")
	}
	b.put(p.frame(false, false)...)
	b.put(p.frame(false, false)...)
	b.want()
	key := p.frame(true, false)
	b.put(key[0])
	if b.NeedsKeyFrame(b.now) {
		t.Error("needs one although it is coming")
	}
	b.put(key[1:]...)
	b.put(p.frame(false, false)...)
	b.want("K3", "4")
}

func TestWaitsForRetransmissions(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	second, third := p.frame(false, false), p.frame(false, false)
	b.put(second[0], second[2])
	b.put(third...)
	b.pass(minDoubt)
	if b.NeedsKeyFrame(b.now) {
		t.Error("doubts too early")
	}
	b.pass(ms)
	if !b.NeedsKeyFrame(b.now) {
		t.Error("has no doubts")
	}
	b.pass(minPatience - minDoubt - 2*ms)
	b.want("K1")
	b.put(second[1])
	b.want("2", "3")
	if b.NeedsKeyFrame(b.now) {
		t.Error("needs a keyframe")
	}
}

func TestGivesUpUntilAKeyFrame(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	second, third := p.frame(false, false), p.frame(false, false)
	b.put(second[0], second[2])
	b.put(third...)
	b.pass(maxPatience)
	b.want("K1")
	if !b.NeedsKeyFrame(b.now) {
		t.Error("needs no keyframe")
	}
	b.put(second[1])
	b.put(p.frame(false, false)...)
	b.want()
	b.put(p.frame(true, false)...)
	b.put(p.frame(false, false)...)
	b.want("K5", "6")
}

func TestAWholeKeyFrameEndsTheWaiting(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	second, key := p.frame(false, false), p.frame(true, false)
	b.put(second[1:]...)
	b.put(key[:2]...)
	b.want("K1")
	b.put(key[2])
	b.want("K3")
	b.put(second[0])
	b.put(p.frame(false, false)...)
	b.want("4")
}

func TestLostFrameThatNobodyNeeds(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	second := p.frame(false, true)
	b.put(second[0])
	b.put(second[2])
	b.put(p.frame(false, false)...)
	b.pass(maxPatience)
	b.want("K1", "3")
	if b.NeedsKeyFrame(b.now) {
		t.Error("needs a keyframe")
	}
}

func TestLostEndOfFrameThatNobodyNeeds(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	second := p.frame(false, true)
	b.put(second[:2]...)
	b.put(p.frame(false, false)...)
	b.pass(maxPatience)
	b.want("K1")
	if !b.NeedsKeyFrame(b.now) {
		t.Error("whether another frame was lost cannot be known")
	}
}

func TestMissingKeyFrameBegin(t *testing.T) {
	b, p := newBench(t), packer{}
	p.frame(false, false)
	b.put(p.frame(false, false)...)
	key := p.frame(true, false)
	b.put(key[1:]...)
	b.put(p.frame(false, false)...)
	b.pass(50 * ms)
	b.want()
	b.put(key[0])
	b.want("K3", "4")
}

func TestPaddingBelongsToNoFrame(t *testing.T) {
	b, p := newBench(t), packer{}
	key := p.frame(true, false)
	b.put(key...)
	p.stamp -= 3000
	b.put(p.packet(nil, false), p.packet(nil, false))
	p.stamp += 3000
	b.put(p.frame(false, false)...)
	b.want("K1", "2")
}

func TestNewStreams(t *testing.T) {
	for name, change := range map[string]func(*rtp.Packet){
		"SSRC":     func(p *rtp.Packet) { p.SSRC++ },
		"sequence": func(p *rtp.Packet) { p.SequenceNumber += 30000 },
		"all":      func(p *rtp.Packet) { p.SSRC++; p.SequenceNumber += 40000; p.Timestamp += 1e9 },
	} {
		t.Run(name, func(t *testing.T) {
			b, p := newBench(t), packer{}
			b.put(p.frame(true, false)...)
			b.put(p.frame(false, false)...)
			b.want("K1", "2")
			for range 10 {
				for _, q := range p.frame(true, false) {
					change(q)
					b.put(q)
				}
			}
			if len(b.out) < 9 || b.out[len(b.out)-1] != "K12" {
				t.Errorf("%v", b.out)
			}
		})
	}
}

func TestOneStrangePacketChangesNothing(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	strange := p.packet([]byte{0x10, 1, 2}, true)
	p.seq--
	strange.SequenceNumber += 20000
	b.put(strange)
	b.put(p.frame(false, false)...)
	b.want("K1", "2")
}

func TestLongOutage(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	for range slots {
		p.frame(false, false)
	}
	b.put(p.frame(false, false)...)
	b.pass(time.Second)
	if !b.NeedsKeyFrame(b.now) {
		t.Error("needs no keyframe")
	}
	b.put(p.frame(true, false)...)
	if len(b.out) != 2 {
		t.Errorf("%v", b.out)
	}
}

func TestFramesWithoutEndAreBounded(t *testing.T) {
	b, p := newBench(t), packer{}
	b.put(p.frame(true, false)...)
	big := make([]byte, 1200)
	for range 3 * slots {
		b.put(p.packet(big, false))
	}
	total := 0
	for _, s := range b.ring {
		total += len(s.body)
	}
	if total > maxFrame {
		t.Errorf("%d bytes are kept", total)
	}
	b.out = nil
	b.pass(time.Second)
	p.stamp += 3000
	b.put(p.packet(big, true))
	b.put(p.frame(true, false)...)
	b.put(p.frame(false, false)...)
	if len(b.out) != 2 {
		t.Errorf("%v", b.out)
	}
}

func TestTooLargePictures(t *testing.T) {
	b, p := newBench(t), packer{}
	key := p.frame(true, false)
	key[0].Payload[7], key[0].Payload[8] = 0xff, 0x3f
	b.put(key...)
	b.put(p.frame(false, false)...)
	b.want()
	if !b.NeedsKeyFrame(b.now) {
		t.Error("needs no keyframe")
	}
}

func TestPatience(t *testing.T) {
	var p patience
	if l := p.limit(); l < minPatience || l > maxPatience {
		t.Errorf("%v at first", l)
	}
	for range 100 {
		p.filled(20 * ms)
	}
	if l := p.limit(); l != minPatience {
		t.Errorf("%v on a quick network", l)
	}
	for range 100 {
		p.filled(400 * ms)
	}
	if l := p.limit(); l != maxPatience {
		t.Errorf("%v on a slow network", l)
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := New("video/AV1"); err == nil {
		t.Error("no error")
	}
}
