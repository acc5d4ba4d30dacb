package capture

import (
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"os"
	"syscall"

	"takoshome/app/media"
	"takoshome/app/media/y4m"
)

// source gives the pictures of one device from its opening to its loss.
type source interface {
	// read waits for the next picture, which is good until the next read. It
	// returns soon after its context's end.
	read(ctx context.Context) (frame, error)
	// close is called once, when no read goes on.
	close()
}

// frame is a picture as a device gave it, of any subsampling.
type frame struct {
	picture   *image.YCbCr
	fullRange bool // brightness goes from 0 to 255
	still     bool // it is the last one again
}

// opener opens a device. It fails with errors that troubleOf understands.
type opener func(ctx context.Context) (source, error)

// troubleOf says in the words of media why a device does not work.
func troubleOf(err error) media.Trouble {
	switch {
	case err == nil:
		return media.TroubleNone
	case isAny(err, fs.ErrNotExist, syscall.ENODEV, syscall.ENXIO, io.EOF, errGone):
		return media.TroubleGone
	case isAny(err, syscall.EBUSY, errBusy):
		return media.TroubleBusy
	case isAny(err, fs.ErrPermission, os.ErrPermission, errDenied):
		return media.TroubleDenied
	case isAny(err, y4m.ErrFormat, y4m.ErrUnsupported):
		return media.TroubleBroken
	default:
		return media.TroubleBroken
	}
}

func isAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
