package playback

import (
	"fmt"
	"image"
	"strings"

	"takoshome/app/playback/assembly"
)

// decoder decodes one stream of video. One goroutine uses it.
type decoder interface {
	// decode gives the frame's picture, nil if it has none to be shown. It uses
	// into, the picture of the time before, if that fits. After an error it
	// begins anew, with a keyframe.
	decode(frame assembly.Frame, into *image.YCbCr) (*image.YCbCr, error)
	close()
}

func newDecoder(mimeType string) (decoder, error) {
	switch strings.ToLower(mimeType) {
	case "video/vp8":
		return newVpxDecoder(false), nil
	case "video/vp9":
		return newVpxDecoder(true), nil
	case "video/h264":
		return &h264Decoder{}, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrDecoder, mimeType)
}
