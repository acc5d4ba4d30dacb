package capture

// #cgo pkg-config: vpx
// #include <stdlib.h>
// #include <string.h>
// #include <vpx/vp8cx.h>
// #include <vpx/vpx_encoder.h>
//
// typedef struct {
//   vpx_codec_ctx_t context;
//   vpx_codec_enc_cfg_t config;
//   vpx_image_t picture;
// } vp8_encoder;
//
// static vpx_codec_err_t vp8_open(vp8_encoder *e, unsigned width, unsigned height,
//     unsigned threads, unsigned kbps, int speed, int screen) {
//   vpx_codec_iface_t *iface = vpx_codec_vp8_cx();
//   vpx_codec_enc_cfg_t *c = &e->config;
//   vpx_codec_err_t err = vpx_codec_enc_config_default(iface, c, 0);
//   if (err) return err;
//   c->g_w = width;
//   c->g_h = height;
//   c->g_threads = threads;
//   c->g_timebase.num = 1;
//   c->g_timebase.den = 90000;
//   c->g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
//   c->g_lag_in_frames = 0;
//   c->g_pass = VPX_RC_ONE_PASS;
//   c->rc_end_usage = VPX_CBR;
//   c->rc_target_bitrate = kbps;
//   c->rc_min_quantizer = screen ? 4 : 2;
//   c->rc_max_quantizer = 56;
//   c->rc_undershoot_pct = 100;
//   c->rc_overshoot_pct = 15;
//   // Short buffers: the default of 6 s takes as long to follow a new rate.
//   c->rc_buf_initial_sz = 500;
//   c->rc_buf_optimal_sz = 600;
//   c->rc_buf_sz = 1000;
//   c->rc_dropframe_thresh = 30;
//   c->rc_resize_allowed = 0;
//   c->kf_mode = VPX_KF_DISABLED; // on request alone
//   err = vpx_codec_enc_init(&e->context, iface, c, 0);
//   if (err) return err;
//   vpx_codec_control(&e->context, VP8E_SET_CPUUSED, speed);
//   vpx_codec_control(&e->context, VP8E_SET_NOISE_SENSITIVITY, 0);
//   vpx_codec_control(&e->context, VP8E_SET_STATIC_THRESHOLD, screen ? 100 : 1);
//   vpx_codec_control(&e->context, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
//   vpx_codec_control(&e->context, VP8E_SET_SCREEN_CONTENT_MODE, screen);
//   // A keyframe may take as long as nine others.
//   vpx_codec_control(&e->context, VP8E_SET_MAX_INTRA_BITRATE_PCT, 900);
//   // Only describes a picture; the planes come with each frame.
//   vpx_img_wrap(&e->picture, VPX_IMG_FMT_I420, width, height, 1, (unsigned char *)1);
//   return VPX_CODEC_OK;
// }
//
// static vpx_codec_err_t vp8_set_bitrate(vp8_encoder *e, unsigned kbps) {
//   e->config.rc_target_bitrate = kbps;
//   return vpx_codec_enc_config_set(&e->context, &e->config);
// }
//
// // The encoder copies the picture, so it keeps no pointer into Go's memory.
// static vpx_codec_err_t vp8_encode(vp8_encoder *e, unsigned char *y, unsigned char *cb,
//     unsigned char *cr, int y_stride, int c_stride, long long pts, unsigned long duration, int key) {
//   e->picture.planes[0] = y;
//   e->picture.planes[1] = cb;
//   e->picture.planes[2] = cr;
//   e->picture.stride[0] = y_stride;
//   e->picture.stride[1] = c_stride;
//   e->picture.stride[2] = c_stride;
//   vpx_codec_err_t err = vpx_codec_encode(&e->context, &e->picture, pts, duration,
//       key ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME);
//   memset(e->picture.planes, 0, sizeof e->picture.planes);
//   return err;
// }
//
// static const void *vp8_next(vp8_encoder *e, vpx_codec_iter_t *at, size_t *size, int *key) {
//   const vpx_codec_cx_pkt_t *packet;
//   while ((packet = vpx_codec_get_cx_data(&e->context, at))) {
//     if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
//     *size = packet->data.frame.sz;
//     *key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
//     return packet->data.frame.buf;
//   }
//   return NULL;
// }
import "C"

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"time"
	"unsafe"
)

