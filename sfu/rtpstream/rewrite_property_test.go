package rtpstream

import (
	"fmt"
	"math"
	"math/rand"
	"sort"
	"testing"

	"github.com/pion/rtcp"
)

// layerPacket is one packet of a simulated simulcast layer.
type layerPacket struct {
	layer     int
	seq       uint16
	ts        uint32
	frame     int
	start     bool    // the frame's first
	captureMs float64 // when its frame was captured
	arriveMs  float64
	report    *rtcp.SenderReport // instead of a packet
}

// layerSchedule returns what arrives of the layers of one camera over the given
// time, in order of arrival: 3 % lost, 5 % late; with restarts a layer takes new
// numbers now and then. Without reports no sender report comes.
func layerSchedule(rng *rand.Rand, layers int, seconds float64, reports, restarts bool) []layerPacket {
	const frameMs = 1000. / 30
	var all []layerPacket
	for layer := range layers {
		seq, base := uint16(rng.Intn(seqCycle)), rng.Uint32()
		for frame := range int(seconds * 30) {
			captureMs := float64(frame) * frameMs
			if restarts && frame > 0 && rng.Intn(600) == 0 {
				seq, base = seq+10_000+uint16(rng.Intn(40_000)), rng.Uint32()
			}
			ts := base + uint32(frame)*3000
			if reports && frame%30 == layer {
				all = append(all, layerPacket{
					layer: layer, arriveMs: captureMs + 20,
					report: &rtcp.SenderReport{SSRC: testSsrc, NTPTime: ntpOf(instant(captureMs)), RTPTime: ts},
				})
			}
			for i := range 1 + rng.Intn(2+3*layer) {
				p := layerPacket{
					layer: layer, seq: seq, ts: ts, frame: frame, start: i == 0,
					captureMs: captureMs, arriveMs: captureMs + 20 + float64(i)*0.2 + rng.Float64()*0.1,
				}
				seq++
				switch roll := rng.Float64(); {
				case roll < 0.03:
					continue
				case roll < 0.08:
					p.arriveMs += rng.Float64() * 80
				}
				all = append(all, p)
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].arriveMs < all[j].arriveMs })
	return all
}

// offered is what the consumer under test did with an input packet.
type offered struct {
	epoch uint32
	layer int
	seq   uint16
}

// forwarded is one output packet.
type forwarded struct {
	offered
	ts        uint32
	captureMs float64
	nowMs     float64
}

// layerConsumer drives a Rewriter over a schedule as a consumer does: it
// switches layers at the start of a frame, leaves out every second frame for a
// while, and pauses.
type layerConsumer struct {
	t        *testing.T
	rng      *rand.Rand
	r        *Rewriter
	recv     []*RecvStream
	current  int
	target   int
	synced   int  // frame of the last Sync
	waiting  bool // nothing is forwarded until the next Sync
	paused   bool
	thin     bool // every second frame is left out
	offered  map[offered]bool
	dropped  map[offered]bool
	out      map[uint64]forwarded // by extended output number
	outSeqs  Extender
	newestMs float64 // capture time of the newest frame forwarded
	checked  uint64
}

func (c *layerConsumer) take(p layerPacket) {
	now := instant(p.arriveMs)
	if p.report != nil {
		c.recv[p.layer].HandleSenderReport(now, p.report)
		return
	}
	if !c.recv[p.layer].Receive(now, header(p.seq, p.ts), 100) || c.paused {
		return
	}
	sync := p.start && p.layer == c.target && p.captureMs > c.newestMs
	if sync && (c.waiting || c.current != c.target) {
		c.checkHoles(c.r.output + 1)
		c.r.Sync(now, p.layer, p.seq, p.ts, c.mapping(c.current), c.mapping(p.layer))
		c.current, c.waiting = p.layer, false
		c.synced, c.newestMs = p.frame, p.captureMs
	}
	if c.waiting {
		return
	}
	if c.thin && p.frame%2 == 1 && p.frame != c.synced && c.drop(p) {
		return
	}
	c.forward(p)
}

// drop leaves the packet out, unless it is too late for that.
func (c *layerConsumer) drop(p layerPacket) bool {
	if !c.r.Synced(p.layer) {
		return true
	}
	key := offered{c.r.epoch, p.layer, p.seq}
	if !c.r.Drop(p.seq) {
		return false
	}
	c.offered[key], c.dropped[key] = true, true
	return true
}

func (c *layerConsumer) forward(p layerPacket) {
	c.t.Helper()
	seq, ts, ok := c.r.Rewrite(p.layer, p.seq, p.ts)
	if !ok {
		if p.layer == c.current && p.captureMs > c.newestMs {
			c.t.Fatalf("at %v ms: packet %+v of a newer frame refused", p.arriveMs, p)
		}
		return
	}
	key := offered{c.r.epoch, p.layer, p.seq}
	if c.dropped[key] {
		c.t.Fatalf("packet %+v was left out, and is forwarded now", p)
	}
	c.offered[key] = true
	number := c.outSeqs.Extend(seq)
	if was, twice := c.out[number]; twice {
		c.t.Fatalf("output %d twice: %+v and %+v", number, was, p)
	}
	c.out[number] = forwarded{key, ts, p.captureMs, p.arriveMs}
	c.newestMs = max(c.newestMs, p.captureMs)

	for back := range uint16(30) { // inverts, for late NACKs too
		if want, sent := c.out[number-uint64(back)]; sent {
			layer, in, offset, ok := c.r.Original(seq - back)
			if !ok || layer != want.layer || in != want.seq || (back == 0 && offset != ts-p.ts) {
				c.t.Fatalf("Original(%d) = %d, %d, %d, %v, want %+v", seq-back, layer, in, offset, ok, want)
			}
		}
	}
}

