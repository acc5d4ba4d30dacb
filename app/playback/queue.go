package playback

import (
	"time"

	"takoshome/app/playback/assembly"
)

// queue holds frames for the decoder; its owner locks it.
type queue struct {
	frames []assembly.Frame
	bytes  int
}

// add queues a frame. When there are too many, all are dropped, and what
// follows up to a keyframe is of no use: it reports false.
func (q *queue) add(f assembly.Frame) bool {
	if f.KeyFrame && len(q.frames) > maxQueue/2 {
		q.clear()
	}
	q.frames = append(q.frames, f)
	q.bytes += sizeOf(f)
	if len(q.frames) <= maxQueue && q.bytes <= maxQueueBytes {
		return true
	}
	q.clear()
	return false
}

// take gives the oldest frame worth decoding. dropped: the decoder is too far
// behind, nothing is left, and a keyframe is needed.
func (q *queue) take(now time.Time) (f assembly.Frame, ok, dropped bool) {
	if len(q.frames) > 0 && now.Sub(q.frames[0].At) > maxBehind {
		if !q.toKeyFrame() {
			return assembly.Frame{}, false, true
		}
	}
	for len(q.frames) > 0 {
		f = q.pop()
		if f.Alone && len(q.frames) > 0 && now.Sub(f.At) > behind {
			continue
		}
		return f, true, false
	}
	return assembly.Frame{}, false, false
}

// toKeyFrame drops everything before the last keyframe, and all if there is none
// behind the first frame.
func (q *queue) toKeyFrame() bool {
	for i := len(q.frames) - 1; i > 0; i-- {
		if q.frames[i].KeyFrame {
			for range i {
				q.pop()
			}
			return true
		}
	}
	q.clear()
	return false
}

func (q *queue) pop() assembly.Frame {
	f := q.frames[0]
	q.frames[0] = assembly.Frame{}
	q.frames = q.frames[1:]
	q.bytes -= sizeOf(f)
	return f
}

func (q *queue) clear() { q.frames, q.bytes = nil, 0 }

func sizeOf(f assembly.Frame) (bytes int) {
	for _, p := range f.Parts {
		bytes += len(p)
	}
	return bytes
}
