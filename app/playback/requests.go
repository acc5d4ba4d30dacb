package playback

import "time"

const (
	// The first request for a keyframe goes out at once, the next after
	// firstRequest, then after half as long again each, up to lastRequest.
	firstRequest = 200 * time.Millisecond
	lastRequest  = 3 * time.Second
	// silentRequests is how many go out while no packets come: a friend who
	// has paused the video sends none.
	silentRequests = 3
)

// requests says when to ask for a keyframe; its owner locks it.
type requests struct {
	began    time.Time // when one was first needed; zero: it is not
	next     time.Time
	interval time.Duration
	answers  uint64
	failing  bool // keyframes come, and are of no use
	seen     bool // any packet
	silent   int
}

// packet notes that something came.
func (r *requests) packet() { r.seen, r.silent = true, 0 }

// keyFrames notes how many keyframes have begun to come. One that comes damaged
// by the network is worth asking again soon, unlike one that cannot be decoded.
func (r *requests) keyFrames(count uint64) {
	if count != r.answers && !r.failing {
		r.interval = firstRequest
	}
	r.answers = count
}

// decoded notes how decoding a keyframe went.
func (r *requests) decoded(failed bool) { r.failing = failed }

// due reports whether to ask now. Before the first packet that waits a little:
// the host sends a keyframe first by itself.
func (r *requests) due(now time.Time, needed bool) bool {
	if !needed {
		r.began = time.Time{}
		return false
	}
	if r.began.IsZero() {
		r.began = now
	}
	if now.Before(r.next) || r.silent >= silentRequests || (!r.seen && now.Sub(r.began) < firstRequest) {
		return false
	}
	r.silent++
	r.interval = max(r.interval, firstRequest)
	r.next = now.Add(r.interval)
	r.interval = min(r.interval*3/2, lastRequest)
	return true
}

// open reports whether there may be more to ask although nothing comes.
func (r *requests) open(needed bool) bool { return needed && r.silent < silentRequests }
