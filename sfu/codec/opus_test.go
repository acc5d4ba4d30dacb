package codec

import "testing"

func TestOpusIsDtx(t *testing.T) {
	tests := []struct {
		name, payload string
		want          bool
	}{
		{"one empty frame", "78", true},
		{"one empty frame, stereo", "fc", true},
		{"one frame", "78 00", false},
		{"two empty frames of one size", "79", true},
		{"two frames of one size", "79 01 02", false},
		{"two empty frames of any size", "7a 00", true},
		{"two frames, the first empty", "7a 00 01", false},
		{"two frames, the first beyond the packet", "7a 05", false},
		{"two frames, sizes missing", "7a", false},
		{"many frames", "7b 02 aa bb", false},
		{"many frames, count missing", "7b", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := OpusIsDtx(unhex(t, tt.payload)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
