package playback

/*
#cgo pkg-config: openh264
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wels/codec_api.h>

static ISVCDecoder *th_h264_open(void) {
	ISVCDecoder *decoder = NULL;
	SDecodingParam param;
	int level = WELS_LOG_QUIET;
	if (WelsCreateDecoder(&decoder) != 0 || !decoder)
		return NULL;
	(*decoder)->SetOption(decoder, DECODER_OPTION_TRACE_LEVEL, &level);
	memset(&param, 0, sizeof param);
	param.uiTargetDqLayer = (unsigned char)-1;
	param.eEcActiveIdc = ERROR_CON_DISABLE;
	param.sVideoProperty.size = sizeof param.sVideoProperty;
	param.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
	if ((*decoder)->Initialize(decoder, &param) != 0) {
		WelsDestroyDecoder(decoder);
		return NULL;
	}
	return decoder;
}

static void th_h264_close(ISVCDecoder *decoder) {
	(*decoder)->Uninitialize(decoder);
	WelsDestroyDecoder(decoder);
}

struct th_h264_picture {
	unsigned char *data[3];
	int stride[2];
	int width, height, format;
};

// th_h264_decode returns 0 on failure. Without a picture its width is 0; else it
// is the decoder's until it is called again.
static int th_h264_decode(ISVCDecoder *decoder, const unsigned char *data, int size, struct th_h264_picture *picture) {
	SBufferInfo info;
	memset(&info, 0, sizeof info);
	memset(picture, 0, sizeof *picture);
	if ((*decoder)->DecodeFrameNoDelay(decoder, data, size, picture->data, &info) != dsErrorFree)
		return 0;
	if (info.iBufferStatus == 1 && picture->data[0]) {
		SSysMEMBuffer *b = &info.UsrData.sSystemBuffer;
		picture->width = b->iWidth;
		picture->height = b->iHeight;
		picture->format = b->iFormat;
		picture->stride[0] = b->iStride[0];
		picture->stride[1] = b->iStride[1];
	}
	return 1;
}
*/
import "C"

import (
	"image"
	"unsafe"

	"takoshome/app/playback/assembly"
)

// h264Decoder decodes H.264 with openh264: baseline, and what it has of main
// and high profile.
type h264Decoder struct {
	decoder *C.ISVCDecoder // nil until it begins, and after an error
}

// decode implements decoder.
func (d *h264Decoder) decode(frame assembly.Frame, into *image.YCbCr) (*image.YCbCr, error) {
	if d.decoder == nil {
		if d.decoder = C.th_h264_open(); d.decoder == nil {
			return nil, ErrDecoder
		}
	}
	var shown C.struct_th_h264_picture
	for _, part := range frame.Parts {
		if len(part) == 0 {
			continue
		}
		if C.th_h264_decode(d.decoder, (*C.uchar)(unsafe.Pointer(&part[0])), C.int(len(part)), &shown) == 0 {
			d.close()
			return nil, ErrCorrupt
		}
	}
	if shown.width == 0 {
		return nil, nil
	}
	into, ok := fitPicture(into, int(shown.width), int(shown.height))
	if !ok || shown.format != C.videoFormatI420 {
		d.close()
		return nil, ErrCorrupt
	}
	from := source{xShift: 1, yShift: 1}
	for i := range from.data {
		from.data[i], from.stride[i] = unsafe.Pointer(shown.data[i]), int(shown.stride[min(i, 1)])
	}
	from.copyTo(into)
	return into, nil
}

// close implements decoder.
func (d *h264Decoder) close() {
	if d.decoder != nil {
		C.th_h264_close(d.decoder)
		d.decoder = nil
	}
}
