package ui

import (
	"hash/fnv"
	"image"
	"image/color"
	"math"
	"sync"
	"time"

	"takoshome/app/media"
)

// films stands for cameras and decoders: it draws simple people on the views
// that the window registers.
type films struct {
	mu    sync.Mutex // protects all below
	views map[string]*media.View
}

func newFilms() *films { return &films{views: make(map[string]*media.View)} }

// show is App.Show.
func (f *films) show(video string, view *media.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if view == nil {
		delete(f.views, video)
		return
	}
	f.views[video] = view
}

// names are the videos that somebody sees.
func (f *films) names() map[string]*media.View {
	f.mu.Lock()
	defer f.mu.Unlock()
	copied := make(map[string]*media.View, len(f.views))
	for video, view := range f.views {
		copied[video] = view
	}
	return copied
}

// frame draws one frame of each film.
func (f *films) frame() {
	for video, view := range f.names() {
		view.Show(stillOf(video))
	}
}

// stills are kept, for drawing them takes long.
var stills sync.Map

func stillOf(video string) *image.YCbCr {
	if known, ok := stills.Load(video); ok {
		return known.(*image.YCbCr)
	}
	fresh := still(video, 3)
	stills.Store(video, fresh)
	return fresh
}

// run plays all films, until stop.
func (f *films) run(size image.Point, perSecond int, stop <-chan struct{}) {
	frames := make([]*image.YCbCr, 16)
	for i := range frames {
		frames[i] = scaled(still("film", i), size)
	}
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for number := 0; ; number++ {
		select {
		case <-stop:
			return
		case <-tick.C:
			for _, view := range f.names() {
				view.Show(frames[number%len(frames)])
			}
		}
	}
}

// still is a picture of somebody, or of a screen, who sways a little.
func still(video string, number int) *image.YCbCr {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(video))
	seed := hash.Sum32()
	picture := image.NewYCbCr(image.Rect(0, 0, 640, 360), image.YCbCrSubsampleRatio420)
	paint := somebody(seed, float64(number))
	if len(video) > 6 && video[:6] == "screen" {
		paint = slide
	}
	for y := range 360 {
		for x := range 640 {
			c := paint(float64(x), float64(y))
			luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			picture.Y[picture.YOffset(x, y)] = luma
			picture.Cb[picture.COffset(x, y)] = cb
			picture.Cr[picture.COffset(x, y)] = cr
		}
	}
	return picture
}

// scaled repeats pixels, for the measurements.
func scaled(from *image.YCbCr, size image.Point) *image.YCbCr {
	to := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	for y := range size.Y {
		for x := range size.X {
			c := from.YCbCrAt(x*from.Rect.Dx()/size.X, y*from.Rect.Dy()/size.Y)
			to.Y[to.YOffset(x, y)], to.Cb[to.COffset(x, y)], to.Cr[to.COffset(x, y)] = c.Y, c.Cb, c.Cr
		}
	}
	return to
}

// somebody is a head with hair and shoulders before a wall.
func somebody(seed uint32, t float64) func(x, y float64) color.RGBA {
	pick := func(of []color.RGBA, shift int) color.RGBA { return of[int(seed>>shift)%len(of)] }
	wall := pick([]color.RGBA{{0xD9, 0xCF, 0xC2, 255}, {0xB9, 0xC7, 0xC9, 255}, {0xC9, 0xBF, 0xD2, 255}, {0xCE, 0xD4, 0xBC, 255}}, 0)
	cloth := pick([]color.RGBA{{0x3F, 0x5A, 0x7D, 255}, {0x9C, 0x4A, 0x3C, 255}, {0x4E, 0x6B, 0x52, 255}, {0x6B, 0x4F, 0x7A, 255}, {0x3A, 0x3A, 0x40, 255}}, 3)
	skin := pick([]color.RGBA{{0xE8, 0xBE, 0xA0, 255}, {0xC6, 0x8F, 0x68, 255}, {0x8D, 0x5A, 0x3C, 255}, {0xF0, 0xCF, 0xB4, 255}}, 7)
	hair := pick([]color.RGBA{{0x2A, 0x20, 0x1C, 255}, {0x6B, 0x48, 0x2E, 255}, {0xA8, 0xA2, 0x9C, 255}, {0x14, 0x14, 0x18, 255}}, 11)
	cx := 320 + 12*math.Sin(t/5)
	oval := func(x, y, mx, my, rx, ry float64) bool {
		dx, dy := (x-mx)/rx, (y-my)/ry
		return dx*dx+dy*dy < 1
	}
	return func(x, y float64) color.RGBA {
		switch {
		case oval(x, y, cx-24, 172, 7, 8), oval(x, y, cx+24, 172, 7, 8):
			return color.RGBA{0x2A, 0x20, 0x1C, 255}
		case y > 205 && oval(x, y, cx, 206, 26, 13):
			return color.RGBA{0xA8, 0x45, 0x3F, 255}
		case y > 145 && oval(x, y, cx, 178, 66, 82), oval(x, y, cx, 185, 60, 74):
			return skin
		case oval(x, y, cx, 160, 80, 92):
			return hair
		case oval(x, y, cx, 400, 190, 140), math.Abs(x-cx) < 32 && y > 200:
			return cloth
		default:
			return wall
		}
	}
}

// slide is a shared document.
func slide(x, y float64) color.RGBA {
	line := int(y-90) / 28
	switch {
	case y < 44:
		return color.RGBA{0xE8, 0x57, 0x3F, 255}
	case x > 60 && x < 60+float64(300+(line*97)%220) && y > 90 && y < 330 && int(y-90)%28 < 10:
		return color.RGBA{0x6B, 0x60, 0x5A, 255}
	default:
		return color.RGBA{0xFB, 0xFA, 0xF8, 255}
	}
}
