package ui

import (
	"image"
	"image/color"

	"rsc.io/qr"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// quietModules is the white margin that ISO/IEC 18004 section 6.3.8 asks for.
const quietModules = 4

// qrCode shows a link as a QR code, always dark on white: many cameras do not
// read the opposite.
type qrCode struct {
	object *fyne.Container
	image  *canvas.Image
	text   string
}

func newQRCode(side float32) *qrCode {
	q := &qrCode{image: &canvas.Image{ScaleMode: canvas.ImageScalePixels, FillMode: canvas.ImageFillContain}}
	paper := canvas.NewRectangle(color.White)
	paper.CornerRadius = cornerRadius
	q.object = container.New(squareLayout{side}, paper, q.image, newGround("", colorLine, cornerRadius))
	return q
}

// set shows another text; a text too long for a code leaves the place white.
func (q *qrCode) set(text string) {
	if q.text == text {
		return
	}
	q.text = text
	q.image.Image = nil
	if picture, err := qrPicture(text); err == nil {
		q.image.Image = picture
	}
	q.image.Refresh()
}

// qrPicture draws the dark modules of a code with one pixel each; the paper
// below makes the others white.
func qrPicture(text string) (image.Image, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	side := code.Size + 2*quietModules
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Transparent, color.Black})
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				picture.SetColorIndex(x+quietModules, y+quietModules, 1)
			}
		}
	}
	return picture, nil
}
