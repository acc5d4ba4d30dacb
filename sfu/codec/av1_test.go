package codec

import "testing"

func TestAv1(t *testing.T) {
	const (
		sequence = "08 0000002d4cffb3ccaf9004" // 1280x720
		frame    = "30 1000900000"
		tile     = "20 1122334455"
	)
	key := Info{KeyFrame: true, StartOfFrame: true, Width: 1280, Height: 720}
	start := Info{StartOfFrame: true}
	tests := []struct {
		name, payload string
		want          Info
	}{
		{"key frame, two elements", "28 0b" + sequence + frame, key},
		{"key frame, every length given", "08 0b" + sequence + "06" + frame, key},
		{"key frame, sequence header alone", "18" + sequence, key},
		{"key frame behind a temporal delimiter", "38 01 10 0b" + sequence + frame, key},
		{"the same without N", "30 01 10 0b" + sequence + frame, key},
		{"OBU with a size field", "18 0a 0a" + sequence[2:], key},
		{"key frame without N", "20 0b" + sequence + frame, key},
		{"N alone", "18" + frame, Info{KeyFrame: true, StartOfFrame: true}},
		{"N on a continued OBU means nothing", "98" + sequence, Info{}},
		{"a sequence header behind a continued OBU", "a0 02 aa bb" + sequence, Info{StartOfFrame: true}},
		{"a sequence header behind a frame", "28 06" + frame + sequence, Info{KeyFrame: true, StartOfFrame: true}},
		{"frame", "10" + frame, start},
		{"frame header", "10 18 00", start},
		{"tiles of a frame", "10" + tile, Info{}},
		{"frame goes on", "90" + frame, Info{}},
		{"frame goes on, next begins", "a0 02 aa bb" + frame, start},
		{"layers", "10 34 48 00 00", Info{StartOfFrame: true, TemporalLayer: 2, SpatialLayer: 1}},
		{"layers of the second element", "a0 01 aa 34 e8 00", Info{StartOfFrame: true, TemporalLayer: 7, SpatialLayer: 1}},
		{"layers of the first OBU count", "20 03 34 20 00 34 48 00", Info{StartOfFrame: true, TemporalLayer: 1}},
		{"extension cut off", "10 34", Info{}},
		{"size field without an end", "10 32 ff", Info{}},
		{"size field beyond the element", "10 32 7f 00", start},
		{"forbidden bit", "10 b0 00", Info{}},
		{"element longer than the payload", "20 20" + frame, Info{}},
		{"length without an end", "20 ff ff ff ff ff ff ff ff ff 01", Info{}},
		{"longest length", "20 ff ff ff ff ff ff ff 7f 00", Info{}},
		{"empty elements", "00 00 00 00 00", Info{}},
		{"sequence header cut off", "18 08 00 00 00 2d", Info{KeyFrame: true, StartOfFrame: true}},
		{"more elements than counted", "28 0b" + sequence + frame + "00 00", key},
		{"aggregation header alone", "18", Info{}},
		{"nothing", "", Info{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseAv1(unhex(t, tt.payload)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// Sequence headers of several encoders and options.
func TestAv1SequenceHeaders(t *testing.T) {
	tests := []struct {
		name, body    string
		width, height uint16
	}{
		{"libaom, 4:4:4", "200000032e1d4daf902032", 98, 54},
		{"libaom, still picture", "181970ead804", 98, 54},
		{"libaom, decoder model", "040000000400000029780000000a530000035f915f90bb2e1d4daf9004", 98, 54},
		{"libaom, constant rate", "04000000040000002b400000bb2e1d4daf9004", 98, 54},
		{"SVT-AV1", "000000032e1fcfbf9004", 98, 64},
		{"rav1e", "000000f9970ea210ac81010 10a", 98, 54},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseAv1(append([]byte{0x18, obuSequenceHeader << 3}, unhex(t, tt.body)...))
			want := Info{KeyFrame: true, StartOfFrame: true, Width: tt.width, Height: tt.height}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// Several operating points with all their fields, as scalable streams have.
func TestAv1OperatingPoints(t *testing.T) {
	tests := []struct {
		name                      string
		timing, model, delay, odd bool
	}{
		{"plain", false, false, false, false},
		{"timing", true, false, false, false},
		{"timing with a variable interval", true, false, false, true},
		{"decoder model", true, true, false, false},
		{"display delay", false, false, true, false},
		{"everything", true, true, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var w bitWriter
			w.u(5, 0) // profile, still picture, reduced header
			w.flag(tt.timing)
			if tt.timing {
				w.u(32, 1)
				w.u(32, 30)
				w.flag(!tt.odd)
				if !tt.odd {
					w.u(6, 0b000001) // a uvlc with five bits behind it
					w.u(5, 0b10101)
				}
				w.flag(tt.model)
				if tt.model {
					w.u(5, 22)
					w.u(32, 1)
					w.u(10, 0x3ff)
				}
			}
			w.flag(tt.delay)
			w.u(5, 2)
			for point := range 3 {
				w.u(12, 0xfff)
				level := uint64(4 + 4*point)
				w.u(5, level)
				if level > 7 {
					w.u(1, 1)
				}
				if tt.model {
					w.flag(point != 1)
					if point != 1 {
						w.u(23, 12345)
						w.u(23, 54321)
						w.u(1, 1)
					}
				}
				if tt.delay {
					w.flag(point != 0)
					if point != 0 {
						w.u(4, 9)
					}
				}
			}
			w.u(8, 0xfa) // 16 and 11 bits of size
			w.u(16, 65534)
			w.u(11, 1079)

			got := parseAv1(append([]byte{0x18, obuSequenceHeader << 3}, w.bytes()...))
			if got.Width != 65535 || got.Height != 1080 {
				t.Errorf("got %dx%d, want 65535x1080", got.Width, got.Height)
			}
		})
	}
}

func TestAv1SizeTooLarge(t *testing.T) {
	var w bitWriter
	w.u(5, 1)    // reduced header
	w.u(5, 0)    // level
	w.u(8, 0xff) // 16 bits each
	w.u(32, 0xffffffff)
	got := parseAv1(append([]byte{0x18, obuSequenceHeader << 3}, w.bytes()...))
	if want := (Info{KeyFrame: true, StartOfFrame: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func (w *bitWriter) flag(value bool) {
	w.bits = append(w.bits, value)
}
