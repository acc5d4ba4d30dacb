package playback

import "takoshome/app/playback/jitter"

const (
	// block is what the speaker takes at once: 10 ms, both channels.
	block = jitter.SampleRate / 100 * jitter.Channels
	// ceiling is how loud the mix may be before the limiter holds it down.
	ceiling = 30000
	// release is the part of the way back to full loudness that the limiter
	// goes in 10 ms: about half a second altogether.
	release = 0.02
	// full is the loudness of a voice at 100 %.
	full = 1 << 8
)

// mixer adds up voices. It belongs to the speaker's clock.
type mixer struct {
	sum  [block]int32
	gain float32 // of the limiter
}

func newMixer() *mixer { return &mixer{gain: 1} }

// add mixes a voice in, whose loudness goes from one value to another meanwhile.
func (m *mixer) add(pcm []int16, from, to int32) {
	if from == to {
		for i, s := range pcm {
			m.sum[i] += int32(s) * to / full
		}
		return
	}
	const frames = block / jitter.Channels
	for i, s := range pcm {
		at := int32(i / jitter.Channels)
		m.sum[i] += int32(s) * (from + (to-from)*at/frames) / full
	}
}

// finish limits the mix, writes it to pcm, and begins anew.
func (m *mixer) finish(pcm []int16) {
	var peak int32
	for _, s := range m.sum {
		peak = max(peak, s, -s)
	}
	want := m.gain + (1-m.gain)*release
	if float32(peak)*want > ceiling {
		want = ceiling / float32(peak)
	}
	from, step := m.gain, (want-m.gain)/attack
	for i := range pcm {
		g := want
		if at := i / jitter.Channels; at < attack {
			g = from + step*float32(at)
		}
		pcm[i] = soften(float32(m.sum[i]) * g)
	}
	m.gain = want
	clear(m.sum[:])
}

// attack is in how many samples the limiter reaches its new gain: 1 ms.
const attack = jitter.SampleRate / 1000

// soften bends what is above the ceiling so that it nears full scale smoothly.
func soften(s float32) int16 {
	const room = 32767 - ceiling
	switch {
	case s > ceiling:
		over := s - ceiling
		return int16(ceiling + room*over/(over+room))
	case s < -ceiling:
		over := -s - ceiling
		return int16(-ceiling - room*over/(over+room))
	}
	return int16(s)
}
