package codec

import (
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp/codecs"
)

func TestVp9(t *testing.T) {
	const encrypted = "de ad be ef 00 11 22 33 44 55"
	key := Info{KeyFrame: true, StartOfFrame: true}
	sized := func(i Info, width, height uint16) Info { i.Width, i.Height = width, height; return i }
	ended := func(i Info) Info { i.EndOfFrame = true; return i }
	tests := []struct {
		name, payload string
		want          Info
	}{
		{"key picture with its structure", "8a 81 23 18 02 80 01 e0 01 14 01" + encrypted, sized(key, 640, 480)},
		{"the same as one packet", "8e 81 23 18 02 80 01 e0 01 14 01" + encrypted, ended(sized(key, 640, 480))},
		{"three spatial layers, base", "aa 81 23 00 07 50 01 40 00 b4 02 80 01 68 05 00 02 d0" + encrypted, sized(key, 1280, 720)},
		{"three spatial layers, the second of the key picture", "a8 81 23 03 07" + encrypted, Info{StartOfFrame: true, SpatialLayer: 1}},
		{"flexible, references", "fc 81 23 44 03 05 06" + encrypted, Info{StartOfFrame: true, EndOfFrame: true, TemporalLayer: 2, SpatialLayer: 2}},
		{"flexible, one reference", "dc 81 23 02" + encrypted, Info{StartOfFrame: true, EndOfFrame: true}},
		{"flexible keyframe has no references", "9c 81 23" + encrypted, ended(key)},
		{"predicted", "c8 81 23" + encrypted, Info{StartOfFrame: true}},
		{"highest layers", "e0 23 ee 07" + encrypted, Info{TemporalLayer: 7, SpatialLayer: 7}},
		{"keyframe goes on", "84 23" + encrypted, Info{EndOfFrame: true}},
		{"picture group, then the header", "8a 23 08 03 04 01 38 01 02 50 82 49 83 42 00 27 f0 1d f0", sized(key, 640, 480)},
		{"structure in a predicted picture", "ca 23 10 02 80 01 e0" + encrypted, Info{StartOfFrame: true}},
		{"structure without a width", "8a 23 10 00 00 01 e0" + encrypted, key},
		{"cut off in the structure", "8a 23 30 02 80 01 e0 05", Info{}},
		{"cut off before the structure", "8a 23", Info{}},
		{"cut off before the picture group", "8a 23 08", Info{}},
		{"cut off in the picture group", "8a 23 08 02 00", Info{}},
		{"cut off in its references", "8a 23 08 01 0c 01 02", Info{}},
		{"cut off in layers", "a8 23 00", Info{}},
		{"cut off before references", "d8 23", Info{}},
		{"cut off in references", "d8 23 03 05", Info{}},
		{"cut off in PictureID", "88 80", Info{}},
		{"nothing", "", Info{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseVp9(unhex(t, tt.payload)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// The uncompressed headers of libvpx in every profile, 98x54, without layers.
func TestVp9Headers(t *testing.T) {
	tests := []struct {
		name, frame string
		known       bool
	}{
		{"profile 0", "8249834200061003567e38241c19e00000e05cd1", true},
		{"profile 1, 4:4:4", "a24983420000c2006ac007048383094000066000", true},
		{"profile 1, RGB", "a2498342e0061003560038241c184a00003060", true},
		{"profile 2, 10 bits", "9249834200030801ab001c120e0c2c000018600000", true},
		{"profile 3, 4:4:4, 10 bits", "b124c1a1000030801ab001c120e0c2c0000180600000", true},
		{"profile 3, RGB, 10 bits", "b124c1a138018400d5800e0907061600000c600000", true},
		{"shows an old frame", "8a49834200061003567e38241c19e00000e05cd1", false},
		{"predicted", "8649834200061003567e38241c19e00000e05cd1", false},
		{"other sync code", "a24983430000c2006ac007048383094000066000", false},
		{"other frame marker", "624983420000c2006ac007048383094000066000", false},
		{"cut off in the size", "a24983420000c2", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseVp9(append([]byte{vp9Begin}, unhex(t, tt.frame)...))
			want := Info{KeyFrame: true, StartOfFrame: true}
			if tt.known {
				want.Width, want.Height = streamWidth, streamHeight
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// Random descriptors, against another implementation.
func TestVp9DescriptorsAgainstPion(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for range 100_000 {
		payload := make([]byte, 1+random.IntN(40))
		for i := range payload {
			payload[i] = byte(random.Uint32())
		}
		var want codecs.VP9Packet
		if _, err := want.Unmarshal(payload); err != nil {
			continue
		}
		if want.F && want.P && len(want.PDiff) == 0 || want.V && len(want.Width) == 0 {
			continue
		}
		compared++
		got := parseVp9(payload)
		if got.StartOfFrame != want.B || got.EndOfFrame != want.E ||
			got.TemporalLayer != want.TID || got.SpatialLayer != want.SID ||
			got.KeyFrame != (want.B && !want.P && want.SID == 0) {
			t.Fatalf("%x: got %+v, want %+v", payload, got, want)
		}
		if got.KeyFrame && want.V {
			last := len(want.Width) - 1
			if w, h := want.Width[last], want.Height[last]; w != 0 && h != 0 && (got.Width != w || got.Height != h) {
				t.Fatalf("%x: got %+v, want %dx%d", payload, got, w, h)
			}
		}
	}
	if compared < 10_000 {
		t.Errorf("only %d descriptors were compared", compared)
	}
}
