package sfu

import (
	"math/rand/v2"
	"testing"
	"time"

	"takoshome/sfu/ortc"
)

func TestOnce(t *testing.T) {
	type step struct {
		number uint16
		want   bool
	}
	for name, steps := range map[string][]step{
		"in order":          {{5, true}, {6, true}, {7, true}},
		"again":             {{5, true}, {5, false}, {6, true}, {5, false}, {6, false}},
		"late":              {{5, true}, {9, true}, {7, true}, {6, true}, {7, false}, {8, true}},
		"before the first":  {{5, true}, {4, true}, {4, false}},
		"over the wrap":     {{65535, true}, {1, true}, {0, true}, {0, false}, {65535, false}},
		"as late as may be": {{100, true}, {99 + onceWindow, true}, {101, true}, {100, false}, {101, false}},
		"too late":          {{100, true}, {101 + onceWindow, true}, {101, false}, {102, true}},
		"a long way":        {{100, true}, {100 + onceWindow, true}, {100, false}, {101, true}, {30000, true}, {29000, true}, {29000, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var o once
			for i, s := range steps {
				if got := o.take(s.number); got != s.want {
					t.Errorf("step %d: take(%d) = %v", i, s.number, got)
				}
			}
		})
	}
}

// In whatever order numbers come: none passes twice, and of those within the window
// each passes once.
func TestOnceAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	var o once
	seen, newest := map[int]bool{}, 1<<17
	o.take(uint16(newest))
	seen[newest] = true
	for range 200_000 {
		number := newest + r.IntN(onceWindow+40) - onceWindow
		got := o.take(uint16(number))
		newest = max(newest, number)
		if want := !seen[number] && number > newest-onceWindow; got != want {
			t.Fatalf("take(%d) after %d: got %v", number, newest, got)
		}
		seen[number] = true
	}
}

// Behind so many packets of a codec that the client does not have that the numbers
// have gone round, others follow: they look like late ones of before.
func TestNumbersAreUsedOnce(t *testing.T) {
	parameters := videoParameters()
	parameters.Codecs = append(parameters.Codecs, ortc.RtpCodecParameters{
		MimeType: "video/H264", PayloadType: 98, ClockRate: 90000,
		Parameters: ortc.CodecParameters{"packetization-mode": 1.0, "profile-level-id": "42e01f"},
	})
	c := newCall(t, ortc.KindVideo, parameters)
	c.consumer.transport.out.mu.Lock()
	c.consumer.payloads.media[98] = 0
	c.consumer.transport.out.mu.Unlock()
	r := newTestReader(c.router.server)
	numbers := map[uint16]bool{}
	send := func(sequence uint16, payloadType uint8, keyFrame, arrives bool) {
		t.Helper()
		packet := videoPacket(sequence, keyFrame)
		packet.PayloadType = payloadType
		c.sender.transport.handleRtp(time.Now(), c.sender.seal(packet), r)
		r.flush()
		if !arrives {
			return
		}
		got := receive(t, c.receiver.rtp, "packet")
		if numbers[got.SequenceNumber] {
			t.Fatalf("packet %d came under the number of another, %d", sequence, got.SequenceNumber)
		}
		numbers[got.SequenceNumber] = true
	}
	const played, cycle, ahead = 1000, 1 << 16, 2900 // less than what a restart is
	for n := uint16(1); n <= played; n++ {
		send(n, 96, n == 1, true)
	}
	const back = cycle + played - 300
	for n := played + ahead; n < back; n += ahead {
		send(uint16(n), 98, false, false)
	}
	send(back%cycle, 96, false, false)
	send(back%cycle+1, 96, false, false)
	send(back%cycle+2, 96, true, true)
	send(back%cycle+3, 96, false, true)
}
