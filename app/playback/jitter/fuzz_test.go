package jitter

import (
	"testing"
	"time"
)

func FuzzDurationOf(f *testing.F) {
	f.Add(tone(1, true))
	f.Add([]byte{0xff, 0x3f, 1})
	f.Fuzz(func(t *testing.T, packet []byte) {
		if d := durationOf(packet); d < 0 || d > maxPacket || d%120 != 0 {
			t.Errorf("lasts %d samples", d)
		}
		hasCorrection(packet)
	})
}

// FuzzStream takes any packets at any time: nothing grows, nothing panics, the
// speaker gets its 10 ms, and in the end a good stream is heard again.
func FuzzStream(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 10, 1, 1, 0, 0, 20, 2, 2, 0, 0, 30})
	f.Add([]byte{0, 1, 255, 255, 1, 255, 255, 0, 0, 200, 3, 9, 128, 128, 7})
	f.Fuzz(func(t *testing.T, script []byte) {
		s := newSim()
		now := time.Duration(0)
		pcm := make([]int16, block*Channels)
		seq, stamp := uint16(0), uint32(0)
		for ; len(script) >= 5; script = script[5:] {
			seq += uint16(int8(script[0])) << (script[1] & 7)
			stamp += uint32(int32(int8(script[2]))<<(script[3]&31)) + perPacket
			payload := tone(stamp, script[1]&8 != 0)
			payload[0] ^= script[3]
			p := packetOf(seq, stamp, payload[:min(len(payload), int(script[4]&7))])
			p.SSRC = uint32(script[1] >> 7)
			s.stream.Put(s.start.Add(now), p)
			for range script[4] >> 4 {
				s.stream.Pull(s.start.Add(now), pcm)
				now += 10 * ms
			}
			if len(s.stream.made) > 2*maxPacket*Channels {
				t.Fatalf("%d samples wait", len(s.stream.made))
			}
		}
		for i := range 60 {
			at := uint32(i * perPacket)
			s.stream.Put(s.start.Add(now), packetOf(uint16(i), 5+at, tone(at, false)))
			for range 2 {
				s.stream.Pull(s.start.Add(now), pcm)
				now += 10 * ms
			}
		}
		if s.stream.Level() < 0.7 {
			t.Errorf("the level is %v: %+v", s.stream.Level(), s.stream.Stats())
		}
		if stats := s.stream.Stats(); stats.DelayMs > 400 {
			t.Errorf("%+v", stats)
		}
	})
}
