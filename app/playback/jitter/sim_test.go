package jitter

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
)

const (
	packetTime = 20 * time.Millisecond
	perPacket  = SampleRate / 50
	toneHz     = 440
	// tonePeriods is how many samples a whole number of the tone's periods has.
	tonePeriods = 1200
)

// toneDecoder decodes packets that say which part of a tone they are, and
// conceals by letting the tone go on.
type toneDecoder struct {
	table   []int16
	phase   int // the sample that comes next
	broken  bool
	silent  bool // since a packet of silence
	calls   int
	corrupt map[uint32]bool
}

var errBroken = errors.New("cannot be decoded")

func (d *toneDecoder) Decode(packet []byte, pcm []int16) (int, error) {
	d.calls++
	samples := durationOf(packet)
	d.silent = len(packet) < 5
	if d.silent {
		clear(pcm[:samples*Channels])
		return samples, nil
	}
	index := binary.BigEndian.Uint32(packet[1:])
	if d.corrupt[index] {
		return 0, errBroken
	}
	d.phase = int(index)
	d.fill(pcm[:samples*Channels])
	return samples, nil
}

func (d *toneDecoder) Correct(next []byte, pcm []int16) error {
	if len(next) < 5 {
		return errBroken
	}
	d.phase = int(binary.BigEndian.Uint32(next[1:])) - len(pcm)/Channels
	d.fill(pcm)
	return nil
}

func (d *toneDecoder) Conceal(pcm []int16) error {
	if d.broken {
		return errBroken
	}
	if d.silent {
		clear(pcm)
		return nil
	}
	d.fill(pcm)
	return nil
}

func (d *toneDecoder) fill(pcm []int16) {
	if len(d.table) == 0 {
		for i := range tonePeriods {
			d.table = append(d.table, int16(10000*math.Sin(2*math.Pi*toneHz*float64(i)/SampleRate)))
		}
	}
	at := (d.phase%tonePeriods + tonePeriods) % tonePeriods
	for i := 0; i < len(pcm); i += Channels {
		pcm[i], pcm[i+1] = d.table[at], d.table[at]
		if at++; at == tonePeriods {
			at = 0
		}
	}
	d.phase += len(pcm) / Channels
}

// tone is a packet with the tone's part that begins at a sample; celt cannot
// carry a correction, silk says that it does.
func tone(index uint32, silk bool) []byte {
	toc, flags := byte(31<<3), byte(0)
	if silk {
		toc, flags = 1<<3, 0xc0
	}
	payload := binary.BigEndian.AppendUint32([]byte{toc}, index)
	if silk { // the flags take the place of the index's highest byte
		payload[1] = flags
	}
	return payload
}

func packetOf(seq uint16, stamp uint32, payload []byte) *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: stamp, SSRC: 5}, Payload: payload}
}

// arrival is a packet on its way.
type arrival struct {
	at time.Duration
	p  *rtp.Packet
}

// sim is a sender, a network and a speaker.
type sim struct {
	decoder toneDecoder
	stream  *Stream
	start   time.Time
	coming  []arrival
	pulled  int
	heard   []int16 // the left channel
	// pullAt says when pull number i happens.
	pullAt func(i int) time.Duration
}

func newSim() *sim {
	s := &sim{start: time.Unix(1e9, 0)}
	s.stream = NewStream(&s.decoder)
	s.pullAt = func(i int) time.Duration { return time.Duration(i) * 10 * time.Millisecond }
	return s
}

func (s *sim) arrive(at time.Duration, p *rtp.Packet) { s.coming = append(s.coming, arrival{at, p}) }

// send lets count packets of a tone come, each when delay says; negative: never.
func (s *sim) send(count int, delay func(i int) time.Duration) {
	for i := range count {
		if d := delay(i); d >= 0 {
			s.arrive(time.Duration(i)*packetTime+d, packetOf(uint16(65530+i), uint32(1<<32-5000+i*perPacket), tone(uint32(i*perPacket), false)))
		}
	}
}

// run plays until a time.
func (s *sim) run(until time.Duration) {
	slices.SortStableFunc(s.coming, func(a, b arrival) int { return int(a.at - b.at) })
	pcm := make([]int16, block*Channels)
	for s.pullAt(s.pulled) < until {
		at := s.pullAt(s.pulled)
		for len(s.coming) > 0 && s.coming[0].at <= at {
			s.stream.Put(s.start.Add(s.coming[0].at), s.coming[0].p)
			s.coming = s.coming[1:]
		}
		s.stream.Pull(s.start.Add(at), pcm)
		for i := 0; i < len(pcm); i += Channels {
			s.heard = append(s.heard, pcm[i])
		}
		s.pulled++
	}
}

// periods are the lengths of the tone's periods in samples, measured between
// the places where it rises through zero; quiet places have none.
func periods(pcm []int16) (lengths []float64, at []int) {
	last := math.NaN()
	for i := 1; i < len(pcm); i++ {
		if pcm[i-1] >= 0 || pcm[i] < 0 {
			continue
		}
		a, b := float64(pcm[i-1]), float64(pcm[i])
		crossing := float64(i-1) - a/(b-a)
		if !math.IsNaN(last) {
			lengths, at = append(lengths, crossing-last), append(at, i)
		}
		last = crossing
	}
	return lengths, at
}

// oddPeriods counts periods that differ from the tone's by more than tolerance.
func oddPeriods(t *testing.T, pcm []int16, tolerance float64) (odd int) {
	t.Helper()
	lengths, at := periods(pcm)
	want := float64(SampleRate) / toneHz
	for i, l := range lengths {
		if math.Abs(l-want) > tolerance {
			odd++
			if odd <= 5 {
				t.Logf("at %.3f s: %.2f samples, want %.2f", float64(at[i])/SampleRate, l, want)
			}
		}
	}
	return odd
}

// longestGap is the longest time in which the loudness stays below a tenth of
// the tone's, in blocks of 5 ms.
func longestGap(pcm []int16) time.Duration {
	const part = SampleRate / 200
	longest, run := 0, 0
	for i := 0; i+part <= len(pcm); i += part {
		var sum float64
		for _, s := range pcm[i : i+part] {
			sum += float64(s) * float64(s)
		}
		if run++; math.Sqrt(sum/part) >= 700 {
			run = 0
		}
		longest = max(longest, run)
	}
	return time.Duration(longest) * 5 * time.Millisecond
}

func (s *sim) from(at time.Duration) []int16 { return s.heard[int(at*SampleRate/time.Second):] }
