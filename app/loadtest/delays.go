package loadtest

import (
	"math"
	"time"
)

const (
	// Neighbouring classes differ by 2 %, so good are the figures.
	delayScale   = 50.498_349 // 1/ln(1.02)
	delayClasses = 1200
	// classOffset is the class of a microsecond, the shortest that is told apart.
	classOffset = 348 // ln(1000 ns) * delayScale
)

// delays counts durations in classes that grow by the same ratio, from 1 µs to
// hours, in memory that does not grow.
type delays struct {
	classes [delayClasses]uint64
	count   uint64
	sum     time.Duration
	longest time.Duration
}

func (d *delays) add(delay time.Duration) {
	class := 0
	if delay > time.Microsecond {
		class = int(math.Log(float64(delay))*delayScale) - classOffset
	}
	d.classes[min(class, delayClasses-1)]++
	d.count++
	d.sum += delay
	d.longest = max(d.longest, delay)
}

// merge adds what another has counted.
func (d *delays) merge(other *delays) {
	for i, n := range other.classes {
		d.classes[i] += n
	}
	d.count += other.count
	d.sum += other.sum
	d.longest = max(d.longest, other.longest)
}

// quantile is the duration that a share q of all does not exceed.
func (d *delays) quantile(q float64) time.Duration {
	if d.count == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(d.count)))
	seen := uint64(0)
	for i, n := range d.classes {
		if seen += n; seen >= rank {
			return min(time.Duration(math.Exp(float64(i+classOffset+1)/delayScale)), d.longest)
		}
	}
	return d.longest
}
