package codec

import (
	"fmt"
	"math"
	"testing"
)

// Parameter sets of x264, with their NAL unit headers.
const (
	spsBaseline = "6742c00ad90727889b011000000300100000030140f12264"
	spsMain720  = "674d401feca02802dd8088000003000800000300a078c18cb0"
)

func TestH264(t *testing.T) {
	const pps, idr, slice = "68ce0f2c80", "65888404", "419a2211"
	key := Info{KeyFrame: true, StartOfFrame: true, Width: 1280, Height: 720}
	start := Info{StartOfFrame: true}
	withSize := func(nal string) string { return fmt.Sprintf("%04x%s", len(unhex(t, nal)), nal) }
	tests := []struct {
		name, payload string
		want          Info
	}{
		{"sequence parameters", spsMain720, key},
		{"picture parameters", pps, Info{}},
		{"IDR picture", idr, start},
		{"IDR picture goes on", "65088404", Info{}},
		{"predicted picture", slice, start},
		{"second slice of a picture", "414b9a22", Info{}},
		{"data partition A", "4288aabb", start},
		{"delimiter", "0910", start},
		{"enhancement information", "0605ff", Info{}},
		{"STAP-A of both parameters", "78" + withSize(spsMain720) + withSize(pps), key},
		{"STAP-A, parameters last", "78" + withSize("0910") + withSize(pps) + withSize(spsMain720), key},
		{"STAP-A with the picture", "78" + withSize(spsMain720) + withSize(pps) + withSize(idr), key},
		{"STAP-A, the first parameters count", "78" + withSize(spsMain720) + withSize(spsBaseline), key},
		{"STAP-A of slices", "58" + withSize(slice), start},
		{"STAP-A cut off behind the parameters", "78" + withSize(spsMain720) + "0040", key},
		{"STAP-A cut off in the parameters", "78" + withSize(spsMain720)[:30], Info{}},
		{"STAP-A with an empty unit", "78 0000" + withSize(spsMain720), Info{}},
		{"FU-A starts an IDR picture", "7c85" + idr[2:], start},
		{"FU-A goes on", "7c05" + idr[2:], Info{}},
		{"FU-A ends", "7c45" + idr[2:], Info{}},
		{"FU-A starts a second slice", "5c81 4b9a22", Info{}},
		{"FU-A starts sequence parameters", "7c87" + spsMain720[2:], key},
		{"FU-A continues sequence parameters", "7c07" + spsMain720[2:], Info{}},
		{"FU-A without a fragment", "7c85", Info{}},
		{"sequence parameters cut off", spsMain720[:12], Info{KeyFrame: true, StartOfFrame: true}},
		{"STAP-A of one byte", "78", Info{}},
		{"FU-A of one byte", "7c", Info{}},
		{"one byte", "67", Info{}},
		{"nothing", "", Info{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseH264(unhex(t, tt.payload)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestSpsOfX264(t *testing.T) {
	tests := []struct {
		name, sps     string
		width, height uint16
	}{
		{"baseline", spsBaseline, 98, 54},
		{"main", spsMain720, 1280, 720},
		{"high, cropped to 1080", "67640028acd940780227e5c044000003000400000300503c60c658", 1920, 1080},
		{"high, interlaced", "67640028acd94078044fde022000000300200000030283e2c5b2c0", 1920, 1080},
		{"high 10", "676e000aa6cd94727889b011000003000100000300140f122596", 98, 54},
		{"high 4:2:2", "677a000abcd94727888bc044000003000400000300503c489658", 98, 54},
		{"high 4:4:4", "67f4000a919b28e4f1f1780880000003008000000a078912cb", 98, 54},
		{"monochrome", "6764000af3651c9e3e2f016c80000003008000000a078912cb", 98, 54},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseH264(unhex(t, tt.sps))
			if !got.KeyFrame || got.Width != tt.width || got.Height != tt.height {
				t.Errorf("got %+v, want %dx%d", got, tt.width, tt.height)
			}
		})
	}
}

// Parts of parameter sets that x264 does not write.
func TestSpsSynthetic(t *testing.T) {
	tests := []struct {
		name          string
		sps           func(w *bitWriter)
		width, height uint16
	}{
		{"scaling lists", func(w *bitWriter) {
			w.spsHead(100)
			w.spsHigh(chroma420, false, func() {
				for list := range 8 {
					w.scalingList(list, list%3)
				}
			})
			w.spsTail(0, 640, 480, 0)
		}, 640, 480},
		{"scaling lists of 4:4:4", func(w *bitWriter) {
			w.spsHead(244)
			w.spsHigh(chroma444, false, func() {
				for list := range 12 {
					w.scalingList(list, 1+list%2)
				}
			})
			w.spsTail(0, 640, 480, 0)
		}, 640, 480},
		{"separate planes crop by one pixel", func(w *bitWriter) {
			w.spsHead(244)
			w.spsHigh(chroma444, true, nil)
			w.spsTail(0, 640, 480, 3)
		}, 637, 480},
		{"4:2:0 crops by two", func(w *bitWriter) {
			w.spsHead(66)
			w.spsTail(0, 640, 480, 3)
		}, 634, 480},
		{"picture order of type 1", func(w *bitWriter) {
			w.spsHead(77)
			w.spsTail(1, 640, 480, 0)
		}, 640, 480},
		{"picture order of type 2", func(w *bitWriter) {
			w.spsHead(77)
			w.spsTail(2, 640, 480, 0)
		}, 640, 480},
		{"largest size", func(w *bitWriter) {
			w.spsHead(66)
			w.spsTail(0, 65536, 65520, 8)
		}, 65520, 65520},
		{"too wide", func(w *bitWriter) {
			w.spsHead(66)
			w.spsTail(0, 65536, 480, 0)
		}, 0, 0},
		{"cropped to nothing", func(w *bitWriter) {
			w.spsHead(66)
			w.spsTail(0, 640, 480, 320)
		}, 0, 0},
		{"cropped by far too much", func(w *bitWriter) {
			w.spsHead(66)
			w.spsTail(0, 640, 480, math.MaxUint32-1)
		}, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var w bitWriter
			tt.sps(&w)
			got := parseH264(append([]byte{0x67}, w.escaped()...))
			if !got.KeyFrame || got.Width != tt.width || got.Height != tt.height {
				t.Errorf("got %+v, want %dx%d", got, tt.width, tt.height)
			}
		})
	}
}

func (w *bitWriter) spsHead(profile uint64) {
	w.u(8, profile)
	w.u(16, 31) // level 3.1
	w.ue(0)
}

func (w *bitWriter) spsHigh(chroma uint32, separatePlanes bool, lists func()) {
	w.ue(chroma)
	if chroma == chroma444 {
		w.bits = append(w.bits, separatePlanes)
	}
	w.ue(0)
	w.ue(0)
	w.u(1, 0)
	w.bits = append(w.bits, lists != nil)
	if lists != nil {
		lists()
	}
}

// scalingList writes one: 0 absent, 1 whole, 2 ending early.
func (w *bitWriter) scalingList(list, kind int) {
	w.bits = append(w.bits, kind != 0)
	switch kind {
	case 1:
		size := 16
		if list >= 6 {
			size = 64
		}
		for i := range size {
			w.se(int32(i%3) - 1)
		}
	case 2:
		w.se(4)
		w.se(-12) // 8 + 4 - 12: the next scale is 0
	}
}

func (w *bitWriter) spsTail(orderType, width, height, cropRight uint32) {
	w.ue(0)
	w.ue(orderType)
	switch orderType {
	case 0:
		w.ue(4)
	case 1:
		w.u(1, 0)
		w.se(-5)
		w.se(1000)
		w.ue(3)
		for _, offset := range []int32{1, -1, 70000} {
			w.se(offset)
		}
	}
	w.ue(1)
	w.u(1, 0)
	w.ue(width/16 - 1)
	w.ue(height/16 - 1)
	w.u(2, 0b11) // frames only, direct_8x8_inference_flag
	if cropRight == 0 {
		w.u(1, 0)
		return
	}
	w.u(1, 1)
	for _, edge := range []uint32{0, cropRight, 0, 0} {
		w.ue(edge)
	}
}
