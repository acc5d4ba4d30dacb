package capture

import (
	"context"
	"image"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"takoshome/app/media"
	"takoshome/app/media/yuv"
)

const (
	// retryAfter is how long a device in trouble is left alone.
	retryAfter = time.Second
	// stillEvery is how often a picture that does not change is sent, which makes
	// it better each time and answers requests for keyframes.
	stillEvery = 200 * time.Millisecond
	// firstPicture is how long Start waits for the size of the picture.
	firstPicture = 2 * time.Second
)

// cameraStream is an open camera, film or screen: it holds the device, shows
// and encodes what comes, and takes the device again after a loss.
type cameraStream struct {
	config media.CameraConfig
	kind   kind
	open   opener
	logger *slog.Logger
	closed func() // called by Close, unless nil

	cancel  context.CancelFunc
	done    <-chan struct{}
	running sync.WaitGroup

	view     atomic.Pointer[media.View]
	encoding atomic.Pointer[encoding]

	// mu protects the fields below.
	mu      sync.Mutex
	size    image.Point // of the last picture
	known   chan struct{}
	isKnown bool // known is closed: there is a size, or trouble

	// Of run.
	trouble media.Trouble
	pace    media.Pace
	shown   time.Time // when the last picture was taken
	scaler  yuv.Scaler
	fitted  *image.YCbCr
}

// encoding is what Start adds.
type encoding struct {
	encoder *encoder
	in      *exchange
}

func newCameraStream(config media.CameraConfig, kind kind, open opener, logger *slog.Logger) *cameraStream {
	if config.Report == nil {
		config.Report = func(media.Trouble) {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &cameraStream{
		config: config, kind: kind, open: open, logger: logger,
		cancel: cancel, done: ctx.Done(), known: make(chan struct{}),
		pace: media.Pace{Interval: time.Second / time.Duration(config.MaxFramesS), Burst: 2},
	}
	c.running.Go(func() { c.run(ctx) })
	return c
}

// run plays the device, again and again while it is in trouble.
func (c *cameraStream) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		err := c.play(ctx)
		if ctx.Err() != nil {
			return
		}
		c.tell(troubleOf(err), err)
		timer.Reset(retryAfter)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// play shows what one opening of the device gives, and returns why it ended.
func (c *cameraStream) play(ctx context.Context) error {
	source, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer source.close()
	for {
		f, err := source.read(ctx)
		if err != nil {
			return err
		}
		if !yuv.Valid(f.picture) {
			return ErrNoPicture
		}
		c.show(time.Now(), f)
		c.tell(media.TroubleNone, nil) // who waited for it can Start now
	}
}

func (c *cameraStream) tell(trouble media.Trouble, err error) {
	if trouble == c.trouble {
		return
	}
	c.trouble = trouble
	c.logger.Info("a camera's state changed", "id", c.config.ID, "trouble", string(trouble), "error", err)
	c.learn(image.Point{})
	c.config.Report(trouble)
}

func (c *cameraStream) show(taken time.Time, f frame) {
	if f.still && taken.Sub(c.shown) < stillEvery || !c.pace.Allow(taken) {
		return
	}
	c.shown = taken
	p := c.fit(f)
	c.learn(p.Rect.Size())
	if view := c.view.Load(); view != nil {
		view.Show(p)
	}
	if encoding := c.encoding.Load(); encoding != nil {
		encoding.in.put(p, taken)
	}
}

// fit gives the picture in 4:2:0, in the limited range and within the bounds.
func (c *cameraStream) fit(f frame) *image.YCbCr {
	if f.fullRange {
		yuv.FullToLimited(f.picture)
	}
	size := f.picture.Rect.Size()
	fits := yuv.Inside(size, image.Pt(c.config.MaxWidth, c.config.MaxHeight))
	if fits == size && f.picture.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		return f.picture
	}
	if fits != size { // codecs like even sizes
		fits = image.Pt(max(1, fits.X&^1), max(1, fits.Y&^1))
	}
	if f.still && c.fitted != nil && c.fitted.Rect.Size() == fits {
		return c.fitted
	}
	c.fitted = yuv.Reuse(c.fitted, fits.X, fits.Y)
	c.scaler.Scale(c.fitted, f.picture)
	return c.fitted
}

// learn keeps the size of a picture; zero: there is none for now.
func (c *cameraStream) learn(size image.Point) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if size != (image.Point{}) {
		c.size = size
	}
	if !c.isKnown {
		c.isKnown = true
		close(c.known)
	}
}

// pictureSize waits a moment for the first picture.
func (c *cameraStream) pictureSize() (image.Point, error) {
	timer := time.NewTimer(firstPicture)
	defer timer.Stop()
	select {
	case <-c.known:
	case <-timer.C:
	case <-c.done:
		return image.Point{}, ErrClosed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size == (image.Point{}) {
		return image.Point{}, ErrNoPicture
	}
	return c.size, nil
}

// Start implements media.Camera. It fails with ErrNoPicture while the device
// gives none, and may be tried again.
func (c *cameraStream) Start(most int, deliver func(layer int, s media.Sample)) ([]media.Layer, error) {
	size, err := c.pictureSize()
	if err != nil {
		return nil, err
	}
	plan := planLayers(size, most, c.config.MaxFramesS, c.kind)
	e := &encoding{newEncoder(plan, c.kind, deliver, c.logger), newExchange()}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
		return nil, ErrClosed
	default:
	}
	if !c.encoding.CompareAndSwap(nil, e) {
		return nil, ErrStarted
	}
	c.running.Go(func() { e.encoder.run(c.done, e.in) })
	return plan, nil
}

// SetBitrate implements media.Camera.
func (c *cameraStream) SetBitrate(layer, bps int) {
	if e := c.encoding.Load(); e != nil {
		e.encoder.setBitrate(layer, bps)
	}
}

// RequestKeyFrame implements media.Camera.
func (c *cameraStream) RequestKeyFrame(layer int) {
	if e := c.encoding.Load(); e != nil {
		e.encoder.requestKeyFrame(layer)
	}
}

// Show implements media.Camera.
func (c *cameraStream) Show(view *media.View) { c.view.Store(view) }

// Close implements media.Camera. It must not be called by deliver or Report.
func (c *cameraStream) Close() error {
	c.mu.Lock()
	c.cancel()
	c.mu.Unlock()
	c.running.Wait()
	if c.closed != nil {
		c.closed()
	}
	return nil
}
