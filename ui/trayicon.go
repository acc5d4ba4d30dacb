package ui

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"fyne.io/fyne/v2/theme"

	"takoshome/assets"
)

// trayState is what the tray's icon tells.
type trayState struct {
	hosting bool // or in a call
	people  int  // in calls
	muted   bool // the person of this computer, in a call
}

// trayIcon draws the octopus as a PNG: grey while off, coral while hosting,
// and with the number of people during a call; a slash says that one is muted.
func trayIcon(state trayState) ([]byte, error) {
	mask, err := png.Decode(bytes.NewReader(assets.Icon("tray.png")))
	if err != nil {
		return nil, fmt.Errorf("read the tray icon: %w", err)
	}
	ink := color.NRGBA{0x9A, 0x90, 0x8B, 0xFF}
	if state.hosting {
		ink = coral()
	}
	picture := image.NewNRGBA(mask.Bounds())
	if !state.hosting || state.people == 0 {
		draw.DrawMask(picture, picture.Rect, image.NewUniform(ink), image.Point{}, mask, image.Point{}, draw.Src)
	} else if err := drawCall(picture, mask, state); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("write the tray icon: %w", err)
	}
	return out.Bytes(), nil
}

// drawCall draws a smaller octopus, so that its face stays clear of the number.
func drawCall(picture *image.NRGBA, mask image.Image, state trayState) error {
	const side = 48
	small := image.NewAlpha(picture.Rect)
	xdraw.CatmullRom.Scale(small, image.Rect(0, 0, side, side), mask, mask.Bounds(), draw.Src, nil)
	draw.DrawMask(picture, picture.Rect, image.NewUniform(coral()), image.Point{}, small, image.Point{}, draw.Src)
	if state.muted {
		drawSlash(picture)
	}
	return drawNumber(picture, state.people)
}

// drawSlash crosses the octopus out from the upper right, clear of the number,
// with a clear edge beside the line.
func drawSlash(picture *image.NRGBA) {
	const side, clear, pen = 48, 10, 4.5
	strokeSlash(picture, side, clear, color.NRGBA{})
	strokeSlash(picture, side, pen, coral())
}

// strokeSlash draws the other diagonal of a square, also of nothing.
func strokeSlash(picture *image.NRGBA, side, pen float32, ink color.NRGBA) {
	z := vector.NewRasterizer(picture.Rect.Dx(), picture.Rect.Dy())
	const edge = 3
	half := pen / 2 * 0.7071
	z.MoveTo(side-edge+half, edge+half)
	z.LineTo(edge+half, side-edge+half)
	z.LineTo(edge-half, side-edge-half)
	z.LineTo(side-edge-half, edge-half)
	z.ClosePath()
	fillShape(picture, z, ink)
}

// drawNumber puts a number on a coral ground into the lower right corner, with
// a clear edge around it so that it reads at 22 pixels too.
func drawNumber(picture *image.NRGBA, number int) error {
	text := strconv.Itoa(number)
	if number > 99 {
		text = "99+"
	}
	face, err := numberFace(len(text))
	if err != nil {
		return err
	}
	const height, clear = 36, 4
	side := picture.Rect.Dx()
	advance := font.MeasureString(face, text).Ceil()
	width := max(advance+12, height)
	area := image.Rect(side-width, side-height, side, side)

	fillRound(picture, area.Inset(-clear), color.NRGBA{})
	fillRound(picture, area, coral())
	bounds, _ := font.BoundString(face, text)
	glyphHeight := (bounds.Max.Y - bounds.Min.Y).Ceil()
	pen := font.Drawer{Dst: picture, Src: image.White, Face: face}
	pen.Dot = fixed.P(area.Min.X+(width-advance)/2, area.Max.Y-(height-glyphHeight)/2-bounds.Max.Y.Ceil())
	pen.DrawString(text)
	return nil
}

func numberFace(digits int) (font.Face, error) {
	parsed, err := opentype.Parse(assets.FontBold())
	if err != nil {
		return nil, fmt.Errorf("read the font of the tray icon: %w", err)
	}
	pixels := map[int]float64{1: 34, 2: 30}[digits]
	if pixels == 0 {
		pixels = 24
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: pixels, DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("scale the font of the tray icon: %w", err)
	}
	return face, nil
}

// fillRound replaces a rectangle with round ends, also by nothing.
func fillRound(picture *image.NRGBA, area image.Rectangle, ink color.NRGBA) {
	z := vector.NewRasterizer(picture.Rect.Dx(), picture.Rect.Dy())
	const bend = 0.5523 // of a circle's quarter as a cubic curve
	x0, y0 := float32(area.Min.X), float32(area.Min.Y)
	x1, y1 := float32(area.Max.X), float32(area.Max.Y)
	r := min(x1-x0, y1-y0) / 2
	k := r * (1 - bend)
	z.MoveTo(x0+r, y0)
	z.LineTo(x1-r, y0)
	z.CubeTo(x1-k, y0, x1, y0+k, x1, y0+r)
	z.LineTo(x1, y1-r)
	z.CubeTo(x1, y1-k, x1-k, y1, x1-r, y1)
	z.LineTo(x0+r, y1)
	z.CubeTo(x0+k, y1, x0, y1-k, x0, y1-r)
	z.LineTo(x0, y0+r)
	z.CubeTo(x0, y0+k, x0+k, y0, x0+r, y0)
	z.ClosePath()
	fillShape(picture, z, ink)
}

// fillShape replaces what is inside a shape.
func fillShape(picture *image.NRGBA, z *vector.Rasterizer, ink color.NRGBA) {
	shape := image.NewAlpha(picture.Rect)
	z.Draw(shape, shape.Rect, image.Opaque, image.Point{})
	for i, cover := range shape.Pix {
		mix(picture.Pix[4*i:4*i+4], ink, cover)
	}
}

// mix moves a pixel towards a colour, alpha included.
func mix(pixel []uint8, ink color.NRGBA, cover uint8) {
	if cover == 0 {
		return
	}
	part := func(from, to uint8) uint8 {
		return uint8((int(from)*(255-int(cover)) + int(to)*int(cover)) / 255)
	}
	if ink.A > 0 {
		if pixel[3] == 0 { // nothing there whose colour could shine through
			pixel[0], pixel[1], pixel[2] = ink.R, ink.G, ink.B
		}
		pixel[0], pixel[1], pixel[2] = part(pixel[0], ink.R), part(pixel[1], ink.G), part(pixel[2], ink.B)
	}
	pixel[3] = part(pixel[3], ink.A)
}

// coral is the accent, which is the same on light and dark grounds.
func coral() color.NRGBA {
	accent, _ := toneOf(colorAccent)
	return accent.in(theme.VariantLight)
}
