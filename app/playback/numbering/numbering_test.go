package numbering

import (
	"testing"

	"github.com/pion/rtp"
)

func TestNumbering(t *testing.T) {
	n := Numbering{Leap: 1000}
	var first uint64
	for i, step := range []struct {
		seq  uint16
		ssrc uint32
		want int64 // behind the first number; only with Here
		as   Place
	}{
		{65534, 1, 0, Anew},
		{65535, 1, 1, Here},
		{2, 1, 4, Here},
		{1, 1, 3, Here},
		{1, 1, 3, Here},
		{999, 1, 1001, Here},
		{30000, 1, 0, Nowhere},
		{1000, 1, 1002, Here},
		{30001, 1, 0, Nowhere},
		{30003, 1, 0, Nowhere},
		{30004, 1, 0, Anew},
		{30005, 1, 1, Here},
		{30006, 2, 0, Anew},
		{29900, 2, -106, Here},
		{28000, 2, 0, Nowhere},
		{28001, 2, 0, Anew},
	} {
		before := n.Highest()
		number, place := n.Of(&rtp.Packet{Header: rtp.Header{SequenceNumber: step.seq, SSRC: step.ssrc}})
		if place != step.as {
			t.Fatalf("step %d: %v, want %v", i, place, step.as)
		}
		switch place {
		case Anew:
			if first = number; number <= before || n.Highest() != number {
				t.Errorf("step %d: %d after %d", i, number, before)
			}
		case Here:
			if got := int64(number - first); got != step.want {
				t.Errorf("step %d: number %d, want %d", i, got, step.want)
			}
		}
	}
}

func FuzzNumbering(f *testing.F) {
	f.Add([]byte{255, 255, 0, 1, 0, 2, 200, 0, 200, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		n := Numbering{Leap: 3000}
		for ; len(script) >= 2; script = script[2:] {
			before := n.Highest()
			seq := uint16(script[0])<<8 | uint16(script[1])
			number, place := n.Of(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}})
			if n.Highest() < before || n.Highest() > before+1<<17 {
				t.Fatalf("from %d to %d", before, n.Highest())
			}
			if place != Nowhere && uint16(number) != seq {
				t.Fatalf("%d is %d", seq, number)
			}
		}
	})
}
