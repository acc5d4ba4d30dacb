package jitter

import "math"

// levelBlocks of 10 ms make up the level.
const levelBlocks = 10

// meter measures the loudness of the last 100 ms.
type meter struct {
	energies [levelBlocks]float64 // mean squares of full scale 1
	next     int
}

func (m *meter) add(pcm []int16) {
	var sum float64
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	m.energies[m.next] = sum / (float64(len(pcm)) * (1 << 30))
	m.next = (m.next + 1) % levelBlocks
}

// level is 0 at -60 dBFS and less, 1 at full scale.
func (m *meter) level() float64 {
	var sum float64
	for _, e := range m.energies {
		sum += e
	}
	if sum == 0 {
		return 0
	}
	const floorDb = -60
	db := 10 * math.Log10(sum/levelBlocks)
	return min(max(1-db/floorDb, 0), 1)
}
