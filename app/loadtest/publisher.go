package loadtest

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	senderReportInterval = time.Second
	// midPackets is how many packets carry the MID: a browser stops once it
	// knows that the other end has heard it.
	midPackets = 100
)

// source is one published stream, as the test's bookkeeping has it.
type source struct {
	id         uint32
	producerID string
	owner      string
	isVideo    bool
	counter    atomic.Uint64 // of the next packet
	consumers  atomic.Int64
	// Packets from..to-1 are those that a measurement counts.
	from, to atomic.Uint64
}

func (s *source) inWindow(counter uint64) bool {
	return counter >= s.from.Load() && counter < s.to.Load()
}

func (s *source) beginWindow() {
	s.to.Store(0)
	s.from.Store(s.counter.Load())
	s.to.Store(math.MaxUint64)
}

func (s *source) endWindow() { s.to.Store(s.counter.Load()) }

// expected is how many packets of the window all consumers together should get.
func (s *source) expected() uint64 {
	to := min(s.to.Load(), s.counter.Load())
	return (to - s.from.Load()) * uint64(max(s.consumers.Load(), 0))
}

// stream is one RTP stream that is sent. It is its publisher's goroutine's.
type stream struct {
	source        *source
	kind, mid     string
	payloadType   uint8
	ssrc, rtxSSRC uint32
	clockRate     float64

	sequence  uint16
	timestamp uint32 // of the test's beginning
	pictureID uint16
	sent      uint32
	octets    uint32
	lastAt    time.Time // of the picture
}

func (t *Test) newStream(kind, mid string) *stream {
	s := &stream{
		source: t.newSource(kind == kindVideo), kind: kind, mid: mid,
		payloadType: opusPayloadType, clockRate: 48000,
		// Never 0, and never another stream's of ours.
		ssrc: rand.Uint32() | 1, sequence: uint16(rand.Uint32()), timestamp: rand.Uint32(), pictureID: uint16(rand.Uint32()) & 0x7FFF,
	}
	if kind == kindVideo {
		s.payloadType, s.clockRate, s.rtxSSRC = vp8PayloadType, 90000, s.ssrc-1|1<<31
		if s.rtxSSRC == s.ssrc {
			s.rtxSSRC = s.ssrc &^ 1
		}
	}
	return s
}

// publisher sends sound and picture on one transport.
type publisher struct {
	test      *Test
	transport *transport
	video     *stream // nil without
	audio     *stream
	flow      flow
	keyFrame  atomic.Bool // one is wanted
	next      uint16      // transport-wide number
	number    uint64      // of publishers
	videoBps  int

	packets [][]byte // sealed, to be sent together
	plain   []byte
	header  rtp.Header
}

func newPublisher(t *Test, tr *transport) *publisher {
	p := &publisher{test: t, transport: tr, number: t.nextFlow()}
	if t.config.VideoBps > 0 {
		p.video = t.newStream(kindVideo, "0")
	}
	if !t.config.NoAudio {
		p.audio = t.newStream(kindAudio, "1")
	}
	p.begin(0)
	return p
}

// begin makes the flow anew, with a keyframe. Nothing is being sent.
func (p *publisher) begin(videoBps int) {
	if videoBps == 0 {
		videoBps = p.test.config.VideoBps
	}
	p.videoBps = videoBps
	p.flow = newFlow(p.test.config.Seed, p.number, videoBps)
	p.keyFrame.Store(true)
}

func (p *publisher) streams() []*stream {
	var list []*stream
	for _, s := range []*stream{p.video, p.audio} {
		if s != nil {
			list = append(list, s)
		}
	}
	return list
}

func (p *publisher) requestKeyFrame(ssrc uint32) {
	if p.video != nil && p.video.ssrc == ssrc {
		p.keyFrame.Store(true)
	}
}

// run is the goroutine that sends until stop is closed; while the pattern is
// empty only reports are sent, by which the host knows that the streams live.
func (p *publisher) run(stop <-chan struct{}, pattern Pattern, begun time.Time) {
	next := schedule{video: -1, audio: -1}
	if pattern != "" {
		next = newSchedule(pattern, p.videoBps, p.video != nil, p.audio != nil, p.flow.phase)
	}
	report := time.Duration(0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case <-timer.C:
		}
		for {
			now := time.Since(begun)
			if report <= now {
				p.sendReports()
				report = now + senderReportInterval
			}
			due, some := next.due()
			if !some || due > now {
				break
			}
			video, audio := next.pass(now)
			p.sendDue(pattern, video, audio)
		}
		wait := report
		if due, some := next.due(); some {
			wait = min(wait, due)
		}
		timer.Reset(max(wait-time.Since(begun), 0))
	}
}

// sendDue sends what is due as one burst.
func (p *publisher) sendDue(pattern Pattern, video, audio bool) {
	p.packets = p.packets[:0]
	p.transport.sendMu.Lock()
	defer p.transport.sendMu.Unlock()
	now := time.Now()
	if video {
		key := p.flow.startsPicture(pattern) && p.keyFrame.Swap(false)
		for _, shape := range p.flow.picture(pattern, key) {
			if shape.first {
				p.video.pictureID = (p.video.pictureID + 1) & 0x7FFF
				p.video.lastAt = now
			}
			p.add(p.video, now, shape)
		}
	}
	if audio {
		p.audio.lastAt = now
		p.add(p.audio, now, p.flow.sound())
	}
	p.transport.sender.send(p.packets...)
}

// add seals a packet of a stream.
func (p *publisher) add(s *stream, now time.Time, shape shape) {
	rtpTime := s.timestamp + uint32(int64(s.lastAt.Sub(p.test.begun).Seconds()*s.clockRate))
	head := rtpHead{
		payloadType: s.payloadType, marker: shape.last, sequence: s.sequence, timestamp: rtpTime,
		ssrc: s.ssrc, transportNumber: p.next, sentNs: now.UnixNano(),
	}
	if s.sent < midPackets {
		head.mid = s.mid
	}
	p.plain = p.test.pattern.packet(p.plain, &head, shape, s.pictureID, stamp{s.source.id, s.source.counter.Load(), head.sentNs})
	sealed, err := p.transport.outgoing.EncryptRTP(nil, p.plain, &p.header)
	if err != nil {
		return
	}
	p.packets = append(p.packets, sealed)
	s.source.counter.Add(1)
	s.sequence++
	p.next++
	s.sent++
	s.octets += uint32(shape.size)
}

// sendReports sends a sender report for each stream (RFC 3550 section 6.4.1).
func (p *publisher) sendReports() {
	now := time.Now()
	for _, s := range p.streams() {
		rtpTime := s.timestamp + uint32(int64(now.Sub(p.test.begun).Seconds()*s.clockRate))
		p.transport.sendRtcp(
			&rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntpOf(now), RTPTime: rtpTime, PacketCount: s.sent, OctetCount: s.octets},
			rtcp.NewCNAMESourceDescription(s.ssrc, "loadtest"),
		)
	}
}

// ntpOf is a time as an NTP timestamp (RFC 5905 section 6).
func ntpOf(t time.Time) uint64 {
	const epoch = 2_208_988_800
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
