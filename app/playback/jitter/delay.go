package jitter

import (
	"slices"
	"time"
)

const (
	// minWait and maxWait bound how long packets wait on average. With packets
	// of 20 ms the buffer then holds 40 to 200 ms.
	minWait = 20 * time.Millisecond
	maxWait = 180 * time.Millisecond
	// spare is what even late packets are to wait, since it is only known
	// afterwards how late they were: the speaker takes 10 ms at a time.
	spare = 10 * time.Millisecond

	// window is how many packets are remembered: 8 s of them.
	window = 400
	// enough is how many packets it takes to know better than minWait.
	enough = 25
	// measureEvery is after how many packets what was seen is weighed again.
	measureEvery = 8
	// lateShare is how many of a thousand packets may come too late.
	lateShare = 30
	// pace is over how many packets the mean is taken, about.
	pace = 64
)

// delays learns how long packets wait for their turn, as if the buffer had never
// grown nor shrunk: its size is added when asked, so that what was seen before a
// change still counts after it.
//
// Lateness is measured against the mean of its time. Where one of the clocks
// goes slow, as the speaker's does in a computer that has too much to do, mean and
// lateness are wrong by the same amount, which cancels out.
type delays struct {
	lateness [window]time.Duration
	sorted   [window]time.Duration
	count    int
	next     int
	mean     time.Duration // of the last packets
	most     time.Duration // all but lateShare of the packets were less late than this
}

// add takes the wait of a packet, negative if it came too late.
func (d *delays) add(wait time.Duration) {
	if d.count > 0 && wait < d.mean-maxWait {
		return // not even the largest buffer would have saved it
	}
	d.mean += (wait - d.mean) / time.Duration(min(d.count+1, pace))
	d.lateness[d.next] = d.mean - wait
	d.next = (d.next + 1) % window
	d.count = min(d.count+1, window)
	if d.count <= enough || d.next%measureEvery == 0 {
		d.measure()
	}
}

func (d *delays) measure() {
	known := d.sorted[:d.count]
	copy(known, d.lateness[:d.count])
	slices.Sort(known)
	d.most = known[d.count-1-d.count*lateShare/1000]
}

// target is how long packets should wait on average.
func (d *delays) target() time.Duration {
	if d.count < enough {
		return minWait
	}
	return min(max(d.most+spare, minWait), maxWait)
}
