package sound

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"takoshome/app/media"
)

// treat plays one signal and treats another, frame by frame.
func treat(t *testing.T, p media.Processing, heard, played []float64) []float64 {
	t.Helper()
	var now time.Time
	f, near := newFar(now), &pace{epoch: now}
	treatment, err := newTreatment(p, f, near)
	if err != nil {
		t.Fatal(err)
	}
	defer treatment.close()
	pcm, far := toPCM(heard), toPCM(played)
	for at := 0; at+FrameSamples <= len(pcm); at += FrameSamples {
		now = now.Add(frameTime)
		f.write(now, stereo(far[at:at+FrameSamples]))
		near.note(now, uint64(at+FrameSamples), FrameSamples)
		treatment.apply(pcm[at:at+FrameSamples], uint64(at))
	}
	return fromPCM(pcm)
}

func stereo(mono []int16) []int16 {
	both := make([]int16, 0, 2*len(mono))
	for _, sample := range mono {
		both = append(both, sample, sample)
	}
	return both
}

// seconds cuts a signal.
func seconds(signal []float64, from, to int) []float64 {
	return signal[from*RateHz : min(to*RateHz, len(signal))]
}

// likeness is the correlation of two signals, the second of which may be late
// by a frame.
func likeness(a, b []float64) float64 {
	best := 0.0
	for late := range FrameSamples + 10 {
		if late > 10 && late < FrameSamples-10 {
			continue
		}
		var ab, aa, bb float64
		for i := late; i < len(b); i++ {
			ab += a[i-late] * b[i]
			aa += a[i-late] * a[i-late]
			bb += b[i] * b[i]
		}
		best = max(best, ab/math.Sqrt(aa*bb))
	}
	return best
}

func TestWithoutTreatmentSoundStaysAsItIs(t *testing.T) {
	heard := voice(1, RateHz)
	out := treat(t, media.Processing{}, heard, voice(2, RateHz))
	if !slices.Equal(toPCM(heard), toPCM(out)) {
		t.Error("samples changed")
	}
}

func TestEchoGoes(t *testing.T) {
	const length = 8
	played := loud(voice(1, length*RateHz), -20)
	for _, delayMs := range []int{20, 40, 80} {
		for _, p := range []media.Processing{{Echo: true}, {Echo: true, Noise: true, Gain: true}} {
			t.Run(fmt.Sprint(delayMs, p), func(t *testing.T) {
				echo := room(1, played, delayMs*RateHz/1000)
				out := treat(t, p, add(echo, noise(3, len(echo), -65)), played)
				before, after := loudness(seconds(echo, 4, length)), loudness(seconds(out, 4, length))
				t.Logf("echo of %.1f dBFS: %.1f", before, after)
				if before-after < 15 {
					t.Errorf("the echo is only %.1f dB less", before-after)
				}
			})
		}
	}
}

// Both talk at once: the friend's echo goes, the person's voice stays.
func TestVoiceStaysWhileTheFriendTalks(t *testing.T) {
	const length = 12
	played := loud(voice(1, length*RateHz), -20)
	near := loud(voice(2, length*RateHz), -24)
	clear(seconds(near, 0, 5)) // the friend begins
	echo := room(1, played, 30*RateHz/1000)
	out := treat(t, media.Processing{Echo: true}, add(echo, near), played)
	wanted, got := seconds(near, 6, length), seconds(out, 6, length)
	if change := loudness(got) - loudness(wanted); math.Abs(change) > 3 {
		t.Errorf("the voice is %.1f dB louder", change)
	}
	mixed := likeness(wanted[:2*RateHz], seconds(add(echo, near), 6, 8))
	clean := likeness(wanted[:2*RateHz], got[:2*RateHz])
	t.Logf("likeness to the voice: %.3f with echo, %.3f without", mixed, clean)
	if clean < 0.9 || clean < mixed {
		t.Errorf("likeness to the voice is %.3f, with echo it was %.3f", clean, mixed)
	}
}

func TestNoiseGoes(t *testing.T) {
	const length = 8
	steady := noise(4, length*RateHz, -42)
	out := treat(t, media.Processing{Noise: true}, steady, make([]float64, len(steady)))
	before, after := loudness(seconds(steady, 4, length)), loudness(seconds(out, 4, length))
	t.Logf("noise of %.1f dBFS: %.1f", before, after)
	if before-after < 8 {
		t.Errorf("the noise is only %.1f dB less", before-after)
	}
}

