package loadtest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Target is a receiver that nobody signals with: an address of the test's and the
// keys of what is sent there, AEAD_AES_128_GCM (RFC 7714) without derivation.
type Target struct {
	Addr netip.AddrPort `json:"addr"`
	Key  []byte         `json:"key"`
	Salt []byte         `json:"salt"`
}

// NaiveConfig says what the naive loop sends.
type NaiveConfig struct {
	Pattern  Pattern `json:"pattern"`
	VideoBps int     `json:"videoBps"`
	NoAudio  bool    `json:"noAudio"`
	Seed     uint64  `json:"seed"`
	// Publishers is how many flows there are. With more than one, the n-th flow
	// goes to all targets but the n-th, as in a call of so many people.
	Publishers       int           `json:"publishers"`
	Targets          []Target      `json:"targets"`
	WarmUp, Duration time.Duration `json:"-"`
}

// NaiveLoop is what everything is compared with: it makes a publisher's packets,
// and seals and writes each of them to one target after another, each with one
// call. It forwards nothing, so it has nothing to read, to keep or to count.
type NaiveLoop struct {
	config  NaiveConfig
	pattern pattern
	conn    *net.UDPConn
	targets []naiveTarget
	flows   []naiveFlow
	// Memory for a packet, plain and sealed, and its nonce.
	memory, sealed [2048]byte
	nonce          [12]byte
	// Sent counts packets written.
	Sent uint64
}

type naiveTarget struct {
	addr netip.AddrPort
	seal cipher.AEAD
	salt [12]byte
}

type naiveFlow struct {
	flow
	schedule     schedule
	video, audio naiveStream
	targets      []*naiveTarget
}

type naiveStream struct {
	id        uint32
	head      rtpHead
	counter   uint64
	clockRate float64
	cycles    uint32
	pictureID uint16
}

// NewNaiveLoop prepares a loop.
func NewNaiveLoop(config NaiveConfig) (*NaiveLoop, error) {
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	_ = conn.SetWriteBuffer(4 << 20) // as the host's
	l := &NaiveLoop{config: config, pattern: newPattern(), conn: conn}
	for _, t := range config.Targets {
		block, err := aes.NewCipher(t.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadConfig, err)
		}
		seal, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadConfig, err)
		}
		l.targets = append(l.targets, naiveTarget{addr: t.Addr, seal: seal, salt: [12]byte(t.Salt)})
	}
	for n := range max(config.Publishers, 1) {
		l.addFlow(n)
	}
	return l, nil
}

func (l *NaiveLoop) addFlow(n int) {
	f := naiveFlow{flow: newFlow(l.config.Seed, uint64(n), l.config.VideoBps)}
	f.schedule = newSchedule(l.config.Pattern, l.config.VideoBps, l.config.VideoBps > 0, !l.config.NoAudio, f.phase)
	id := uint32(2 * n)
	f.video = naiveStream{id: id, clockRate: 90000, head: rtpHead{payloadType: vp8PayloadType, ssrc: id + 1}}
	f.audio = naiveStream{id: id + 1, clockRate: 48000, head: rtpHead{payloadType: opusPayloadType, ssrc: id + 2}}
	for i := range l.targets {
		if l.config.Publishers <= 1 || i != n {
			f.targets = append(f.targets, &l.targets[i])
		}
	}
	l.flows = append(l.flows, f)
}

// Run sends until ctx ends, and calls onWindow after the warm-up and after what
// is measured.
func (l *NaiveLoop) Run(ctx context.Context, onWindow func(begin bool)) {
	defer func() { _ = l.conn.Close() }()
	begun := time.Now()
	from, to := l.config.WarmUp, l.config.WarmUp+l.config.Duration
	counting := false
	for ctx.Err() == nil {
		now := time.Since(begun)
		if !counting && now >= from {
			counting = true
			onWindow(true)
		}
		if now >= to {
			onWindow(false)
			return
		}
		next := to
		for i := range l.flows {
			f := &l.flows[i]
			for {
				due, ok := f.schedule.due()
				if !ok || due > now {
					next = min(next, due)
					break
				}
				l.send(f)
			}
		}
		time.Sleep(next - time.Since(begun))
	}
}

// send sends what is due next.
func (l *NaiveLoop) send(f *naiveFlow) {
	due, _ := f.schedule.due()
	video, audio := f.schedule.pass(due)
	now := time.Now()
	if video {
		if f.startsPicture(l.config.Pattern) {
			f.video.head.timestamp = uint32(due.Seconds() * f.video.clockRate)
			f.video.pictureID++
		}
		for _, shape := range f.picture(l.config.Pattern, f.video.counter == 0) {
			l.fanOut(f, &f.video, shape, now)
		}
	}
	if audio {
		f.audio.head.timestamp = uint32(due.Seconds() * f.audio.clockRate)
		l.fanOut(f, &f.audio, f.sound(), now)
	}
}

// fanOut is the loop itself.
func (l *NaiveLoop) fanOut(f *naiveFlow, s *naiveStream, shape shape, now time.Time) {
	s.head.marker, s.head.sentNs = shape.last, now.UnixNano()
	plain := l.pattern.packet(l.memory[:0], &s.head, shape, s.pictureID&0x7FFF, stamp{s.id, s.counter, s.head.sentNs})
	header := plain[:len(plain)-shape.size]
	for _, t := range f.targets {
		t.nonce(&l.nonce, &s.head, s.cycles)
		packet := append(l.sealed[:0], header...)
		packet = t.seal.Seal(packet, l.nonce[:], plain[len(header):], header)
		// What the system has no room for is lost.
		_, _ = l.conn.WriteToUDPAddrPort(packet, t.addr)
		l.Sent++
	}
	s.counter++
	s.head.transportNumber++
	if s.head.sequence++; s.head.sequence == 0 {
		s.cycles++
	}
}

// nonce is that of RFC 7714 section 8.1.
func (t *naiveTarget) nonce(nonce *[12]byte, h *rtpHead, cycles uint32) {
	*nonce = [12]byte{}
	binary.BigEndian.PutUint32(nonce[2:], h.ssrc)
	binary.BigEndian.PutUint32(nonce[6:], cycles)
	binary.BigEndian.PutUint16(nonce[10:], h.sequence)
	for i := range nonce {
		nonce[i] ^= t.salt[i]
	}
}
