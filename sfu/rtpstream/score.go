package rtpstream

import "math"

const (
	scoreHistory = 24
	perfectScore = 10
)

// score is a stream's quality from 0 to 10: the average of the last 24 interval
// scores, the newer ones weighing more (the oldest 1, the next 2, and so on),
// as mediasoup's worker has it.
type score struct {
	history [scoreHistory]uint8 // ring
	next    int
	count   int
	value   uint8
}

// add takes the score of one more interval.
func (s *score) add(value uint8) {
	s.history[s.next] = value
	s.next = (s.next + 1) % scoreHistory
	s.count = min(s.count+1, scoreHistory)

	var sum, weights int
	for i := range s.count {
		weight := i + 1
		at := (s.next - s.count + i + scoreHistory) % scoreHistory
		sum += weight * int(s.history[at])
		weights += weight
	}
	s.value = uint8(math.Round(float64(sum) / float64(weights)))
}

// reset forgets the history and starts from value.
func (s *score) reset(value uint8) {
	*s = score{value: value}
}

// intervalScore rates one report interval from 0 to 10: the share of packets
// delivered to the power of four, where a repaired packet counts as delivered
// the less, the more packets needed repair and the more retransmissions it took.
func intervalScore(packets, lost, repaired, retransmitted uint64) uint8 {
	if packets == 0 {
		return perfectScore
	}
	lost = min(lost, packets)
	repaired = min(repaired, lost)
	retransmitted = max(retransmitted, repaired)

	weight := math.Pow(1/(float64(repaired)/float64(packets)+1), 4)
	if retransmitted > 0 {
		weight *= float64(repaired) / float64(retransmitted)
	}
	missing := math.Floor(float64(lost) - float64(repaired)*weight)
	delivered := (float64(packets) - missing) / float64(packets)
	return uint8(math.Round(math.Pow(delivered, 4) * perfectScore))
}
