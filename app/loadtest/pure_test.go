package loadtest

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestEncoderHoldsItsBitrate(t *testing.T) {
	for _, bps := range []int{100_000, 2_500_000} {
		e := newEncoder(7, bps)
		total, largest := 0, 0
		const frames = 3000
		for i := range frames {
			size := e.next(i%300 == 0)
			total += size
			largest = max(largest, size)
		}
		mean := float64(bps) / 8 / framesPerSecond
		if got := float64(total) / frames; math.Abs(got-mean) > mean/20 {
			t.Errorf("%d bit/s: %.0f bytes a frame, want %.0f", bps, got, mean)
		}
		if float64(largest) < 3*mean {
			t.Errorf("%d bit/s: the largest frame has %d bytes", bps, largest)
		}
	}
}

func TestDivide(t *testing.T) {
	for size, want := range map[int]int{50: 1, 1160: 1, 1161: 2, 10_400: 9, 11_605: 11} {
		sizes := divide(nil, size)
		sum := 0
		for i, n := range sizes {
			sum += n
			if n > maxVideoPayload || i > 0 && (n < sizes[i-1] || n > sizes[i-1]+1) {
				t.Errorf("%d bytes: %v", size, sizes)
			}
		}
		if len(sizes) != want || sum != size {
			t.Errorf("%d bytes: %v, want %d packets", size, sizes, want)
		}
	}
}

func TestScheduleKeepsItsPace(t *testing.T) {
	s := newSchedule(Paced, 2_500_000, true, true, 5*time.Millisecond)
	videos, audios := 0, 0
	for {
		due, ok := s.due()
		if !ok || due >= 10*time.Second {
			break
		}
		video, audio := s.pass(due)
		if video {
			videos++
		}
		if audio {
			audios++
		}
	}
	if videos < 2690 || videos > 2700 || audios < 499 || audios > 501 {
		t.Errorf("%d videos and %d sounds in 10 s", videos, audios)
	}
	if none := newSchedule(Bursts, 0, false, false, 0); none.video >= 0 || none.audio >= 0 {
		t.Errorf("got %+v", none)
	}
}

func TestSameSeedSameFlow(t *testing.T) {
	a, b, other := newFlow(1, 2, 1_000_000), newFlow(1, 2, 1_000_000), newFlow(1, 3, 1_000_000)
	same := true
	for range 10 {
		x, y, z := a.picture(Bursts, false), b.picture(Bursts, false), other.picture(Bursts, false)
		if len(x) != len(y) || x[0] != y[0] {
			t.Fatalf("%v and %v", x, y)
		}
		same = same && x[0] == z[0]
	}
	if same {
		t.Error("another publisher's flow is the same")
	}
}

func TestPayloadsAreChecked(t *testing.T) {
	p := newPattern()
	for _, size := range []int{minPayload, 100, maxVideoPayload} {
		payload := make([]byte, size)
		want := stamp{stream: 7, counter: math.MaxUint64 - 3, sentNs: time.Now().UnixNano()}
		p.write(payload, want)
		if got, ok := p.read(payload); !ok || got != want {
			t.Errorf("%d bytes: got %+v, %v", size, got, ok)
		}
		for i := codecHeader; i < size; i += 5 {
			payload[i] ^= 1
			if got, ok := p.read(payload); ok && got == want {
				t.Errorf("%d bytes: a change at %d is not seen", size, i)
			}
			payload[i] ^= 1
		}
	}
	if _, ok := p.read(nil); ok {
		t.Error("an empty payload is none of ours")
	}
}

