package sound

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"takoshome/app/media"
)

// clocks simulates a speaker and a microphone with clocks of their own, that
// hand over sound in portions and not on time.
type clocks struct {
	far    *far
	reader farReader
	random *rand.Rand

	now                   float64 // seconds
	farRate, nearRate     float64 // true samples a second
	written, captured     int     // samples handed over
	nextWrite, nextRead   float64
	writePortion          int
	latency               float64   // from being written to being heard
	gap                   float64   // for how long the speaker was silent
	signal                []float64 // what is written; nil: the samples' numbers
	heard                 func(pcm []int16, recorded float64)
	early, late           int // bounds of how much the far end is ahead of its echo
	jumps, silent, frames int
}

func newClocks(ppm float64, portion int) *clocks {
	f := newFar()
	return &clocks{
		far: f, reader: farReader{far: f}, random: rand.New(rand.NewPCG(1, 4)),
		farRate: RateHz * (1 + ppm/1e6), nearRate: RateHz, writePortion: portion,
		// Beyond a portion the buffer of a speaker holds a little in reserve.
		latency: 0.004 + float64(portion)/RateHz, early: math.MaxInt, late: math.MinInt,
	}
}

// run goes on for a time, and remembers how things were in it.
func (c *clocks) run(seconds float64) {
	c.early, c.late, c.jumps, c.silent, c.frames = math.MaxInt, math.MinInt, 0, 0, 0
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

// write gives samples that tell their number, modulo 2^15.
func (c *clocks) write() {
	pcm := make([]int16, 0, 2*c.writePortion)
	for range c.writePortion {
		sample := int16(c.written & 0x7fff)
		if c.signal != nil {
			sample = toPCM(c.signal[c.written%len(c.signal):][:1])[0]
		}
		pcm = append(pcm, sample, sample)
		c.written++
	}
	c.far.write(pcm)
	due := c.gap + float64(c.written)/c.farRate
	c.nextWrite = max(c.now, due+0.002*c.random.Float64())
}

func (c *clocks) read() {
	defer c.advance()
	pcm := make([]int16, FrameSamples)
	if c.heard != nil {
		c.heard(pcm, float64(c.captured)/c.nearRate)
		return
	}
	if c.reader.read(pcm) {
		c.jumps++
	}
	c.frames++
	if pcm[0] == 0 && pcm[1] == 0 {
		c.silent++
	} else {
		// The first sample of the frame was recorded when this one was heard.
		recorded := float64(c.captured) / c.nearRate
		echo := int(math.Round((recorded - c.gap - c.latency) * c.farRate))
		ahead := (int(pcm[0])-echo+3*(1<<14))&0x7fff - 1<<14
		c.early, c.late = min(c.early, ahead), max(c.late, ahead)
	}
}

func (c *clocks) advance() {
	c.captured += FrameSamples
	due := float64(c.captured+FrameSamples) / c.nearRate
	c.nextRead = max(c.now, due+0.002*c.random.Float64())
}

func TestFarEndStaysInStep(t *testing.T) {
	for _, ppm := range []float64{0, 100, -100, 300, -300} {
		for _, portion := range []int{120, 480, 960, 441} {
			t.Run(fmt.Sprint(ppm, " ppm, portions of ", portion), func(t *testing.T) {
				c := newClocks(ppm, portion)
				c.run(10)
				c.run(600)
				t.Logf("the far end is %d to %d samples ahead of its echo", c.early, c.late)
				if c.early < 0 {
					t.Errorf("it is behind its echo by %d samples", -c.early)
				}
				if c.late > RateHz*50/1000 {
					t.Errorf("it is %d samples ahead", c.late)
				}
				if c.jumps > 0 || c.silent > c.frames/1000 {
					t.Errorf("%d jumps, %d silent frames of %d", c.jumps, c.silent, c.frames)
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
			c.run(gap + 5)
			c.run(30)
			if c.early < 0 || c.late > RateHz*50/1000 || c.silent > 0 {
				t.Errorf("%d to %d samples ahead, %d silent frames", c.early, c.late, c.silent)
			}
		})
	}
}

func TestFarEndOfNothingIsSilent(t *testing.T) {
	r := farReader{far: newFar()}
	pcm := []int16{1, 2, 3}
	if r.read(pcm) || pcm[0] != 0 || pcm[2] != 0 {
		t.Error("there is something to hear")
	}
}

// Another speaker begins anew, and what the old one played is not taken for it.
func TestFarEndBeginsAnewWithANewSpeaker(t *testing.T) {
	c := newClocks(0, 480)
	c.run(5)
	c.far.stop()
	pcm := make([]int16, FrameSamples)
	c.reader.read(pcm)
	if c.reader.starts != 1 {
		t.Error("the reader goes on with the old speaker")
	}
}

func TestFarEndDoesNotAllocate(t *testing.T) {
	f := newFar()
	r := farReader{far: f}
	portion, frame := make([]int16, 2*FrameSamples), make([]int16, FrameSamples)
	if n := testing.AllocsPerRun(1000, func() { f.write(portion); r.read(frame) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// The echo goes even where the microphone runs by another clock than the
// speaker, as two USB devices do.
func TestEchoGoesWithClocksThatDiffer(t *testing.T) {
	const length = 25
	for _, ppm := range []float64{0, 50, -50} {
		t.Run(fmt.Sprint(ppm), func(t *testing.T) {
			c := newClocks(ppm, 480)
			c.signal = loud(voice(1, (length+1)*RateHz), -20)
			echo := room(1, c.signal, 0)
			treatment, err := newTreatment(media.Processing{Echo: true}, c.far)
			if err != nil {
				t.Fatal(err)
			}
			defer treatment.close()
			var before, after []float64
			c.heard = func(pcm []int16, recorded float64) {
				for i := range pcm {
					at := (recorded + float64(i)/c.nearRate - c.gap - c.latency) * c.farRate
					whole := math.Floor(at)
					if whole < 0 {
						continue
					}
					k, part := int(whole), at-whole
					pcm[i] = toPCM([]float64{echo[k]*(1-part) + echo[k+1]*part})[0]
				}
				before = append(before, fromPCM(pcm)...)
				treatment.apply(pcm)
				after = append(after, fromPCM(pcm)...)
			}
			c.run(length)
			was, is := loudness(seconds(before, 10, length)), loudness(seconds(after, 10, length))
			t.Logf("echo of %.1f dBFS: %.1f", was, is)
			if was-is < 10 {
				t.Errorf("the echo is only %.1f dB less", was-is)
			}
		})
	}
}
