package sound

import "sync"

const (
	// farSamples is how much of what the speaker played is kept: 1.4 s.
	farSamples = 1 << 16
	// reserveSamples is how much of it should be there beyond what the
	// microphone needs, when there is least: 2 ms. Much more, and the echo would
	// come before its cause.
	reserveSamples = 2 * RateHz / 1000
	// slackSamples is how far from that it may be before anything is done.
	slackSamples = RateHz / 1000
	// jumpSamples is so far away that the filter starts anew.
	jumpSamples = 60 * RateHz / 1000
	// Frames of one observation, 2 s, and of the first one.
	windowFrames, firstWindowFrames = 200, 50
	// stepEvery is how many frames come between drops or repetitions of one
	// sample: it makes up for clocks that differ by 0.04 %.
	stepEvery = 5
	// A frame that is not all there in time is no matter; after shortFrames in a
	// row the speaker was silent for that long, and what comes next is heard so
	// much later. After lostFrames it is off.
	shortFrames, lostFrames = 3, 30
)

// far is what the speaker plays, the far end of the call, as one channel. The
// speaker's thread writes it and every microphone's goroutine reads.
type far struct {
	// mu protects the fields below; it is held to copy a frame.
	mu      sync.Mutex
	samples [farSamples]int16
	written uint64
	starts  uint64 // how often the speaker started anew
}

func newFar() *far { return &far{} }

// write adds two channels in turn.
func (f *far) write(stereo []int16) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := 0; i+1 < len(stereo); i += 2 {
		f.samples[f.written%farSamples] = int16((int(stereo[i]) + int(stereo[i+1])) / 2)
		f.written++
	}
}

// stop says that the speaker has gone.
func (f *far) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.starts++
}

// farReader reads the far end in step with one microphone. The two have clocks
// of their own and hand over in portions, so it watches how much was played
// beyond what it needs, takes the least of a while as the true distance, and
// moves by single samples to keep it.
type farReader struct {
	far    *far
	starts uint64
	next   uint64 // the first sample of the next frame
	synced bool
	short  int // frames in a row that were not all there
	lost   int // frames in a row of which nothing was there

	least   int // smallest reserve of this window
	frames  int // of this window
	windows int
	excess  int // samples still to drop (> 0) or repeat
}

func (r *farReader) reset() { *r = farReader{far: r.far} }

// read fills pcm with what the speaker was given to play when the microphone
// heard the same frame, at the latest; silence if that is not known. jumped
// tells that it does not go on where it was.
func (r *farReader) read(pcm []int16) (jumped bool) {
	r.far.mu.Lock()
	defer r.far.mu.Unlock()
	if r.synced && r.starts != r.far.starts {
		r.reset()
	}
	if !r.synced {
		if !r.start() {
			clear(pcm)
			return false
		}
		jumped = true
	}
	reserve := int(int64(r.far.written-r.next)) - len(pcm)
	there := min(max(0, len(pcm)+reserve), len(pcm))
	for i := range there {
		pcm[i] = r.far.samples[(r.next+uint64(i))%farSamples]
	}
	clear(pcm[there:])
	r.next += uint64(len(pcm))
	r.least = min(r.least, reserve)
	if reserve < 0 {
		r.miss(reserve, there)
		return jumped
	}
	r.short, r.lost = 0, 0
	return r.observe() || jumped
}

// start takes the newest samples for a beginning.
func (r *farReader) start() bool {
	const begin = FrameSamples + reserveSamples
	if r.far.written < begin || (r.starts == r.far.starts && r.next == r.far.written) {
		return false
	}
	*r = farReader{far: r.far, starts: r.far.starts, next: r.far.written - begin, synced: true, least: farSamples}
	return true
}

// miss follows a speaker that is late.
func (r *farReader) miss(reserve, there int) {
	r.short, r.lost = r.short+1, r.lost+1
	if there > 0 {
		r.lost = 0
	}
	if r.lost >= lostFrames {
		r.synced, r.next = false, r.far.written
		return
	}
	if r.short >= shortFrames {
		r.next -= uint64(reserveSamples - reserve)
		r.short, r.frames, r.least, r.excess = 0, 0, farSamples, 0
	}
}

// observe keeps the distance, and tells whether the reader jumped.
func (r *farReader) observe() (jumped bool) {
	r.frames++
	if r.excess != 0 && r.frames%stepEvery == 0 {
		r.step()
	}
	window := windowFrames
	if r.windows == 0 {
		window = firstWindowFrames
	}
	if r.frames < window {
		return false
	}
	away := r.least - reserveSamples
	jumped = away > jumpSamples || (r.windows == 0 && abs(away) > slackSamples)
	switch {
	case jumped:
		r.next, r.excess = r.next+uint64(int64(away)), 0
	case abs(away) > slackSamples:
		r.excess = away
	default:
		r.excess = 0
	}
	r.least, r.frames = farSamples, 0
	r.windows++
	return jumped
}

// step drops or repeats one sample.
func (r *farReader) step() {
	if r.excess > 0 {
		r.next++
		r.excess--
		return
	}
	r.next--
	r.excess++
}

func abs(n int) int { return max(n, -n) }