// vp8Config says what a vp8 is to encode.
type vp8Config struct {
	width, height int
	bitrateBps    int
	screen        bool
}

// vp8 encodes one layer with libvpx. mediadevices' own encoder gives no access to
// the speed nor to the buffers of the rate control, without which it costs five
// times as much and takes seconds to follow a new rate.
type vp8 struct {
	c           *C.vp8_encoder
	config      vp8Config
	start, last time.Time
	lastTicks   int64
}

func newVP8(config vp8Config) (*vp8, error) {
	if config.width < 1 || config.height < 1 || config.width > maxSide || config.height > maxSide {
		return nil, fmt.Errorf("%w: %dx%d", errSize, config.width, config.height)
	}
	c := (*C.vp8_encoder)(C.calloc(1, C.sizeof_vp8_encoder))
	if c == nil {
		return nil, errors.New("no memory for the encoder")
	}
	screen := C.int(0)
	if config.screen {
		screen = 1
	}
	code := C.vp8_open(c, C.uint(config.width), C.uint(config.height), C.uint(threads(config.width*config.height)),
		kbps(config.bitrateBps), C.int(speed(config)), screen)
	if code != C.VPX_CODEC_OK {
		C.free(unsafe.Pointer(c))
		return nil, vpxError("open the encoder", code)
	}
	return &vp8{c: c, config: config}, nil
}

// speed is libvpx's cpu-used, negative for a fixed one: -4 costs nearly twice as
// much as -5, and beyond -6 little is gained.
func speed(config vp8Config) int {
	if config.width*config.height <= 352*288 {
		return -5
	}
	return -6
}

// threads leaves half of the processors to everything else.
func threads(pixels int) int {
	if pixels < 1280*720 {
		return 1
	}
	return max(1, min(4, runtime.NumCPU()/2))
}

// kbps never is 0, which libvpx takes for no bound.
func kbps(bps int) C.uint { return C.uint(max(1, bps/1000)) }

// setBitrate bounds what comes from the next frame on.
func (e *vp8) setBitrate(bps int) error {
	if bps == e.config.bitrateBps {
		return nil
	}
	e.config.bitrateBps = bps
	if code := C.vp8_set_bitrate(e.c, kbps(bps)); code != C.VPX_CODEC_OK {
		return vpxError("set the bitrate", code)
	}
	return nil
}

// encode gives the frame's bytes, none if the rate control dropped it.
func (e *vp8) encode(p *image.YCbCr, taken time.Time, key bool) (frame []byte, isKey bool, err error) {
	if p.Rect.Dx() != e.config.width || p.Rect.Dy() != e.config.height {
		return nil, false, fmt.Errorf("%w: %v", errSize, p.Rect)
	}
	ticks, duration := e.tick(taken)
	code := C.vp8_encode(e.c, (*C.uchar)(&p.Y[0]), (*C.uchar)(&p.Cb[0]), (*C.uchar)(&p.Cr[0]),
		C.int(p.YStride), C.int(p.CStride), C.longlong(ticks), C.ulong(duration), cBool(key))
	if code != C.VPX_CODEC_OK {
		return nil, false, vpxError("encode", code)
	}
	var at C.vpx_codec_iter_t
	var size C.size_t
	var keyFlag C.int
	for data := C.vp8_next(e.c, &at, &size, &keyFlag); data != nil; data = C.vp8_next(e.c, &at, &size, &keyFlag) {
		frame = append(frame, C.GoBytes(data, C.int(size))...)
		isKey = isKey || keyFlag != 0
	}
	return frame, isKey, nil
}

// tick is a time in 90 kHz, always later than the last, and how long ago that was.
func (e *vp8) tick(taken time.Time) (ticks, duration int64) {
	if e.start.IsZero() {
		e.start = taken
		return 0, 3000
	}
	ticks = max(int64(taken.Sub(e.start)*9/1e5), e.lastTicks+1)
	duration = ticks - e.lastTicks
	e.lastTicks = ticks
	return ticks, duration
}

func (e *vp8) close() {
	if e.c == nil {
		return
	}
	C.vpx_codec_destroy(&e.c.context)
	C.free(unsafe.Pointer(e.c))
	e.c = nil
}

func cBool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

func vpxError(what string, code C.vpx_codec_err_t) error {
	return fmt.Errorf("%s: %s", what, C.GoString(C.vpx_codec_err_to_string(code)))
}
