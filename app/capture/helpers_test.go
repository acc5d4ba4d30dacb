package capture

import (
	"context"
	"errors"
	"image"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/pion/mediadevices/pkg/codec/vpx"
	"github.com/pion/mediadevices/pkg/prop"
	"go.uber.org/goleak"

	"takoshome/app/media"
)

// patience is how long a test waits for what comes at once on an idle machine.
const patience = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// bin collects what a camera or a microphone delivers.
type bin struct {
	mu      sync.Mutex
	samples map[int][]media.Sample
	changed chan struct{}
}

func newBin() *bin {
	return &bin{samples: map[int][]media.Sample{}, changed: make(chan struct{}, 1)}
}

func (b *bin) add(layer int, s media.Sample) {
	b.mu.Lock()
	b.samples[layer] = append(b.samples[layer], s)
	b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *bin) sound(s media.Sample) { b.add(0, s) }

func (b *bin) of(layer int) []media.Sample {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]media.Sample(nil), b.samples[layer]...)
}

// await waits until a layer's samples are as wanted, and gives them.
func (b *bin) await(t *testing.T, layer int, what string, is func([]media.Sample) bool) []media.Sample {
	t.Helper()
	deadline := time.After(patience)
	for {
		if s := b.of(layer); is(s) {
			return s
		}
		select {
		case <-b.changed:
		case <-deadline:
			t.Fatalf("waited in vain for %s in layer %d; %d samples", what, layer, len(b.of(layer)))
		}
	}
}

func atLeast(n int) func([]media.Sample) bool {
	return func(s []media.Sample) bool { return len(s) >= n }
}

// troubles collects reports.
type troubles chan media.Trouble

func newTroubles() troubles { return make(troubles, 100) }

func (r troubles) report(t media.Trouble) { r <- t }

func (r troubles) await(t *testing.T, want media.Trouble) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case got := <-r:
			if got == want {
				return
			}
			t.Logf("trouble %q on the way to %q", got, want)
		case <-deadline:
			t.Fatalf("waited in vain for trouble %q", want)
		}
	}
}

// decode gives the pictures of a layer.
func decode(t *testing.T, samples []media.Sample) []*image.YCbCr {
	t.Helper()
	frames := make(frameReader, 0, len(samples))
	for _, s := range samples {
		frames = append(frames, s.Data)
	}
	decoder, err := vpx.NewDecoder(&frames, prop.Media{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := decoder.Close(); err != nil {
			t.Error(err)
		}
	}()
	var pictures []*image.YCbCr
	for {
		p, _, err := decoder.Read()
		if errors.Is(err, io.EOF) {
			return pictures
		}
		if err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, p.(*image.YCbCr))
	}
}

// frameReader gives one frame at each Read.
type frameReader [][]byte

func (r *frameReader) Read(p []byte) (int, error) {
	if len(*r) == 0 {
		return 0, io.EOF
	}
	n := copy(p, (*r)[0])
	*r = (*r)[1:]
	return n, nil
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}
