package y4m

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
)

// Reader reads a film over and over.
type Reader struct {
	file   io.ReadSeeker
	in     *bufio.Reader
	header Header
	start  int64 // where the first frame is
	frames int   // read since the start
}

// NewReader reads the header of a film.
func NewReader(file io.ReadSeeker) (*Reader, error) {
	r := &Reader{file: file, in: bufio.NewReaderSize(file, 64<<10)}
	line, err := r.line()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it is empty or cut short", ErrFormat)
	}
	if err != nil {
		return nil, err
	}
	r.start = int64(len(line)) + 1
	r.header, err = parseHeader(line)
	return r, err
}

// Header describes the film.
func (r *Reader) Header() Header { return r.header }

// New makes a picture for Read.
func (r *Reader) New() *image.YCbCr {
	return image.NewYCbCr(image.Rect(0, 0, r.header.Width, r.header.Height), r.header.Subsample)
}

// Read fills p, which is from New, with the next frame; io.EOF comes after the
// last whole one.
func (r *Reader) Read(p *image.YCbCr) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	if line != frameMagic && !strings.HasPrefix(line, frameMagic+" ") {
		return fmt.Errorf("%w: no frame where one should be", ErrFormat)
	}
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		if _, err := io.ReadFull(r.in, plane); err != nil {
			return cutShort(err)
		}
	}
	r.frames++
	return nil
}

// Rewind goes back to the first frame. It fails on a film that gave none, which
// would else be read forever.
func (r *Reader) Rewind() error {
	if r.frames == 0 {
		return fmt.Errorf("%w: it has no frame", ErrFormat)
	}
	if _, err := r.file.Seek(r.start, io.SeekStart); err != nil {
		return err
	}
	r.in.Reset(r.file)
	r.frames = 0
	return nil
}

// line reads a line without its line feed.
func (r *Reader) line() (string, error) {
	var line []byte
	for len(line) < maxLine {
		c, err := r.in.ReadByte()
		if err != nil {
			if len(line) == 0 {
				return "", err
			}
			return "", cutShort(err)
		}
		if c == '\n' {
			return string(line), nil
		}
		line = append(line, c)
	}
	return "", fmt.Errorf("%w: a line without an end", ErrFormat)
}

// cutShort takes a film that stops within a frame for one that ends before it.
func cutShort(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}