func TestSpeechStaysInNoise(t *testing.T) {
	const length = 8
	steady := noise(4, length*RateHz, -42)
	bursts := make([]float64, len(steady)) // of 200 ms, as syllables are
	for i := range bursts {
		if at := i % (RateHz / 2); at < RateHz/5 {
			bursts[i] = 0.1 * math.Sin(2*math.Pi*700*float64(i)/RateHz) * math.Sin(math.Pi*float64(at)/(RateHz/5))
		}
	}
	for name, speech := range map[string][]float64{"bursts": bursts, "voice": loud(voice(5, len(steady)), -24)} {
		out := treat(t, media.Processing{Noise: true}, add(steady, speech), make([]float64, len(steady)))
		change := loudness(seconds(out, 4, length)) - loudness(seconds(speech, 4, length))
		t.Logf("%s: %+.1f dB", name, change)
		if math.Abs(change) > 6 {
			t.Errorf("%s is %.1f dB louder", name, change)
		}
	}
}

func TestLoudnessIsEven(t *testing.T) {
	const length = 8
	for _, dbfs := range []float64{-40, -30, -10} {
		spoken := add(loud(voice(5, length*RateHz), dbfs), noise(6, length*RateHz, -75))
		out := treat(t, media.Processing{Gain: true}, spoken, make([]float64, len(spoken)))
		after := loudness(seconds(out, 4, length))
		t.Logf("%.0f dBFS: %.1f", dbfs, after)
		if after < -30 || after > -18 {
			t.Errorf("speech of %.0f dBFS has %.1f", dbfs, after)
		}
	}
}

// Somebody who whispered shouts, while the gain is still high.
func TestGainNeverClips(t *testing.T) {
	const half = 5
	quiet, shout := loud(voice(5, half*RateHz), -42), loud(voice(6, half*RateHz), -12)
	spoken := slices.Concat(quiet, shout)
	out := toPCM(treat(t, media.Processing{Gain: true}, spoken, make([]float64, len(spoken))))
	if loudest := max(slices.Max(out), -slices.Min(out)); loudest > 32000 {
		t.Errorf("a sample of %d", loudest)
	}
}

// Silence must not become loud noise.
func TestGainLeavesSilenceAlone(t *testing.T) {
	const length = 8
	silence := noise(7, length*RateHz, -70)
	out := treat(t, media.Processing{Noise: true, Gain: true}, silence, make([]float64, len(silence)))
	if after := loudness(seconds(out, 4, length)); after > -60 {
		t.Errorf("a silent room has %.1f dBFS", after)
	}
}

// A hum goes on without a click whatever is switched meanwhile.
func TestSwitchingDoesNotClick(t *testing.T) {
	treatment, err := newTreatment(media.Processing{}, newFar(time.Time{}), &pace{})
	if err != nil {
		t.Fatal(err)
	}
	defer treatment.close()
	modes := []media.Processing{
		{},
		{Echo: true},
		{Gain: true},
		{},
		{Noise: true},
		{Echo: true, Noise: true, Gain: true},
		{},
		{Echo: true},
		{Noise: true},
		{},
		{Gain: true},
	}
	const amplitude, hz = 3000, 200.0
	last, steepest := int16(0), 0
	pcm := make([]int16, FrameSamples)
	for frame := range 50 * len(modes) {
		treatment.set(modes[frame/50])
		for i := range pcm {
			pcm[i] = int16(amplitude * math.Sin(2*math.Pi*hz*float64(frame*FrameSamples+i)/RateHz))
		}
		treatment.apply(pcm, uint64(frame*FrameSamples))
		for _, sample := range pcm {
			steepest, last = max(steepest, abs(int(sample)-int(last))), sample
		}
	}
	// The hum itself has steps of 79; gain may make them several times that.
	if steepest > 800 {
		t.Errorf("a step of %d", steepest)
	}
}

func TestTreatmentIsSwitchedFromElsewhere(t *testing.T) {
	treatment, err := newTreatment(media.Processing{}, newFar(time.Time{}), &pace{})
	if err != nil {
		t.Fatal(err)
	}
	defer treatment.close()
	var switching sync.WaitGroup
	switching.Go(func() {
		for i := range 1000 {
			treatment.set(media.Processing{Echo: i%2 == 0, Noise: i%3 == 0, Gain: i%5 == 0})
		}
	})
	pcm := make([]int16, FrameSamples)
	for frame := range 200 {
		treatment.apply(pcm, uint64(frame*FrameSamples))
	}
	switching.Wait()
}

func abs(n int) int { return max(n, -n) }
