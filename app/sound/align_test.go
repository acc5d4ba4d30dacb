package sound

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"takoshome/app/media"
)

// clocks simulates a speaker and a microphone with clocks of their own, that
// hand over sound in portions and not on time.
type clocks struct {
	far     *far
	near    pace
	aligner aligner
	random  *rand.Rand

	now                    float64 // seconds
	farRate, nearRate      float64 // true samples a second
	written, captured      int     // samples handed over
	nextWrite, nextRead    float64
	writePortion           int
	latency                float64   // from being written to being heard
	gap                    float64   // for how long the speaker was silent
	signal                 []float64 // what is written; nil: the samples' numbers
	heard                  func(pcm []int16, recorded float64)
	early, late            int // bounds of how much the far end is ahead of its echo
	begins, silent, frames int
}

func newClocks(ppm float64, portion int) *clocks {
	c := &clocks{
		far: newFar(time.Time{}), random: rand.New(rand.NewPCG(1, 4)),
		farRate: RateHz * (1 + ppm/1e6), nearRate: RateHz, writePortion: portion,
		// Beyond a portion the buffer of a speaker holds a little in reserve.
		latency: 0.006 + float64(portion)/RateHz, early: math.MaxInt, late: math.MinInt,
	}
	c.aligner = aligner{far: c.far, near: &c.near}
	return c
}

// run goes on for a time, and remembers how things were in it.
func (c *clocks) run(seconds float64) {
	c.early, c.late, c.begins, c.silent, c.frames = math.MaxInt, math.MinInt, 0, 0, 0
	for end := c.now + seconds; c.now < end; {
		if c.nextWrite <= c.nextRead {
			c.now = c.nextWrite
			c.write()
		} else {
			c.now = c.nextRead
			c.read()
		}
	}
}

func (c *clocks) time() time.Time {
	return time.Time{}.Add(time.Duration(c.now * float64(time.Second)))
}

// write fills the speaker's buffer with samples that tell their number, modulo
// 2^14.
func (c *clocks) write() {
	var pcm []int16
	for full := int((c.now-c.gap)*c.farRate) + c.writePortion; c.written < full; c.written++ {
		sample := int16(c.written & 0x3fff)
		if c.signal != nil {
			sample = int16(math.Round(c.signal[c.written%len(c.signal)] * (fullScale - 1)))
		}
		pcm = append(pcm, sample, sample)
	}
	c.far.write(c.time(), pcm)
	c.nextWrite = c.gap + float64(c.written)/c.farRate + 0.002*c.random.Float64()
}

func (c *clocks) read() {
	c.near.note(c.time(), uint64(c.captured+FrameSamples), FrameSamples)
	pcm := make([]int16, FrameSamples)
	recorded := float64(c.captured) / c.nearRate
	if c.heard != nil {
		c.heard(pcm, recorded)
	} else {
		c.compare(pcm, recorded)
	}
	c.captured += FrameSamples
	c.nextRead = float64(c.captured+FrameSamples)/c.nearRate + 0.002*c.random.Float64()
}

func (c *clocks) compare(pcm []int16, recorded float64) {
	if c.aligner.read(pcm, uint64(c.captured)) {
		c.begins++
	}
	c.frames++
	if pcm[FrameSamples-1] == 0 && pcm[FrameSamples-2] == 0 {
		c.silent++
		return
	}
	if pcm[1]-pcm[0] > 2 || pcm[1] < pcm[0] || pcm[0] < 0x10 || pcm[0] > 0x3ff0 {
		return // between the last number and the first
	}
	// The first sample of the frame was recorded when this one was heard.
	echo := int(math.Round((recorded - c.gap - c.latency) * c.farRate))
	ahead := (int(pcm[0])-echo+3*(1<<13))&0x3fff - 1<<13
	c.early, c.late = min(c.early, ahead), max(c.late, ahead)
}

func TestFarEndStaysInStep(t *testing.T) {
	for _, ppm := range []float64{0, 100, -100, 300, -300} {
		for _, portion := range []int{120, 480, 960, 441} {
			t.Run(fmt.Sprint(ppm, " ppm, portions of ", portion), func(t *testing.T) {
				c := newClocks(ppm, portion)
				c.run(60)
				c.run(200)
				t.Logf("the far end is %d to %d samples ahead of its echo", c.early, c.late)
				if c.early < 0 {
					t.Errorf("it is behind its echo by %d samples", -c.early)
				}
				if c.late-c.early > 2*RateHz/1000 {
					t.Errorf("it moves by %d samples", c.late-c.early)
				}
				if c.late > portion+RateHz*10/1000 {
					t.Errorf("it is %d samples ahead", c.late)
				}
				if c.begins > 0 || c.silent > c.frames/500 {
					t.Errorf("%d beginnings, %d silent frames of %d", c.begins, c.silent, c.frames)
				}
			})
		}
	}
}

