package rtpstream

import (
	"testing"
	"time"
)

func TestTicksOf(t *testing.T) {
	tests := []struct {
		name string
		d    time.Duration
		rate uint32
		want int64
	}{
		{"zero", 0, videoClock, 0},
		{"frame", 40 * time.Millisecond, videoClock, 3600},
		{"opus frame", 20 * time.Millisecond, audioClock, 960},
		{"backwards", -time.Second, audioClock, -48000},
		{"ten years", 10 * 365 * 24 * time.Hour, videoClock, 10 * 365 * 24 * 3600 * videoClock},
		{"greatest rate", 999_999_999, 1<<32 - 1, 4294967290},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ticksOf(tt.d, tt.rate); got != tt.want {
				t.Errorf("ticksOf(%v, %d) = %d, want %d", tt.d, tt.rate, got, tt.want)
			}
		})
	}
}

func TestNtp(t *testing.T) {
	// The example of RFC 3550 §6.4.1, figure 2: 10 Nov 1995 11:33:25.125 UTC.
	when := time.Date(1995, 11, 10, 11, 33, 25, 125_000_000, time.UTC)
	if got, want := ntpOf(when), uint64(0xb44db705_20000000); got != want {
		t.Errorf("ntpOf = %#x, want %#x", got, want)
	}
	if got, want := compactNtp(0xb44db705_20000000), uint32(0xb7052000); got != want {
		t.Errorf("compactNtp = %#x, want %#x", got, want)
	}
	if got, want := compactOf(5250*time.Millisecond), uint32(0x00054000); got != want {
		t.Errorf("compactOf(5.25 s) = %#x, want %#x", got, want)
	}
	if got, want := durationOfCompact(0x00054000), 5250*time.Millisecond; got != want {
		t.Errorf("durationOfCompact = %v, want %v", got, want)
	}
}

func TestCompactOfBounds(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want uint32
	}{
		{-time.Second, 0},
		{0, 0},
		{65535 * time.Second, 65535 << 16},
		{65536 * time.Second, 1<<32 - 1},
		{1<<63 - 1, 1<<32 - 1},
	}
	for _, tt := range tests {
		if got := compactOf(tt.d); got != tt.want {
			t.Errorf("compactOf(%v) = %#x, want %#x", tt.d, got, tt.want)
		}
	}
}

func TestTicksBetweenNtp(t *testing.T) {
	tests := []struct {
		name string
		a, b uint64
		want int64
	}{
		{"same", 5 << 32, 5 << 32, 0},
		{"half a second ahead", 5<<32 + 1<<31, 5 << 32, 45000},
		{"half a second behind", 5 << 32, 5<<32 + 1<<31, -45000},
		{"seconds behind", 2 << 32, 5<<32 + 1<<31, -315000},
		{"over the NTP era", 1 << 32, ^uint64(0) - 1<<32 + 1, 180000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ticksBetweenNtp(tt.a, tt.b, videoClock); got != tt.want {
				t.Errorf("ticksBetweenNtp = %d, want %d", got, tt.want)
			}
		})
	}
}
