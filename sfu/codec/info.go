package codec

import "strings"

// Info is what one RTP payload says of itself.
type Info struct {
	// KeyFrame tells that a keyframe begins in this packet and that a decoder
	// can start here: it is not set on the keyframe's further packets.
	KeyFrame bool
	// Width and Height are the keyframe's size in pixels, of the largest
	// spatial layer where the payload tells it; 0 when unknown.
	Width, Height uint16
	// SpatialLayer and TemporalLayer are 0 where the payload names none.
	SpatialLayer, TemporalLayer uint8
	// StartOfFrame tells that a frame (a spatial layer's frame with VP9)
	// begins in this packet; with H.264 and AV1, where parameters go before
	// the picture, more than one packet of a frame may say so.
	StartOfFrame bool
	// EndOfFrame tells that a spatial layer's frame ends with this packet.
	// Only VP9 says so; the others leave it to the RTP marker bit.
	EndOfFrame bool
}

// Parser reads one RTP payload. It keeps nothing of it, allocates nothing, and
// may be called by several goroutines at once.
type Parser func(payload []byte) Info

// ParserFor returns the Parser of a MIME type such as "video/VP8", nil for
// audio and for anything unknown.
func ParserFor(mimeType string) Parser {
	switch strings.ToLower(mimeType) {
	case "video/vp8":
		return parseVp8
	case "video/vp9":
		return parseVp9
	case "video/h264":
		return parseH264
	case "video/av1":
		return parseAv1
	}
	return nil
}

// setSize keeps a size that fits; nothing larger than 65,535 is a picture.
func (i *Info) setSize(width, height uint64) {
	const limit = 1<<16 - 1
	if width == 0 || height == 0 || width > limit || height > limit {
		return
	}
	i.Width, i.Height = uint16(width), uint16(height)
}
