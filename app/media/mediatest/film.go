package mediatest

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Colours of the border.
var (
	Green   = color.RGBA{0, 255, 0, 255}
	Magenta = color.RGBA{255, 0, 255, 255}
	Blue    = color.RGBA{0, 0, 255, 255}
)

// MaxNumber is the largest number a frame can have.
const MaxNumber = 1<<numberBits - 1

const (
	cells      = 4 // in each direction
	numberBits = 12
	border     = 1.0 / 12 // of width and height
)

// Film is a film of numbered frames, from 0 to Frames-1.
type Film struct {
	Width, Height int
	Frames        int
	FramesS       int        // 0: 30
	Border        color.RGBA // zero: Green
}

// File writes the film to a folder of the test's, and gives its path.
func (f Film) File(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.y4m")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	if err := f.Write(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Write writes the film in the y4m format.
func (f Film) Write(w io.Writer) error {
	framesS := f.FramesS
	if framesS == 0 {
		framesS = 30
	}
	if _, err := fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n", f.Width, f.Height, framesS); err != nil {
		return err
	}
	p := image.NewYCbCr(image.Rect(0, 0, f.Width, f.Height), image.YCbCrSubsampleRatio420)
	for n := range f.Frames {
		f.Paint(p, n)
		for _, part := range [][]byte{[]byte("FRAME\n"), p.Y, p.Cb, p.Cr} {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// Paint makes p, of any size, the frame of that number.
func (f Film) Paint(p *image.YCbCr, number int) {
	c := f.Border
	if c == (color.RGBA{}) {
		c = Green
	}
	y0, cb0, cr0 := limited(c)
	bits := bitsOf(number)
	size := p.Rect.Size()
	for y := range size.Y {
		row := cellOf(y, size.Y)
		for x := range size.X {
			y1, cb1, cr1 := y0, cb0, cr0
			if column := cellOf(x, size.X); row >= 0 && column >= 0 {
				y1, cb1, cr1 = 16, 128, 128
				if bits>>(cells*cells-1-row*cells-column)&1 == 1 {
					y1 = 235
				}
			}
			p.Y[y*p.YStride+x] = y1
			at := p.COffset(p.Rect.Min.X+x, p.Rect.Min.Y+y)
			p.Cb[at], p.Cr[at] = cb1, cr1
		}
	}
}

// cellOf is the column or row of cells, -1 in the border.
func cellOf(x, size int) int {
	at := (float64(x)/float64(size) - border) / (1 - 2*border) * cells
	if at < 0 || at >= cells {
		return -1
	}
	return int(at)
}

func bitsOf(number int) int { return number<<(cells*cells-numberBits) | checksum(number) }

func checksum(number int) int { return (number ^ number>>4 ^ number>>8) & 15 }

// limited is a colour in the limited range of BT.601.
func limited(c color.RGBA) (y, cb, cr byte) {
	r, g, b := float64(c.R), float64(c.G), float64(c.B)
	return byte(16.5 + (65.738*r+129.057*g+25.064*b)/256),
		byte(128.5 + (-37.945*r-74.494*g+112.439*b)/256),
		byte(128.5 + (112.439*r-94.154*g-18.285*b)/256)
}
