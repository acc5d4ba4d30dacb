package playback

/*
#cgo pkg-config: vpx
#include <stdlib.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vp8dx.h>

static vpx_codec_ctx_t *th_vpx_open(int vp9, unsigned threads) {
	vpx_codec_ctx_t *ctx = calloc(1, sizeof *ctx);
	vpx_codec_dec_cfg_t cfg = { .threads = threads };
	if (ctx && vpx_codec_dec_init(ctx, vp9 ? vpx_codec_vp9_dx() : vpx_codec_vp8_dx(), &cfg, 0) != VPX_CODEC_OK) {
		free(ctx);
		return NULL;
	}
	return ctx;
}

static void th_vpx_close(vpx_codec_ctx_t *ctx) {
	vpx_codec_destroy(ctx);
	free(ctx);
}

// th_vpx_decode returns 0 on failure. The picture, NULL if there is none to be
// shown, is the decoder's until it is called again.
static int th_vpx_decode(vpx_codec_ctx_t *ctx, const unsigned char *data, unsigned size, vpx_image_t **picture) {
	vpx_codec_iter_t iter = NULL;
	vpx_image_t *next;
	int corrupted = 0;
	*picture = NULL;
	if (vpx_codec_decode(ctx, data, size, NULL, 0) != VPX_CODEC_OK)
		return 0;
	while ((next = vpx_codec_get_frame(ctx, &iter)))
		*picture = next;
	if (*picture && vpx_codec_control(ctx, VP8D_GET_FRAME_CORRUPTED, &corrupted) == VPX_CODEC_OK && corrupted)
		return 0;
	return 1;
}
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
	ctx     *C.vpx_codec_ctx_t // nil until it begins, and after an error
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
	if d.ctx != nil && frame.KeyFrame && d.wish != d.threads {
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
		if C.th_vpx_decode(d.ctx, (*C.uchar)(unsafe.Pointer(&part[0])), C.uint(len(part)), &shown) == 0 {
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
	if d.ctx != nil {
		return nil
	}
	d.threads = d.wish
	if d.ctx = C.th_vpx_open(d.vp9, C.uint(d.threads)); d.ctx == nil {
		return ErrDecoder
	}
	return nil
}

// close implements decoder.
func (d *vpxDecoder) close() {
	if d.ctx != nil {
		C.th_vpx_close(d.ctx)
		d.ctx = nil
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
