#include "vpx.h"

#include <stdlib.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_frame_buffer.h>

// A picture of 4096x2304 with 4:4:4 and its borders fits; libvpx itself would
// take 16384x16384.
#define MAX_BUFFER (36 << 20)
#define BUFFERS (VPX_MAXIMUM_WORK_BUFFERS + VP9_MAXIMUM_REF_BUFFERS + 4)

struct buffer {
	unsigned char *data;
	size_t size;
	int used;
};

struct th_vpx {
	vpx_codec_ctx_t ctx;
	struct buffer buffers[BUFFERS]; // of VP9
};

// get_buffer lends memory for a VP9 frame, and none for one that is too large.
static int get_buffer(void *priv, size_t size, vpx_codec_frame_buffer_t *lent) {
	struct th_vpx *decoder = priv;
	struct buffer *found = NULL;
	if (size > MAX_BUFFER)
		return -1;
	for (int i = 0; i < BUFFERS; i++) {
		struct buffer *b = &decoder->buffers[i];
		if (b->used)
			continue;
		if (!found || (found->size < size && b->size > found->size))
			found = b;
	}
	if (!found)
		return -1;
	if (found->size < size) {
		free(found->data);
		found->data = calloc(1, size);
		found->size = found->data ? size : 0;
		if (!found->data)
			return -1;
	}
	found->used = 1;
	lent->data = found->data;
	lent->size = found->size;
	lent->priv = found;
	return 0;
}

static int release_buffer(void *priv, vpx_codec_frame_buffer_t *lent) {
	struct buffer *b = lent->priv;
	(void)priv;
	if (b)
		b->used = 0;
	lent->priv = NULL;
	return 0;
}

struct th_vpx *th_vpx_open(int vp9, unsigned threads) {
	struct th_vpx *decoder = calloc(1, sizeof *decoder);
	vpx_codec_dec_cfg_t cfg = { .threads = threads };
	if (!decoder)
		return NULL;
	if (vpx_codec_dec_init(&decoder->ctx, vp9 ? vpx_codec_vp9_dx() : vpx_codec_vp8_dx(), &cfg, 0) != VPX_CODEC_OK) {
		free(decoder);
		return NULL;
	}
	if (vp9 && vpx_codec_set_frame_buffer_functions(&decoder->ctx, get_buffer, release_buffer, decoder) != VPX_CODEC_OK) {
		th_vpx_close(decoder);
		return NULL;
	}
	return decoder;
}

void th_vpx_close(struct th_vpx *decoder) {
	vpx_codec_destroy(&decoder->ctx);
	for (int i = 0; i < BUFFERS; i++)
		free(decoder->buffers[i].data);
	free(decoder);
}

int th_vpx_decode(struct th_vpx *decoder, const unsigned char *data, unsigned size, vpx_image_t **picture) {
	vpx_codec_iter_t iter = NULL;
	vpx_image_t *next;
	int corrupted = 0;
	*picture = NULL;
	if (vpx_codec_decode(&decoder->ctx, data, size, NULL, 0) != VPX_CODEC_OK)
		return 0;
	while ((next = vpx_codec_get_frame(&decoder->ctx, &iter)))
		*picture = next;
	if (*picture && vpx_codec_control(&decoder->ctx, VP8D_GET_FRAME_CORRUPTED, &corrupted) == VPX_CODEC_OK && corrupted)
		return 0;
	return 1;
}
