package participant

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"takoshome/app/media"
)

const (
	audioRate = 48000
	videoRate = 90000
	// maxPayload leaves room for header extensions, RTX and SRTP below the
	// 1200 bytes that every path carries.
	maxPayload = 1120
	// maxAudioSlip is how far the clock of the sound may be from that of its
	// device before a gap is taken for one.
	maxAudioSlip = 60 * time.Millisecond
)

// packet is what goes to the wire, but for what the transport adds.
type packet struct {
	payload   []byte
	timestamp uint32
	sequence  uint16
	marker    bool
	level     uint8
}

// packetizer turns the samples of one layer into packets. One goroutine at a
// time uses it.
type packetizer struct {
	clock    *clock
	isAudio  bool
	payloads rtp.Payloader
	sequence uint16
	// expected is when the next sound should begin.
	expected  time.Time
	timestamp uint32
	hasSent   bool
}

// clock gives all layers of a producer the same timestamps.
type clock struct {
	rate  uint32
	base  uint32
	epoch time.Time
}

func newClock(kind string, now time.Time) *clock {
	c := &clock{rate: videoRate, base: rand.Uint32(), epoch: now}
	if kind == kindAudio {
		c.rate = audioRate
	}
	return c
}

// at is the timestamp of a moment, which wraps around.
func (c *clock) at(moment time.Time) uint32 {
	since := moment.Sub(c.epoch)
	seconds := since / time.Second
	rest := since % time.Second
	return c.base + uint32(int64(seconds)*int64(c.rate)+int64(rest)*int64(c.rate)/int64(time.Second))
}

func newPacketizer(kind string, c *clock) *packetizer {
	p := &packetizer{clock: c, isAudio: kind == kindAudio, sequence: uint16(rand.Uint32())}
	if p.isAudio {
		p.payloads = &codecs.OpusPayloader{}
	} else {
		p.payloads = &codecs.VP8Payloader{EnablePictureID: true}
	}
	return p
}

// packets makes the packets of a sample.
func (p *packetizer) packets(now time.Time, s media.Sample) []packet {
	taken := s.Taken
	if taken.IsZero() {
		taken = now
	}
	timestamp, marker := p.video(taken), false
	if p.isAudio {
		timestamp, marker = p.audio(taken, s.Duration)
	}
	payloads := p.payloads.Payload(maxPayload, s.Data)
	if p.isAudio && len(s.Data) > 0 {
		payloads = [][]byte{s.Data} // an Opus packet is not split (RFC 7587 section 4.2)
	}
	list := make([]packet, 0, len(payloads))
	for i, payload := range payloads {
		last := i == len(payloads)-1
		p.sequence++
		list = append(list, packet{
			payload: payload, timestamp: timestamp, sequence: p.sequence,
			marker: (last && !p.isAudio) || marker, level: s.LevelDBov,
		})
	}
	p.timestamp, p.hasSent = timestamp, true
	return list
}

// audio counts by durations, so that the device's jitter does not show, and
// follows the device's clock over gaps, whose end the marker shows (RFC 3551
// section 4.1).
func (p *packetizer) audio(taken time.Time, duration time.Duration) (timestamp uint32, marker bool) {
	slip := taken.Sub(p.expected)
	if !p.hasSent || slip > maxAudioSlip || slip < -maxAudioSlip {
		timestamp = p.clock.at(taken)
		if !p.hasSent || int32(timestamp-p.timestamp) > 0 {
			p.expected = taken.Add(duration)
			return timestamp, true
		}
	}
	timestamp = p.clock.at(p.expected)
	p.expected = p.expected.Add(duration)
	return timestamp, false
}

// video takes the moment of the picture, and never the same twice.
func (p *packetizer) video(taken time.Time) uint32 {
	timestamp := p.clock.at(taken)
	if p.hasSent && int32(timestamp-p.timestamp) <= 0 {
		timestamp = p.timestamp + 1
	}
	return timestamp
}