// The speaker's buffer ran dry: from then on all is heard later.
func TestFarEndFindsItsPlaceAfterAGap(t *testing.T) {
	for _, gap := range []float64{0.015, 0.05, 0.5, 3} {
		t.Run(fmt.Sprint(gap), func(t *testing.T) {
			c := newClocks(50, 480)
			c.run(10)
			c.nextWrite += gap
			c.gap += gap
			c.run(gap + 2)
			c.run(30)
			if c.early < 0 || c.late > RateHz*20/1000 || c.silent > 0 || c.begins > 0 {
				t.Errorf("%d to %d samples ahead, %d silent frames, %d beginnings", c.early, c.late, c.silent, c.begins)
			}
		})
	}
}

func TestFarEndOfNothingIsSilent(t *testing.T) {
	a := aligner{far: newFar(time.Time{}), near: &pace{}}
	pcm := []int16{1, 2, 3}
	if a.read(pcm, 0) || pcm[0] != 0 || pcm[2] != 0 {
		t.Error("there is something to hear")
	}
}

// Another speaker or microphone begins anew.
func TestFarEndBeginsAnewWithANewDevice(t *testing.T) {
	for _, which := range []string{"speaker", "microphone"} {
		c := newClocks(0, 480)
		c.run(5)
		if which == "speaker" {
			c.far.pace.restart()
		} else {
			c.near.restart()
		}
		c.run(1)
		if c.begins != 1 {
			t.Errorf("%s: %d beginnings", which, c.begins)
		}
		c.run(5)
		if c.begins > 0 || c.silent > 0 {
			t.Errorf("%s: %d beginnings, %d silent frames", which, c.begins, c.silent)
		}
	}
}

func TestFarEndDoesNotAllocate(t *testing.T) {
	c := newClocks(100, 480)
	c.run(60)
	portion, frame := make([]int16, 2*FrameSamples), make([]int16, FrameSamples)
	if n := testing.AllocsPerRun(1000, func() { c.far.write(c.time(), portion); c.aligner.read(frame, uint64(c.captured)) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// echoOf treats the echo of a voice, and gives what was heard and what is left.
func (c *clocks) echoOf(t *testing.T) (before, after *[]float64) {
	t.Helper()
	c.signal = loud(voice(1, 60*RateHz), -20)
	echo := room(1, c.signal, 0)
	treatment, err := newTreatment(media.Processing{Echo: true}, c.far, &c.near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(treatment.close)
	before, after = &[]float64{}, &[]float64{}
	c.heard = func(pcm []int16, recorded float64) {
		for i := range pcm {
			at := (recorded + float64(i)/c.nearRate - c.gap - c.latency) * c.farRate
			pcm[i] = int16(math.Round(between(echo, at) * (fullScale - 1)))
		}
		*before = append(*before, fromPCM(pcm)...)
		treatment.apply(pcm, uint64(c.captured))
		*after = append(*after, fromPCM(pcm)...)
	}
	return before, after
}

// The echo goes even where the microphone runs by another clock than the
// speaker, as two USB devices do.
func TestEchoGoesWithClocksThatDiffer(t *testing.T) {
	for _, ppm := range []float64{50, -50} {
		t.Run(fmt.Sprint(ppm), func(t *testing.T) {
			c := newClocks(ppm, 480)
			before, after := c.echoOf(t)
			c.run(45)
			was, is := loudness(seconds(*before, 35, 45)), loudness(seconds(*after, 35, 45))
			t.Logf("echo of %.1f dBFS: %.1f", was, is)
			if was-is < 20 {
				t.Errorf("the echo is only %.1f dB less", was-is)
			}
		})
	}
}

// A busy computer leaves gaps in what it plays.
func TestEchoGoesDespiteGaps(t *testing.T) {
	c := newClocks(0, 240)
	before, after := c.echoOf(t)
	c.run(5)
	for range 10 {
		c.nextWrite += 0.02
		c.gap += 0.02
		c.run(1.5)
	}
	was, is := loudness(seconds(*before, 8, 19)), loudness(seconds(*after, 8, 19))
	t.Logf("echo of %.1f dBFS: %.1f", was, is)
	if was-is < 10 {
		t.Errorf("the echo is only %.1f dB less", was-is)
	}
}

// between interpolates by a windowed sinc: better than what it tests.
func between(signal []float64, at float64) float64 {
	const wings = 8
	whole := math.Floor(at)
	sum := 0.0
	for k := int(whole) - wings + 1; k <= int(whole)+wings; k++ {
		if k < 0 || k >= len(signal) {
			continue
		}
		x := math.Pi * (at - float64(k))
		if x == 0 {
			return signal[k]
		}
		sum += signal[k] * math.Sin(x) / x * math.Pow(math.Cos(x/(2*wings+2)), 2)
	}
	return sum
}
