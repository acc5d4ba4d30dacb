package capture

import (
	"image"

	"takoshome/app/media"
)

// maxSide is the longest side of a picture that is taken from a device.
const maxSide = 4096

// kind tells how a picture is encoded.
type kind int

const (
	kindCamera kind = iota
	kindScreen
)

// layerScales are how much smaller each layer is than the picture, the smallest
// layer first.
func layerScales(size image.Point, most int, kind kind) []int {
	n := 1
	switch lines := min(size.X, size.Y); {
	case lines >= 720 && kind == kindCamera:
		n = 3
	case lines >= 360:
		n = 2
	}
	n = max(1, min(n, most))
	scales := make([]int, n)
	for i := range scales {
		scales[i] = 1 << (n - 1 - i)
	}
	return scales
}

// planLayers describes the layers of a picture of that size.
func planLayers(size image.Point, most, framesS int, kind kind) []media.Layer {
	var layers []media.Layer
	for i, scale := range layerScales(size, most, kind) {
		s := shrink(size, scale)
		layers = append(layers, media.Layer{
			Rid: rid(i), Width: s.X, Height: s.Y, ScaleDown: float64(scale),
			MaxBps: maxBps(s, kind), MaxFramesS: framesS,
		})
	}
	if len(layers) == 1 {
		layers[0].Rid = ""
	}
	return layers
}

func rid(i int) string { return string([]byte{'r', byte('0' + i)}) }

// shrink divides a size; no side becomes nothing.
func shrink(size image.Point, scale int) image.Point {
	return image.Pt(max(1, size.X/scale), max(1, size.Y/scale))
}

// maxBps is beyond which more bits show little: about those that browsers use,
// of 640x360 500 kbit/s and of 1280x720 1.5 Mbit/s. Text on screens needs more.
func maxBps(size image.Point, kind kind) int {
	pixels := size.X * size.Y
	bps := 0
	switch {
	case pixels <= 320*180:
		bps = max(80_000, pixels*150_000/(320*180))
	case pixels <= 640*360:
		bps = 150_000 + (pixels-320*180)*350_000/(640*360-320*180)
	case pixels <= 1280*720:
		bps = 500_000 + (pixels-640*360)*1_000_000/(1280*720-640*360)
	default:
		bps = min(3_000_000, 1_500_000+(pixels-1280*720)*1_500_000/(1920*1080-1280*720))
	}
	if kind == kindScreen {
		bps = bps * 3 / 2
	}
	return bps
}
