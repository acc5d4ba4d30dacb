package y4m

import (
	"fmt"
	"image"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read.
const (
	maxSide       = 4096
	maxFramesS    = 240
	maxLine       = 1024 // bytes
	magic         = "YUV4MPEG2"
	frameMagic    = "FRAME"
	longestPeriod = 10 * time.Second
)

// Header describes a film.
type Header struct {
	Width, Height int
	// Period is the time between two frames.
	Period    time.Duration
	Subsample image.YCbCrSubsampleRatio
	// FullRange means that brightness goes from 0 to 255, not from 16 to 235.
	FullRange bool
}

// parseHeader reads the first line, without its line feed.
func parseHeader(line string) (Header, error) {
	first, rest, _ := strings.Cut(line, " ")
	if first != magic {
		return Header{}, fmt.Errorf("%w: it begins otherwise", ErrFormat)
	}
	h := Header{Period: time.Second / 25, Subsample: image.YCbCrSubsampleRatio420}
	for field := range strings.FieldsSeq(rest) {
		if err := h.set(field[0], field[1:]); err != nil {
			return Header{}, err
		}
	}
	if h.Width == 0 || h.Height == 0 {
		return Header{}, fmt.Errorf("%w: it has no size", ErrFormat)
	}
	return h, nil
}

func (h *Header) set(key byte, value string) (err error) {
	switch key {
	case 'W':
		h.Width, err = side(value)
	case 'H':
		h.Height, err = side(value)
	case 'F':
		h.Period, err = period(value)
	case 'C':
		h.Subsample, err = subsample(value)
	case 'X':
		if value == "COLORRANGE=FULL" {
			h.FullRange = true
		}
	}
	return err
}

func side(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%w: a side of %.20q", ErrFormat, value)
	}
	if n > maxSide {
		return 0, fmt.Errorf("%w: a side of %d pixels, at most %d", ErrUnsupported, n, maxSide)
	}
	return n, nil
}

// period is that of a rate such as "30000:1001"; "0:0" says that nobody knows.
func period(value string) (time.Duration, error) {
	over, under, _ := strings.Cut(value, ":")
	n, err1 := strconv.ParseUint(over, 10, 31)
	d, err2 := strconv.ParseUint(under, 10, 31)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("%w: a rate of %.40q", ErrFormat, value)
	}
	if n == 0 && d == 0 {
		return time.Second / 25, nil
	}
	if n == 0 || d == 0 || n > maxFramesS*d {
		return 0, fmt.Errorf("%w: a rate of %.40q", ErrUnsupported, value)
	}
	p := time.Duration(float64(d) / float64(n) * float64(time.Second))
	if p > longestPeriod {
		return 0, fmt.Errorf("%w: a rate of %.40q", ErrUnsupported, value)
	}
	return p, nil
}

func subsample(value string) (image.YCbCrSubsampleRatio, error) {
	switch value {
	case "420", "420jpeg", "420mpeg2", "420paldv":
		return image.YCbCrSubsampleRatio420, nil
	case "422":
		return image.YCbCrSubsampleRatio422, nil
	case "444":
		return image.YCbCrSubsampleRatio444, nil
	}
	return 0, fmt.Errorf("%w: colours %.20q", ErrUnsupported, value)
}
