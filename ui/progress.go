package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// progressBar is a thin bar that says how much of something is done.
type progressBar struct {
	object *fyne.Container
	share  float32
}

func newProgressBar() *progressBar {
	p := &progressBar{}
	p.object = container.New(progressLayout{p}, newGround(colorGrayTint, "", 3), newGround(colorAccent, "", 3))
	return p
}

// set shows that done of total are done.
func (p *progressBar) set(done, total int) {
	share := float32(0)
	if total > 0 {
		share = min(float32(done)/float32(total), 1)
	}
	if p.share != share {
		p.share = share
		p.object.Refresh()
	}
}

// progressLayout sets the part that is done on the whole.
type progressLayout struct{ bar *progressBar }

// Layout places the whole and the part.
func (l progressLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[1].Resize(fyne.NewSize(max(size.Width*l.bar.share, size.Height), size.Height))
}

// MinSize is thin.
func (progressLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(60, 6) }
