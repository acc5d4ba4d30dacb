package y4m

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"testing"
	"time"
)

func TestHeader(t *testing.T) {
	for _, test := range []struct {
		line string
		want Header
	}{
		{"YUV4MPEG2 W640 H360 F30:1 Ip A1:1 C420jpeg", Header{640, 360, time.Second / 30, image.YCbCrSubsampleRatio420, false}},
		{"YUV4MPEG2 W3 H5", Header{3, 5, time.Second / 25, image.YCbCrSubsampleRatio420, false}},
		{"YUV4MPEG2 H5 W3 F0:0 C444 XYSCSS=444 XCOLORRANGE=FULL", Header{3, 5, time.Second / 25, image.YCbCrSubsampleRatio444, true}},
		{"YUV4MPEG2 W3 H5 F30000:1001 C422", Header{3, 5, 33366666, image.YCbCrSubsampleRatio422, false}},
	} {
		got, err := parseHeader(test.line)
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v, want %+v", test.line, got, err, test.want)
		}
	}
}

func TestHeaderRefuses(t *testing.T) {
	for line, want := range map[string]error{
		"":                                    ErrFormat,
		"RIFF":                                ErrFormat,
		"YUV4MPEG2":                           ErrFormat,
		"YUV4MPEG2 W640":                      ErrFormat,
		"YUV4MPEG2 W0 H360":                   ErrFormat,
		"YUV4MPEG2 W-1 H360":                  ErrFormat,
		"YUV4MPEG2 Wx H360":                   ErrFormat,
		"YUV4MPEG2 W W3 H3":                   ErrFormat,
		"YUV4MPEG2 W640 H360 Ffast":           ErrFormat,
		"YUV4MPEG2 W640 H360 F30":             ErrFormat,
		"YUV4MPEG2 W99999 H1":                 ErrUnsupported,
		"YUV4MPEG2 W640 H360 F30:0":           ErrUnsupported,
		"YUV4MPEG2 W640 H360 F0:1":            ErrUnsupported,
		"YUV4MPEG2 W640 H360 F1000:1":         ErrUnsupported,
		"YUV4MPEG2 W640 H360 F1:2000000000":   ErrUnsupported,
		"YUV4MPEG2 W640 H360 C420p10":         ErrUnsupported,
		"YUV4MPEG2 W640 H360 Cmono":           ErrUnsupported,
		"YUV4MPEG2 W4096 H4097 F30:1 C420mp2": ErrUnsupported,
	} {
		if _, err := NewReader(strings.NewReader(line + "\n")); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", line, err, want)
		}
	}
	if _, err := NewReader(strings.NewReader("")); !errors.Is(err, ErrFormat) {
		t.Errorf("an empty film: %v", err)
	}
	if _, err := NewReader(strings.NewReader(strings.Repeat("Y", 5000))); !errors.Is(err, ErrFormat) {
		t.Errorf("an endless line: %v", err)
	}
}

func TestReadAndRewind(t *testing.T) {
	film := "YUV4MPEG2 W3 H3 C420\n"
	for i := range 3 {
		film += "FRAME Ip\n" + strings.Repeat(fmt.Sprint(i), 9) + "uuuuvvvv"
	}
	r, err := NewReader(strings.NewReader(film + "FRAME\ncut"))
	if err != nil {
		t.Fatal(err)
	}
	p := r.New()
	for range 2 {
		for i := range 3 {
			if err := r.Read(p); err != nil || p.Y[8] != '0'+byte(i) || p.Cb[3] != 'u' || p.Cr[3] != 'v' {
				t.Fatalf("frame %d: %v, %q %q %q", i, err, p.Y, p.Cb, p.Cr)
			}
		}
		if err := r.Read(p); !errors.Is(err, io.EOF) {
			t.Fatalf("the cut frame: %v, want io.EOF", err)
		}
		if err := r.Rewind(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilmWithoutFrames(t *testing.T) {
	r, err := NewReader(strings.NewReader("YUV4MPEG2 W3 H3\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(r.New()); !errors.Is(err, io.EOF) {
		t.Errorf("read: %v", err)
	}
	if err := r.Rewind(); !errors.Is(err, ErrFormat) {
		t.Errorf("rewind: %v, want ErrFormat", err)
	}
}

func TestRubbishBetweenFrames(t *testing.T) {
	r, err := NewReader(strings.NewReader("YUV4MPEG2 W1 H1\nFRAMES\nabc"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(r.New()); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v, want ErrFormat", err)
	}
}

// No film takes more memory than a picture of the largest size, or panics.
func FuzzReader(f *testing.F) {
	f.Add([]byte("YUV4MPEG2 W2 H2 F30:1 C420jpeg\nFRAME\nyyyyuvFRAME\nyyyyuv"))
	f.Add([]byte("YUV4MPEG2 W1 H1 C444 XCOLORRANGE=FULL\nFRAME Ip\nyuv"))
	f.Fuzz(func(t *testing.T, film []byte) {
		r, err := NewReader(bytes.NewReader(film))
		if err != nil {
			return
		}
		h := r.Header()
		if h.Width < 1 || h.Height < 1 || h.Width > maxSide || h.Height > maxSide || h.Period < time.Second/maxFramesS-1 || h.Period > longestPeriod {
			t.Fatalf("header %+v", h)
		}
		if h.Width*h.Height > 1<<16 {
			return
		}
		p := r.New()
		for range 2 {
			for r.Read(p) == nil {
				continue
			}
			if r.Rewind() != nil {
				return
			}
		}
	})
}
