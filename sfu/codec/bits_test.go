package codec

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"
)

func TestBitReader(t *testing.T) {
	r := bitReader{data: []byte{0b1010_0110, 0xff, 0x12, 0x34, 0x56, 0x78, 0x9a}}
	for i, step := range []struct {
		bits uint8
		want uint32
	}{{1, 1}, {3, 2}, {0, 0}, {5, 0b01101}, {7, 0x7f}, {32, 0x12345678}, {8, 0x9a}} {
		if got := r.bits(step.bits); got != step.want || r.failed {
			t.Errorf("field %d: got %#x, failed %v, want %#x", i, got, r.failed, step.want)
		}
	}
	if got := r.bits(9); got != 0 || !r.failed {
		t.Errorf("past the end: got %#x, failed %v", got, r.failed)
	}
}

func TestExpGolomb(t *testing.T) {
	values := []uint32{0, 1, 2, 3, 6, 7, 255, 65535, 1 << 30, math.MaxUint32 - 1}
	var w bitWriter
	for _, v := range values {
		w.ue(v)
	}
	r := bitReader{data: w.bytes()}
	for _, want := range values {
		if got := r.ue(); got != want || r.failed {
			t.Errorf("ue: got %d, failed %v, want %d", got, r.failed, want)
		}
	}

	signed := []int32{0, 1, -1, 2, -2, 127, -128, math.MaxInt32, -math.MaxInt32}
	w = bitWriter{}
	for _, v := range signed {
		w.se(v)
	}
	r = bitReader{data: w.bytes()}
	for _, want := range signed {
		if got := r.se(); got != want || r.failed {
			t.Errorf("se: got %d, failed %v, want %d", got, r.failed, want)
		}
	}

	r = bitReader{data: make([]byte, 100)}
	if got := r.ue(); got != 0 || !r.failed {
		t.Errorf("32 zeros: got %d, failed %v", got, r.failed)
	}
}

func TestEmulationPrevention(t *testing.T) {
	tests := []struct{ name, escaped, want string }{
		{"none", "000102", "000102"},
		{"a start code", "000003 01", "000001"},
		{"zeros", "000003 000003 00", "0000000000"},
		{"a real three", "0003 000103", "0003000103"},
		{"a three behind it", "00000303", "000003"},
		{"at the end", "000003", "0000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := bitReader{data: unhex(t, tt.escaped), skipEmulation: true}
			for i, want := range unhex(t, tt.want) {
				if got := r.bits(8); got != uint32(want) || r.failed {
					t.Errorf("byte %d: got %#x, failed %v, want %#x", i, got, r.failed, want)
				}
			}
			if r.bits(8); !r.failed {
				t.Error("more bytes than expected")
			}
		})
	}
}

// bitWriter makes headers that no encoder at hand makes.
type bitWriter struct {
	bits []bool
}

func (w *bitWriter) u(n int, value uint64) {
	for n--; n >= 0; n-- {
		w.bits = append(w.bits, value>>n&1 == 1)
	}
}

func (w *bitWriter) ue(value uint32) {
	n := 0
	for uint64(value)+1 >= 1<<(n+1) {
		n++
	}
	w.u(n, 0)
	w.u(n+1, uint64(value)+1)
}

func (w *bitWriter) se(value int32) {
	if value > 0 {
		w.ue(2*uint32(value) - 1)
		return
	}
	w.ue(2 * uint32(-int64(value)))
}

// bytes pads with a one and zeros, as H.264 ends its parameter sets.
func (w *bitWriter) bytes() []byte {
	bits := append(w.bits, true)
	out := make([]byte, (len(bits)+7)/8)
	for i, bit := range bits {
		if bit {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

// escaped adds emulation prevention bytes.
func (w *bitWriter) escaped() (out []byte) {
	zeros := 0
	for _, b := range w.bytes() {
		if zeros == 2 && b <= 3 {
			out = append(out, 3)
			zeros = 0
		}
		if b == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, b)
	}
	return out
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
