package codec

import (
	"fmt"
	"testing"

	"github.com/pion/rtp/codecs"
)

func TestVp8(t *testing.T) {
	const (
		key   = "10 02 00 9d 01 2a 80 02 e0 01" // 640x480
		delta = "31 02 00 aa bb cc dd ee ff 00"
	)
	size := Info{KeyFrame: true, StartOfFrame: true, Width: 640, Height: 480}
	with := func(i Info, temporal uint8) Info { i.TemporalLayer = temporal; return i }
	start := Info{StartOfFrame: true}
	tests := []struct {
		name, payload string
		want          Info
	}{
		{"keyframe without extension", "10" + key, size},
		{"keyframe as libwebrtc packs it", "90 e0 87 fe 2a 00" + key, size},
		{"the same, temporal layer 2", "90 e0 87 fe 2a 80" + key, with(size, 2)},
		{"short PictureID", "90 80 2a" + key, size},
		{"TL0PICIDX alone", "90 40 2a" + key, size},
		{"KEYIDX alone is no layer", "90 10 c5" + key, size},
		{"all fields", "90 f0 87 fe 2a 6f" + key, with(size, 1)},
		{"scaled picture", "10 10 02 00 9d 01 2a 80 42 e0 81", size},
		{"delta frame", "90 e0 87 ff 2a 40" + delta, with(start, 1)},
		{"keyframe goes on", "80 e0 87 fe 2a 00" + key, Info{}},
		{"second partition", "91 e0 87 fe 2a 00" + key, Info{}},
		{"no start code: encrypted", "10 10 02 00 9d 01 2b 80 02 e0 01", start},
		{"keyframe without a size", "10 10 02 00 9d 01 2a 00 00 e0 01", Info{KeyFrame: true, StartOfFrame: true}},
		{"cut off in the frame header", "10 10 02 00 9d 01 2a 80 02 e0", start},
		{"cut off behind the descriptor", "90 e0 87 fe 2a 00", Info{}},
		{"cut off before TID", "90 e0 87 fe 2a", Info{}},
		{"cut off before TL0PICIDX", "90 e0 87 fe", Info{}},
		{"cut off in PictureID", "90 e0 87", Info{}},
		{"cut off before PictureID", "90 e0", Info{}},
		{"cut off before the extension", "90", Info{}},
		{"nothing", "", Info{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseVp8(unhex(t, tt.payload)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// Every descriptor there is, against another implementation.
func TestVp8DescriptorsAgainstPion(t *testing.T) {
	for first := range 256 {
		for extension := range 256 {
			for _, pictureID := range []byte{0x7f, 0x80} {
				payload := append([]byte{byte(first), byte(extension), pictureID}, 0xa5, 0x5a, 0xc3, 0x3c, 0x01)
				var want codecs.VP8Packet
				if _, err := want.Unmarshal(payload); err != nil {
					t.Fatalf("%x: %v", payload, err)
				}
				temporal := uint8(0)
				if want.T == 1 {
					temporal = want.TID
				}
				start := want.S == 1 && want.PID == 0
				got := fmt.Sprint(parseVp8(payload))
				if want := fmt.Sprint(Info{StartOfFrame: start, TemporalLayer: temporal}); got != want {
					t.Fatalf("%x: got %s, want %s", payload, got, want)
				}
			}
		}
	}
}
