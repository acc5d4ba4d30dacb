package playback

/*
#cgo pkg-config: vpx
#include "vpx.h"
*/
import "C"

import (
	"image"
	"runtime"
	"unsafe"

	"takoshome/app/playback/assembly"
)

// manyPixels is from where on a frame is worth more than one thread.
const manyPixels = 1280 * 720

// vpxDecoder decodes VP8 or VP9 with libvpx.
type vpxDecoder struct {
	vp9     C.int
	decoder *C.struct_th_vpx // nil until it begins, and after an error
	threads int
	wish    int // threads from the next keyframe on
}

func newVpxDecoder(vp9 bool) *vpxDecoder {
	d := &vpxDecoder{wish: 1}
	if vp9 {
		d.vp9 = 1
	}
	return d
}

// decode implements decoder.
func (d *vpxDecoder) decode(frame assembly.Frame, into *image.YCbCr) (*image.YCbCr, error) {
	if d.decoder != nil && frame.KeyFrame && d.wish != d.threads {
		d.close()
	}
	if err := d.open(); err != nil {
		return nil, err
	}
	var shown *C.vpx_image_t
	for _, part := range frame.Parts {
		if len(part) == 0 {
			continue
		}
		if C.th_vpx_decode(d.decoder, (*C.uchar)(unsafe.Pointer(&part[0])), C.uint(len(part)), &shown) == 0 {
			d.close()
			return nil, ErrCorrupt
		}
	}
	if shown == nil {
		return nil, nil
	}
	return d.copyOut(shown, into)
}

func (d *vpxDecoder) open() error {
	if d.decoder != nil {
		return nil
	}
	d.threads = d.wish
	if d.decoder = C.th_vpx_open(d.vp9, C.uint(d.threads)); d.decoder == nil {
		return ErrDecoder
	}
	return nil
}

// close implements decoder.
func (d *vpxDecoder) close() {
	if d.decoder != nil {
		C.th_vpx_close(d.decoder)
		d.decoder = nil
	}
}

func (d *vpxDecoder) copyOut(from *C.vpx_image_t, into *image.YCbCr) (*image.YCbCr, error) {
	width, height := int(from.d_w), int(from.d_h)
	d.wish = 1
	if width*height >= manyPixels {
		d.wish = min(4, runtime.NumCPU())
	}
	if from.fmt&C.VPX_IMG_FMT_HIGHBITDEPTH != 0 || from.fmt&C.VPX_IMG_FMT_PLANAR == 0 {
		return nil, ErrCorrupt
	}
	into, ok := fitPicture(into, width, height)
	if !ok {
		d.close()
		return nil, ErrCorrupt
	}
	planes := source{xShift: int(from.x_chroma_shift), yShift: int(from.y_chroma_shift)}
	for i := range planes.data {
		planes.data[i], planes.stride[i] = unsafe.Pointer(from.planes[i]), int(from.stride[i])
	}
	planes.copyTo(into)
	return into, nil
}
