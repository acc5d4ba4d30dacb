package rtpstream

import "testing"

func TestSeqOrder(t *testing.T) {
	tests := []struct {
		name string
		a, b uint16
		diff int16
		less bool
	}{
		{"equal", 7, 7, 0, false},
		{"next", 7, 8, -1, true},
		{"previous", 8, 7, 1, false},
		{"over the wrap", 65535, 0, -1, true},
		{"back over the wrap", 0, 65535, 1, false},
		{"just under half a cycle", 0, 32767, -32767, true},
		{"half a cycle, smaller", 0, 32768, -32768, true},
		{"half a cycle, greater", 32768, 0, -32768, false},
		{"just over half a cycle", 0, 32769, 32767, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := SeqDiff(tt.a, tt.b); got != tt.diff {
				t.Errorf("SeqDiff(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.diff)
			}
			if got := SeqLess(tt.a, tt.b); got != tt.less {
				t.Errorf("SeqLess(%d, %d) = %v, want %v", tt.a, tt.b, got, tt.less)
			}
		})
	}
}

func TestSeqLessIsStrictForEveryDistance(t *testing.T) {
	for distance := range seqCycle {
		a, b := uint16(12345), uint16(12345+distance)
		got := SeqLess(a, b) != SeqLess(b, a)
		if want := distance != 0; got != want {
			t.Fatalf("distance %d: exactly one order = %v, want %v", distance, got, want)
		}
	}
}

func TestTimestampOrder(t *testing.T) {
	tests := []struct {
		name string
		a, b uint32
		diff int32
		less bool
	}{
		{"equal", 9, 9, 0, false},
		{"next frame", 9, 3009, -3000, true},
		{"over the wrap", 0xfffffff0, 0x10, -0x20, true},
		{"back over the wrap", 0x10, 0xfffffff0, 0x20, false},
		{"half a cycle, smaller", 5, 5 + 1<<31, -1 << 31, true},
		{"half a cycle, greater", 5 + 1<<31, 5, -1 << 31, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := TimestampDiff(tt.a, tt.b); got != tt.diff {
				t.Errorf("TimestampDiff(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.diff)
			}
			if got := TimestampLess(tt.a, tt.b); got != tt.less {
				t.Errorf("TimestampLess(%d, %d) = %v, want %v", tt.a, tt.b, got, tt.less)
			}
		})
	}
}

func TestExtender(t *testing.T) {
	tests := []struct {
		name string
		in   []uint16
		want []uint64
	}{
		{"in order", []uint16{5, 6, 7}, []uint64{65541, 65542, 65543}},
		{"wrap", []uint16{65534, 65535, 0, 1}, []uint64{131070, 131071, 131072, 131073}},
		{"late over the wrap", []uint16{65535, 1, 0, 65534, 2}, []uint64{131071, 131073, 131072, 131070, 131074}},
		{"before the first", []uint16{3, 65530, 4}, []uint64{65539, 65530, 65540}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e Extender
			for i, seq := range tt.in {
				if got := e.Peek(seq); got != tt.want[i] {
					t.Errorf("Peek(%d) = %d, want %d", seq, got, tt.want[i])
				}
				if got := e.Extend(seq); got != tt.want[i] {
					t.Errorf("Extend(%d) = %d, want %d", seq, got, tt.want[i])
				}
			}
		})
	}
}

func TestExtenderCountsCycles(t *testing.T) {
	var e Extender
	for i := range 3*seqCycle + 10 {
		if got, want := e.Extend(uint16(i+100)), uint64(seqCycle+i+100); got != want {
			t.Fatalf("packet %d: Extend = %d, want %d", i, got, want)
		}
	}
}

func TestExtenderRestartGoesUp(t *testing.T) {
	for _, seq := range []uint16{0, 99, 100, 101, 40000, 65535} {
		var e Extender
		e.Extend(100)
		got := e.Restart(seq)
		if got <= seqCycle+100 || got > 2*seqCycle+100 || uint16(got) != seq {
			t.Errorf("Restart(%d) = %d, want the next number above %d with these 16 bits", seq, got, seqCycle+100)
		}
		if highest, ok := e.Highest(); !ok || highest != got {
			t.Errorf("Highest = %d, %v, want %d, true", highest, ok, got)
		}
	}
	var e Extender
	if got := e.Restart(7); got != seqCycle+7 {
		t.Errorf("Restart before the first number = %d, want %d", got, seqCycle+7)
	}
}