func TestDelays(t *testing.T) {
	var d delays
	for i := 1; i <= 1000; i++ {
		d.add(time.Duration(i) * 10 * time.Microsecond)
	}
	for q, want := range map[float64]time.Duration{0.5: 5 * time.Millisecond, 0.99: 9900 * time.Microsecond, 1: 10 * time.Millisecond} {
		if got := d.quantile(q); math.Abs(float64(got-want)) > 0.03*float64(want) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	var sum delays
	sum.merge(&d)
	sum.add(-time.Second) // a clock was set
	sum.add(100 * time.Hour)
	if sum.count != 1002 || sum.longest != 100*time.Hour || (&delays{}).quantile(0.5) != 0 {
		t.Errorf("got %d, %v", sum.count, sum.longest)
	}
}

// packetOf is one of stream 1 in the window.
func packetOf(sequence uint16, timestamp uint32, counter uint64) (*received, stamp) {
	return &received{sequence: sequence, timestamp: timestamp, size: 10}, stamp{stream: 1, counter: counter}
}

func TestTrackTellsWhatIsWrong(t *testing.T) {
	type one struct {
		sequence  uint16
		timestamp uint32
		counter   uint64
	}
	for name, test := range map[string]struct {
		packets []one
		want    Counts
	}{
		"all well":   {[]one{{65534, 1, 5}, {65535, 1, 6}, {0, 2, 7}}, Counts{Received: 3}},
		"lost":       {[]one{{1, 1, 1}, {3, 1, 3}}, Counts{Received: 2}},
		"twice":      {[]one{{1, 1, 1}, {2, 1, 2}, {2, 1, 2}, {1, 1, 1}}, Counts{Received: 2, Duplicated: 2}},
		"overtaken":  {[]one{{1, 1, 1}, {3, 1, 3}, {2, 1, 2}, {2, 1, 2}}, Counts{Received: 3, Reordered: 1, Duplicated: 1}},
		"swapped":    {[]one{{1, 1, 2}, {2, 1, 1}}, Counts{Received: 2, Wrong: 1}},
		"time back":  {[]one{{1, 9, 1}, {2, 8, 2}}, Counts{Received: 2, Wrong: 1}},
		"left out":   {[]one{{1, 1, 1}, {2, 1, 9}}, Counts{Received: 2}},
		"closed gap": {[]one{{1, 1, 1}, {5, 1, 2}}, Counts{Received: 2, Wrong: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &source{}
			s.to.Store(100)
			tr := &track{source: s}
			for _, p := range test.packets {
				packet, stamp := packetOf(p.sequence, p.timestamp, p.counter)
				tr.take(packet, stamp, 1, &delays{})
			}
			test.want.Bytes = 10 * test.want.Received
			if tr.counts != test.want {
				t.Errorf("got %+v, want %+v", tr.counts, test.want)
			}
		})
	}
}

func TestFractionLost(t *testing.T) {
	tr := &track{}
	for _, n := range []uint16{65534, 65535, 1, 2} {
		packet, stamp := packetOf(n, 1, uint64(n+2))
		tr.take(packet, stamp, 1, &delays{})
	}
	if fraction, lost := tr.fractionLost(); fraction != 51 || lost != 1 || tr.extended() != 1<<16|2 {
		t.Errorf("got %d/256, %d lost, %x", fraction, lost, tr.extended())
	}
	if fraction, lost := tr.fractionLost(); fraction != 0 || lost != 1 {
		t.Errorf("nothing was lost since: got %d/256, %d", fraction, lost)
	}
}

func TestHeaderIsRead(t *testing.T) {
	want := rtpHead{payloadType: 96, marker: true, sequence: 7, timestamp: 8, ssrc: 9, mid: "0", transportNumber: 0x1234, sentNs: 1e18}
	packet := append(want.append(nil), "payload"...)
	var got received
	if !got.parse(packet) || string(got.payload) != "payload" || got.sequence != 7 || got.timestamp != 8 || got.ssrc != 9 ||
		!got.marker || got.payloadType != 96 {
		t.Fatalf("got %+v", got)
	}
	if number := got.element(transportCCID); string(number) != "\x12\x34" {
		t.Errorf("transport-wide number %x", number)
	}
	if mid := got.element(midID); string(mid) != "0" {
		t.Errorf("MID %q", mid)
	}
	if got.element(9) != nil {
		t.Error("found what is not there")
	}
}

func FuzzParse(f *testing.F) {
	head := rtpHead{payloadType: 96, mid: "0"}
	f.Add(append(head.append(nil), "payload"...))
	f.Add([]byte{0xB0, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0x10, 0, 0, 1, 1, 3, 9, 9, 4})
	f.Fuzz(func(t *testing.T, packet []byte) {
		var r received
		if !r.parse(packet) {
			return
		}
		for id := range 256 {
			_ = r.element(uint8(id))
		}
		_, _ = pattern(make([]byte, bodyBytes+2048)).read(r.payload)
	})
}

func TestSizes(t *testing.T) {
	var got []int
	for n := range sizes(30) {
		got = append(got, n)
	}
	if want := []int{2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestLimit(t *testing.T) {
	for want, r := range map[Limit]Result{
		LimitNone:  {Expected: 1000, Counts: Counts{Received: 991, Lost: 9}, DelayMs: Delays{P99: 149}},
		LimitLoss:  {Expected: 1000, Counts: Counts{Received: 980, Lost: 20}, DelayMs: Delays{P99: 400}},
		LimitDelay: {Expected: 1000, Counts: Counts{Received: 1000}, DelayMs: Delays{P99: 151}},
	} {
		if got := r.limit(); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
	if got := (&Result{}).limit(); got != LimitLoss {
		t.Errorf("nothing came: %s", got)
	}
}
