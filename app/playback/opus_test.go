package playback

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/hraban/opus"
	"github.com/pion/rtp"

	"takoshome/app/playback/jitter"
)

// playTone plays the fixture's tone through a jitter buffer by a clock of its
// own; delay says when each packet comes, below 0 never. It returns the left
// channel.
func playTone(t *testing.T, delay func(i int) time.Duration) ([]int16, *jitter.Stream) {
	t.Helper()
	decoder, err := newOpusDecoder()
	if err != nil {
		t.Fatal(err)
	}
	stream := jitter.NewStream(decoder)
	s := newSender(t, "audio/opus")
	start := time.Now()
	type arrival struct {
		at time.Time
		p  *rtp.Packet
	}
	var coming []arrival
	for i, packet := range frames(t, "tone.ogg") {
		p := s.packets(packet)[0]
		if d := delay(i); d >= 0 {
			coming = append(coming, arrival{start.Add(time.Duration(i)*20*time.Millisecond + d), p})
		}
	}
	var heard []int16
	pcm := make([]int16, block)
	for now := start; now.Before(start.Add(3900 * time.Millisecond)); now = now.Add(10 * time.Millisecond) {
		for _, a := range coming {
			if !a.at.After(now) && a.at.After(now.Add(-10*time.Millisecond)) {
				stream.Put(a.at, a.p)
			}
		}
		stream.Pull(now, pcm)
		for i := 0; i < block; i += 2 {
			heard = append(heard, pcm[i])
		}
	}
	return heard, stream
}

// oddPeriods counts periods of the 440 Hz tone that are wrong by over
// 4 samples; the codec itself makes some that are wrong by 3.
func oddPeriods(pcm []int16) (odd int) {
	last := math.NaN()
	for i := 1; i < len(pcm); i++ {
		if pcm[i-1] >= 0 || pcm[i] < 0 {
			continue
		}
		a, b := float64(pcm[i-1]), float64(pcm[i])
		at := float64(i-1) - a/(b-a)
		if math.Abs(at-last-48000.0/440) > 4 {
			odd++
		}
		last = at
	}
	return odd
}

// longestGap is for how long the sound stays below a tenth of its loudness.
func longestGap(pcm []int16) time.Duration {
	const part = 48000 / 200
	var all float64
	for _, s := range pcm {
		all += float64(s) * float64(s)
	}
	floor := math.Sqrt(all/float64(len(pcm))) / 10
	longest, run := 0, 0
	for i := 0; i+part <= len(pcm); i += part {
		var sum float64
		for _, s := range pcm[i : i+part] {
			sum += float64(s) * float64(s)
		}
		if run++; math.Sqrt(sum/part) >= floor {
			run = 0
		}
		longest = max(longest, run)
	}
	return time.Duration(longest) * 5 * time.Millisecond
}

func TestToneHasNoOddPeriod(t *testing.T) {
	heard, stream := playTone(t, func(int) time.Duration { return 0 })
	if odd := oddPeriods(heard[48000/4:]); odd > 0 {
		t.Errorf("%d odd periods", odd)
	}
	if stats := stream.Stats(); stats.Lost > 0 || stats.Concealed > 0 {
		t.Errorf("%+v", stats)
	}
}

// Of every 20 packets one is lost, at random, by a pattern that stays the same.
func TestLossIsNotHeardAsGaps(t *testing.T) {
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 1))
		heard, stream := playTone(t, func(int) time.Duration {
			if random.IntN(20) == 0 {
				return -1
			}
			return time.Duration(random.IntN(5)) * time.Millisecond
		})
		if gap := longestGap(heard[48000/4:]); gap > 60*time.Millisecond {
			t.Errorf("silent for %v", gap)
		}
		stats := stream.Stats()
		t.Logf("%+v, %d odd periods, gap %v", stats, oddPeriods(heard[48000/4:]), longestGap(heard[48000/4:]))
		if stats.Lost == 0 || stats.Recovered < stats.Lost/2 {
			t.Errorf("%+v", stats)
		}
	}
}

func TestConcealmentFadesOut(t *testing.T) {
	heard, stream := playTone(t, func(i int) time.Duration {
		if i >= 100 {
			return -1
		}
		return 0
	})
	for i, s := range heard[48000*5/2:] {
		if s != 0 {
			t.Fatalf("sample %d is %d long after the end", i, s)
		}
	}
	if stats := stream.Stats(); stats.Lost > 0 || stats.Concealed > 0 {
		t.Errorf("%+v", stats)
	}
}

// Whatever a friend sends, decoding it harms nobody.
func TestGarbageIsHarmless(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	decoder, err := newOpusDecoder()
	if err != nil {
		t.Fatal(err)
	}
	stream := jitter.NewStream(decoder)
	all := frames(t, "tone.ogg")
	pcm := make([]int16, block)
	now := time.Now()
	for i := range 5000 {
		packet := append([]byte(nil), all[i%len(all)]...)
		for range random.IntN(20) {
			packet[random.IntN(len(packet))] = byte(random.Uint32())
		}
		packet = packet[:1+random.IntN(len(packet))]
		stream.Put(now, &rtp.Packet{Header: rtp.Header{SequenceNumber: uint16(i), Timestamp: uint32(i) * 960}, Payload: packet})
		for range 2 {
			stream.Pull(now, pcm)
			now = now.Add(10 * time.Millisecond)
		}
	}
}

// A sender that saves bytes stops sending while nobody speaks: the packet that
// says so, then one every 400 ms. Nothing of it is loss, and nothing hums on.
func TestSilenceThatIsNotSent(t *testing.T) {
	encoder, err := opus.NewEncoder(48000, 1, opus.AppVoIP)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(encoder.SetDTX(true), encoder.SetBitrate(24000)); err != nil {
		t.Fatal(err)
	}
	decoder, err := newOpusDecoder()
	if err != nil {
		t.Fatal(err)
	}
	stream := jitter.NewStream(decoder)
	random := rand.New(rand.NewPCG(5, 5))
	now, seq, saving := time.Now(), uint16(0), false
	pcm, heard, sound, packet := make([]int16, block), []int16(nil), make([]int16, 960), make([]byte, 1000)
	for i := range 400 {
		for j := range sound {
			sound[j] = int16(random.IntN(7) - 3)
			if i < 100 || i >= 300 {
				sound[j] += int16(8000 * math.Sin(2*math.Pi*440*float64(i*960+j)/48000))
			}
		}
		n, err := encoder.Encode(sound, packet)
		if err != nil {
			t.Fatal(err)
		}
		if n > 2 || !saving {
			stream.Put(now, &rtp.Packet{Header: rtp.Header{SequenceNumber: seq, Timestamp: uint32(i) * 960}, Payload: packet[:n]})
			seq++
		}
		saving = n <= 2
		for range 2 {
			stream.Pull(now, pcm)
			heard = append(heard, pcm...)
			now = now.Add(10 * time.Millisecond)
		}
	}
	if seq > 280 {
		t.Errorf("the sender saved nothing: %d packets", seq)
	}
	if stats := stream.Stats(); stats.Lost > 0 || stats.Concealed > 0 || stats.DelayMs > 60 {
		t.Errorf("%+v", stats)
	}
	for from, loud := range map[int]bool{1: true, 3: false, 4: false, 7: true} {
		peak := slices.Max(heard[from*96000 : (from+1)*96000])
		if loud != (peak > 4000) || (!loud && peak > 300) {
			t.Errorf("second %d: peak %d", from, peak)
		}
	}
}