// checkHoles holds the output numbers before end against the only reason for a
// missing one: its input packet never came, or not yet.
func (c *layerConsumer) checkHoles(end uint64) {
	c.t.Helper()
	if c.r.output == 0 {
		return
	}
	if c.checked == 0 {
		c.checked = c.r.firstOut
	}
	for ; c.checked < end; c.checked++ {
		if _, sent := c.out[c.checked]; sent {
			continue
		}
		layer, in, _, ok := c.r.Original(uint16(c.checked))
		if !ok {
			c.t.Fatalf("output %d was never sent and stands for nothing", c.checked)
		}
		run, _ := c.r.spans.at(c.checked)
		if key := (offered{run.epoch, layer, in}); c.offered[key] {
			c.t.Fatalf("output %d was never sent although input %+v came", c.checked, key)
		}
	}
}

// checkTimestamps holds the timestamps, in order of output numbers, against the
// capture times: frames never go back, and those of one epoch keep their
// distance exactly.
func (c *layerConsumer) checkTimestamps() {
	numbers := make([]uint64, 0, len(c.out))
	for number := range c.out {
		numbers = append(numbers, number)
	}
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
	for i := 1; i < len(numbers); i++ {
		a, b := c.out[numbers[i-1]], c.out[numbers[i]]
		if TimestampLess(b.ts, a.ts) {
			c.t.Fatalf("output %d: timestamp goes back from %+v to %+v", numbers[i], a, b)
		}
		if a.epoch != b.epoch && a.ts == b.ts {
			c.t.Fatalf("output %d: two frames with one timestamp: %+v, %+v", numbers[i], a, b)
		}
		apart := (b.captureMs - a.captureMs) * videoClock / 1000
		if a.epoch == b.epoch && math.Abs(float64(TimestampDiff(b.ts, a.ts))-apart) > 1 {
			c.t.Fatalf("output %d: %v ticks apart, captured %v", numbers[i], TimestampDiff(b.ts, a.ts), apart)
		}
	}
}

// checkPace holds the time between the first and the last frame against their
// timestamps.
func (c *layerConsumer) checkPace(leewayMs float64) {
	first, last := c.out[c.r.firstOut], c.out[c.r.output]
	gotMs := float64(last.ts-first.ts) * 1000 / videoClock
	if diff := gotMs - (last.captureMs - first.captureMs); math.Abs(diff) > leewayMs {
		c.t.Errorf("timestamps stray by %v ms, want at most %v", diff, leewayMs)
	}
}

func (c *layerConsumer) mapping(layer int) ReportMapping {
	ntp, ts, _, ok := c.recv[layer].SenderReportMapping()
	return ReportMapping{Ntp: ntp, RtpTs: ts, Known: ok}
}

func newLayerConsumer(t *testing.T, rng *rand.Rand, layers int) *layerConsumer {
	t.Helper()
	c := &layerConsumer{
		t: t, rng: rng, r: newRewriter(t, uint16(rng.Intn(seqCycle))), newestMs: -1, waiting: true,
		offered: map[offered]bool{}, dropped: map[offered]bool{}, out: map[uint64]forwarded{},
	}
	for range layers {
		c.recv = append(c.recv, newRecv(t, videoRecvConfig()))
	}
	return c
}

// change makes the consumer switch, thin out or pause now and then.
func (c *layerConsumer) change() {
	switch c.rng.Intn(800) {
	case 0, 1:
		c.target = c.rng.Intn(len(c.recv))
	case 2:
		c.thin = !c.thin
	case 3:
		c.paused = true
	}
	if c.paused && c.rng.Intn(100) == 0 {
		c.paused, c.waiting = false, true
		c.target = c.rng.Intn(len(c.recv))
	}
}

func TestRewriterProperties(t *testing.T) {
	tests := []struct {
		name              string
		layers            int
		reports, restarts bool
		strayMs           float64 // late packets set the clock's pace
	}{
		{"simulcast with sender reports", 3, true, false, 81},
		{"simulcast without sender reports", 3, false, false, 81},
		{"simulcast with sender reports and restarts", 3, true, true, 0},
		{"simulcast without sender reports and restarts", 3, false, true, 0},
		{"one stream", 1, true, false, 1},
		{"one stream with restarts", 1, true, true, 0},
	}
	for _, tt := range tests {
		for seed := range int64(8) {
			t.Run(fmt.Sprintf("%s, seed %d", tt.name, seed), func(t *testing.T) {
				rng := rand.New(rand.NewSource(seed))
				c := newLayerConsumer(t, rng, tt.layers)
				for i, p := range layerSchedule(rng, tt.layers, 60, tt.reports, tt.restarts) {
					c.change()
					c.take(p)
					if i%50 == 0 && c.r.output > 40 {
						c.checkHoles(c.r.output - 40)
					}
				}
				c.checkHoles(c.r.output + 1)
				c.checkTimestamps()
				if tt.strayMs > 0 {
					c.checkPace(tt.strayMs)
				}
				if len(c.out) < 500 {
					t.Errorf("only %d packets forwarded", len(c.out))
				}
			})
		}
	}
}
