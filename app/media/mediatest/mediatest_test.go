package mediatest

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"testing"
)

func TestFrameIsRead(t *testing.T) {
	for _, size := range []image.Point{{640, 360}, {1280, 720}, {160, 90}, {101, 57}, {48, 32}} {
		p := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		for _, number := range []int{0, 1, 59, 1234, 2730, MaxNumber} {
			for _, c := range []color.RGBA{Green, Magenta, Blue} {
				Film{Border: c}.Paint(p, number)
				got, ok := Read(p, c)
				if !ok || got.Number != number {
					t.Errorf("%v, %v: read %d, %v, want %d", size, c, got.Number, ok, number)
				}
			}
		}
	}
}

func TestFrameIsFoundOnScreen(t *testing.T) {
	screen := image.NewRGBA(image.Rect(0, 0, 900, 700))
	draw.Draw(screen, screen.Rect, image.NewUniform(color.RGBA{250, 247, 245, 255}), image.Point{}, draw.Src)
	green := image.Rect(37, 41, 37+320, 41+180)
	magenta := image.Rect(400, 300, 400+200, 300+113)
	put(screen, green, Green, 77)
	put(screen, magenta, Magenta, 1999)
	for _, test := range []struct {
		border color.RGBA
		rect   image.Rectangle
		number int
	}{{Green, green, 77}, {Magenta, magenta, 1999}} {
		if got, ok := Read(screen, test.border); !ok || got.Number != test.number || got.Rect != test.rect {
			t.Errorf("read %+v, %v, want %d in %v", got, ok, test.number, test.rect)
		}
	}
	if got, ok := Read(screen, Blue); ok {
		t.Errorf("found %+v, which is not there", got)
	}
}

func put(screen *image.RGBA, at image.Rectangle, border color.RGBA, number int) {
	p := image.NewYCbCr(image.Rectangle{Max: at.Size()}, image.YCbCrSubsampleRatio420)
	Film{Border: border}.Paint(p, number)
	draw.Draw(screen, at, fromYCbCr(p), image.Point{}, draw.Src)
}

// A number that does not match its checksum is none.
func TestDamagedNumberIsRefused(t *testing.T) {
	p := image.NewYCbCr(image.Rect(0, 0, 120, 120), image.YCbCrSubsampleRatio420)
	Film{}.Paint(p, 5)
	for y := 12; y < 30; y++ { // the first cell
		for x := 12; x < 30; x++ {
			p.Y[p.YOffset(x, y)] = 235
		}
	}
	if got, ok := Read(p, Green); ok {
		t.Errorf("read %+v", got)
	}
}

func TestFilm(t *testing.T) {
	var out bytes.Buffer
	if err := (Film{Width: 32, Height: 24, Frames: 3}).Write(&out); err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(out.String(), "\n")
	if header != "YUV4MPEG2 W32 H24 F30:1 Ip A1:1 C420jpeg" || len(rest) != 3*(6+32*24*3/2) {
		t.Errorf("%q and %d bytes", header, len(rest))
	}
}

func TestMeasure(t *testing.T) {
	pcm := Tone(440, RateHz, .3)
	if m := Measure(pcm, 440); math.Abs(m.Hertz-440) > .1 || m.Odd != 0 || m.Periods < 438 {
		t.Errorf("a whole tone: %+v", m)
	}
	cut := append(append([]int16{}, pcm[:10000]...), pcm[10040:]...)
	if m := Measure(cut, 440); m.Odd != 1 {
		t.Errorf("a tone with a piece missing: %+v", m)
	}
	if m := Measure(pcm, 600); m.Odd != m.Periods {
		t.Errorf("another tone: %+v", m)
	}
	if m := Measure(nil, 440); m != (Measured{}) {
		t.Errorf("nothing: %+v", m)
	}
}

func TestGapsAndLevels(t *testing.T) {
	pcm := Tone(440, RateHz, .3)
	clear(pcm[4800:9600])
	if got := LongestGapMs(pcm); got != 100 {
		t.Errorf("gap of %d ms, want 100", got)
	}
	if got := RMS(Tone(440, RateHz, .5)); math.Abs(got-.3535) > .001 {
		t.Errorf("RMS %v", got)
	}
	quiet := append(make([]int16, 500), Tone(440, 4800, .3)...)
	if got := len(Trim(append(quiet, make([]int16, 500)...))); got < 4790 || got > 4800 {
		t.Errorf("%d samples after trimming", got)
	}
	if got := Left([]int16{1, 2, 3, 4, 5}, 2); len(got) != 2 || got[1] != 3 {
		t.Errorf("left %v", got)
	}
}
