package capture

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/hraban/opus"

	"takoshome/app/media/mediatest"
	"takoshome/app/sound"
)

// voice is something like a voice: a buzz whose pitch and loudness change, with
// breath, which FEC is made for.
func voice(samples int) []int16 {
	random := rand.New(rand.NewPCG(1, 2))
	pcm := make([]int16, samples)
	phase := 0.0
	for i := range pcm {
		t := float64(i) / sound.RateHz
		phase += (140 + 30*math.Sin(2*math.Pi*2*t)) / sound.RateHz
		value := 0.0
		for k := 1.0; k < 12; k++ {
			value += math.Sin(2*math.Pi*k*phase) / k
		}
		loud := .6 + .4*math.Sin(2*math.Pi*4*t)
		pcm[i] = int16(6000*loud*value + 200*random.NormFloat64())
	}
	return pcm
}

// A packet that is lost can be had from the next one, and sounds like what was
// lost, not like silence.
func TestOpusHasFEC(t *testing.T) {
	e, err := newOpus()
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := opus.NewDecoder(sound.RateHz, 1)
	if err != nil {
		t.Fatal(err)
	}
	const packets = 150
	pcm := voice(packets * packetSamples)
	bytes, recovered, redundant := 0, 0, 0
	var packet []byte
	for i := range packets {
		next, err := e.encode(pcm[i*packetSamples : (i+1)*packetSamples])
		if err != nil {
			t.Fatal(err)
		}
		bytes += len(next)
		if hasFEC(next) {
			redundant++
		}
		out := make([]int16, packetSamples)
		if i > 0 && i%5 == 0 { // the one before is lost
			if err := decoder.DecodeFEC(next, out); err != nil {
				t.Fatal(err)
			}
			lost := mediatest.RMS(pcm[(i-1)*packetSamples : i*packetSamples])
			if got := mediatest.RMS(out); got > lost/2 && got < lost*2 {
				recovered++
			}
		} else if packet != nil {
			if _, err := decoder.Decode(packet, out); err != nil {
				t.Fatal(err)
			}
		}
		packet = next
	}
	if redundant < packets/2 { // quiet ones have none
		t.Errorf("%d of %d packets tell of the one before", redundant, packets)
	}
	if recovered < packets/5*8/10 {
		t.Errorf("%d of %d lost packets were recovered", recovered, packets/5-1)
	}
	if bps := bytes * 8 * 50 / packets; bps < opusBps*6/10 || bps > opusBps*13/10 {
		t.Errorf("%d bit/s, want about %d", bps, opusBps)
	}
}

// hasFEC reads the flag of a packet with one frame: RFC 6716 section 3.1 says that
// CELT, which has none, begins with a set bit, section 4.2.3 that in SILK the flag
// comes after one of activity.
func hasFEC(packet []byte) bool { return packet[0]&0x80 == 0 && packet[1]>>6&1 == 1 }
