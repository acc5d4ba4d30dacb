package udp

import (
	"net/netip"
	"slices"
	"testing"
)

func TestSegments(t *testing.T) {
	tests := []struct {
		name  string
		sizes []int // of packets for one destination, then of one more for another
		want  int
	}{
		{"one packet", []int{1200}, 1},
		{"equal sizes", []int{1200, 1200, 1200}, 3},
		{"the last is shorter", []int{1200, 1200, 1}, 3},
		{"nothing behind a shorter one", []int{1200, 1100, 1100}, 2},
		{"a longer one starts anew", []int{1199, 1200}, 1},
		{"an empty one is alone", []int{0, 0}, 1},
		{"no empty one at the end", []int{1200, 1200, 0}, 2},
		{"64 at most", slices.Repeat([]int{100}, 70), 64},
		{"64 KB at most", slices.Repeat([]int{1500}, 60), 43},
		{"too large alone", []int{65_500, 65_500}, 1},
	}
	here, there := netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("192.0.2.1:2")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var queue []outgoing
			for _, size := range tt.sizes {
				queue = append(queue, outgoing{packet: make([]byte, size), to: here})
			}
			queue = append(queue, outgoing{packet: make([]byte, tt.sizes[len(tt.sizes)-1]), to: there})
			if got := segments(queue); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
