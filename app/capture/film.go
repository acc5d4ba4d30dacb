package capture

import (
	"context"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"takoshome/app/media/y4m"
)

// isFilm says whether a camera's ID is the path of a film.
func isFilm(id string) bool { return strings.EqualFold(filepath.Ext(id), ".y4m") }

// film plays a y4m file over and over, as fast as it was taken.
type film struct {
	file   *os.File
	reader *y4m.Reader
	frame  *image.YCbCr
	due    time.Time
	timer  *time.Timer
}

func openFilm(path string) opener {
	return func(context.Context) (source, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		reader, err := y4m.NewReader(file)
		if err != nil {
			_ = file.Close() // the film's error says more
			return nil, err
		}
		return &film{file: file, reader: reader, frame: reader.New(), due: time.Now(), timer: time.NewTimer(0)}, nil
	}
}

func (f *film) read(ctx context.Context) (frame, error) {
	err := f.reader.Read(f.frame)
	if errors.Is(err, io.EOF) {
		if err = f.reader.Rewind(); err == nil {
			err = f.reader.Read(f.frame)
		}
	}
	if err != nil {
		return frame{}, err
	}
	f.timer.Reset(time.Until(f.due))
	select {
	case <-ctx.Done():
		return frame{}, ctx.Err()
	case now := <-f.timer.C:
		f.due = f.due.Add(f.reader.Header().Period)
		if now.Sub(f.due) > time.Second { // the machine slept
			f.due = now
		}
	}
	return frame{picture: f.frame, fullRange: f.reader.Header().FullRange}, nil
}

func (f *film) close() {
	f.timer.Stop()
	_ = f.file.Close() // it was only read
}
