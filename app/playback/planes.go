package playback

/*
#include <string.h>

// th_copy_plane copies every step-th column of every row_step-th row.
static void th_copy_plane(unsigned char *to, int to_stride, const unsigned char *from, int from_stride,
		int width, int height, int step, int row_step) {
	for (int y = 0; y < height; y++, to += to_stride, from += (long)from_stride * row_step) {
		if (step == 1) {
			memcpy(to, from, width);
			continue;
		}
		for (int x = 0; x < width; x++)
			to[x] = from[x * step];
	}
}
*/
import "C"

import (
	"image"
	"unsafe"

	"takoshome/app/playback/assembly"
)

// source is a picture in memory of a decoder's: Y, Cb, Cr.
type source struct {
	data   [3]unsafe.Pointer
	stride [3]int
	// The colours have half the width or height where the shift is 1.
	xShift, yShift int
}

// fitPicture gives a picture of that size, the old one if it can be used again;
// ok is false where none is allowed.
func fitPicture(old *image.YCbCr, width, height int) (_ *image.YCbCr, ok bool) {
	if width <= 0 || height <= 0 || width > assembly.MaxWidth || height > assembly.MaxHeight {
		return nil, false
	}
	if size := image.Rect(0, 0, width, height); old == nil || old.Rect != size {
		return image.NewYCbCr(size, image.YCbCrSubsampleRatio420), true
	}
	return old, true
}

// copyTo copies the picture to one of 4:2:0, and thins out colours that are finer.
func (s source) copyTo(to *image.YCbCr) {
	width, height := to.Rect.Dx(), to.Rect.Dy()
	copyPlane(to.Y, to.YStride, s.data[0], s.stride[0], width, height, 1, 1)
	width, height = (width+1)/2, (height+1)/2
	step, rowStep := 2>>s.xShift, 2>>s.yShift
	copyPlane(to.Cb, to.CStride, s.data[1], s.stride[1], width, height, step, rowStep)
	copyPlane(to.Cr, to.CStride, s.data[2], s.stride[2], width, height, step, rowStep)
}

func copyPlane(to []byte, toStride int, from unsafe.Pointer, fromStride, width, height, step, rowStep int) {
	_ = to[(height-1)*toStride+width-1]
	C.th_copy_plane((*C.uchar)(unsafe.Pointer(&to[0])), C.int(toStride), (*C.uchar)(from), C.int(fromStride),
		C.int(width), C.int(height), C.int(step), C.int(rowStep))
}
