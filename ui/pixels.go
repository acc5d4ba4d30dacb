package ui

import (
	"image"
	"math"
)

// aspectOf is width by height.
func aspectOf(size image.Point) float64 {
	if size.Y == 0 {
		return 0
	}
	return float64(size.X) / float64(size.Y)
}

// cut leaves the middle of a picture in another shape. It moves the pixels in
// the picture's own memory: Fyne takes no part of a picture as it is.
func cut(picture *image.RGBA, shape float64) *image.RGBA {
	size := picture.Rect.Size()
	width, height := size.X, size.Y
	if aspectOf(size) > shape {
		width = min(max(int(float64(height)*shape+0.5), 1), width)
	} else {
		height = min(max(int(float64(width)/shape+0.5), 1), height)
	}
	left, top := (size.X-width)/2, (size.Y-height)/2
	small := &image.RGBA{Pix: picture.Pix[:4*width*height], Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
	for y := range height {
		from := (top+y)*picture.Stride + 4*left
		copy(small.Pix[y*small.Stride:], picture.Pix[from:from+small.Stride])
	}
	return small
}

// mirror turns a picture round in its place.
func mirror(picture *image.RGBA) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	for y := range height {
		row := picture.Pix[y*picture.Stride : y*picture.Stride+4*width]
		for left, right := 0, 4*(width-1); left < right; left, right = left+4, right-4 {
			a, b := row[left:left+4:left+4], row[right:right+4:right+4]
			a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3] = b[0], b[1], b[2], b[3], a[0], a[1], a[2], a[3]
		}
	}
}

// shrinkage is how much smaller a picture is than where it is drawn.
func shrinkage(picture, place image.Point) float64 {
	if place.X == 0 || place.Y == 0 {
		return 0
	}
	return max(float64(picture.X)/float64(place.X), float64(picture.Y)/float64(place.Y))
}

// roundOff makes the corners of a picture clear. Fyne's own way to round a
// picture takes a quarter of a core for four friends without a graphics card.
func roundOff(picture *image.RGBA, radius float64) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	side := min(int(radius+0.5), width/2, height/2)
	for y := range side {
		for x := range side {
			dx, dy := radius-float64(x)-0.5, radius-float64(y)-0.5
			cover := radius - math.Sqrt(dx*dx+dy*dy) + 0.5
			if cover >= 1 {
				break // the rest of the line is inside
			}
			for _, corner := range [...][2]int{{x, y}, {width - 1 - x, y}, {x, height - 1 - y}, {width - 1 - x, height - 1 - y}} {
				fade(picture.Pix[picture.PixOffset(corner[0], corner[1]):][:4], cover)
			}
		}
	}
}

// fade weakens a pixel, alpha included.
func fade(pixel []uint8, cover float64) {
	for i, value := range pixel {
		pixel[i] = uint8(float64(value)*max(cover, 0) + 0.5)
	}
}
