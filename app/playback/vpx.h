// What vpx.go needs of libvpx.
#include <vpx/vpx_decoder.h>

struct th_vpx;

// th_vpx_open returns NULL on failure.
struct th_vpx *th_vpx_open(int vp9, unsigned threads);
void th_vpx_close(struct th_vpx *decoder);

// th_vpx_decode returns 0 on failure. The picture, NULL if there is none to be
// shown, is the decoder's until it is called again.
int th_vpx_decode(struct th_vpx *decoder, const unsigned char *data, unsigned size, vpx_image_t **picture);
