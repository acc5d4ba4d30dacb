package assembly

import (
	"encoding/binary"
	"strings"

	"takoshome/sfu/codec"
)

// Largest picture that is decoded, in pixels.
const (
	MaxWidth  = 4096
	MaxHeight = 2304
)

// payload is what one packet adds to its frame.
type payload struct {
	start bool // a frame, or a layer of it, begins here
	layer bool // where it begins, the decoder gets a part of its own
	key   bool // a decoder can start here
	// alone: no other frame builds on this one.
	alone bool
	body  []byte // what the decoder gets, a copy
}

// format reads what one codec sends.
type format struct {
	// read reads a packet's payload; ok is false if it makes no sense.
	read func(data []byte) (p payload, ok bool)
	// size is that of the picture where a frame tells it, else 0.
	size func(frame []byte) (width, height int)
}

func formatOf(mimeType string) (format, error) {
	switch strings.ToLower(mimeType) {
	case "video/vp8":
		return format{read: readVp8, size: vp8Size}, nil
	case "video/vp9":
		return format{read: readVp9, size: vp9Size}, nil
	case "video/h264":
		return format{read: readH264, size: h264Size}, nil
	}
	return format{}, ErrFormat
}

// fits tells whether a frame is none of a picture that is larger than allowed. It
// looks at the whole frame, for packets may be smaller than its header.
func (f format) fits(frame []byte) bool {
	width, height := f.size(frame)
	return width <= MaxWidth && height <= MaxHeight
}

// readVp8 reads the payload descriptor of RFC 7741 §4.2:
//
//	+-+-+-+-+-+-+-+-+
//	|X|R|N|S|R| PID |  N: no other frame builds on it; S: partition PID begins
//	+-+-+-+-+-+-+-+-+
//	|I|L|T|K|  RSV  |  if X; then PictureID, TL0PICIDX, TID and KEYIDX
//	+-+-+-+-+-+-+-+-+
func readVp8(data []byte) (p payload, ok bool) {
	if len(data) < 1 {
		return payload{}, false
	}
	first, rest := data[0], data[1:]
	if first&0x80 != 0 {
		if rest, ok = skipVp8Extension(rest); !ok {
			return payload{}, false
		}
	}
	if len(rest) == 0 {
		return payload{}, false
	}
	info := codec.ParserFor("video/VP8")(data)
	return payload{
		start: first&0x17 == 0x10,
		key:   info.KeyFrame,
		alone: first&0x20 != 0,
		body:  clone(rest),
	}, true
}

// vp8Size reads the header of a keyframe (RFC 6386 §9.1).
func vp8Size(frame []byte) (width, height int) {
	const mask = 1<<14 - 1 // the upper two bits are a scaling hint
	if len(frame) < 10 || frame[0]&1 != 0 {
		return 0, 0
	}
	return int(binary.LittleEndian.Uint16(frame[6:]) & mask), int(binary.LittleEndian.Uint16(frame[8:]) & mask)
}

func skipVp8Extension(data []byte) (rest []byte, ok bool) {
	if len(data) < 1 {
		return nil, false
	}
	flags, rest := data[0], data[1:]
	if flags&0x80 != 0 {
		if rest, ok = skipPictureID(rest); !ok {
			return nil, false
		}
	}
	size := 0
	if flags&0x40 != 0 {
		size++
	}
	if flags&0x30 != 0 {
		size++
	}
	if len(rest) < size {
		return nil, false
	}
	return rest[size:], true
}

// skipPictureID drops a PictureID of 7 bits, or 15 where the first bit says so.
func skipPictureID(data []byte) (rest []byte, ok bool) {
	if len(data) < 1 {
		return nil, false
	}
	size := 1 + int(data[0]>>7)
	if len(data) < size {
		return nil, false
	}
	return data[size:], true
}

func clone(data []byte) []byte { return append([]byte(nil), data...) }
