package session

import (
	"io"
	"sync"

	"takoshome/app/media"
)

// keeper owns one device and makes of it what is wanted, one step after the
// other on a goroutine of its own, because drivers take their time.
type keeper[W comparable, D io.Closer] struct {
	// open opens a device; report may be told of its trouble from any goroutine.
	open func(want W, report func(media.Trouble)) (D, error)
	// change makes an open device as wanted; false: it must be opened anew.
	change func(device D, from, to W) (D, bool)
	// tell says what became of the device and waits until that was heard: after
	// closing, nobody uses it any more.
	tell func(news[W, D])
	// troubled says that trouble has changed; it returns at once.
	troubled func()
	wake     chan struct{} // has room for one

	// mu protects all that follows.
	mu      sync.Mutex
	want    *W // nil: no device
	opening int
	trouble media.Trouble // of that opening
}

// step is what a keeper did.
type step int

const (
	stepOpened step = iota
	stepChanged
	stepClosing
	stepFailed
)

// news is what became of a device.
type news[W comparable, D io.Closer] struct {
	step   step
	want   W
	device D
	err    error
}

// newKeeper makes a keeper that tells the owner of s; open and change are set
// before run.
func newKeeper[W comparable, D io.Closer](s *Session, note func(news[W, D])) *keeper[W, D] {
	return &keeper[W, D]{
		tell:     func(n news[W, D]) { s.tell(func() { note(n) }) },
		troubled: s.trouble,
		wake:     make(chan struct{}, 1),
	}
}

// set says what is wanted from now on.
func (k *keeper[W, D]) set(want *W) {
	k.mu.Lock()
	k.want = want
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default: // it is awake
	}
}

// report notes the trouble of an opening, unless there was one since. It may
// come from within any method of the device.
func (k *keeper[W, D]) report(opening int, t media.Trouble) {
	k.mu.Lock()
	if k.opening == opening {
		k.trouble = t
	}
	k.mu.Unlock()
	k.troubled()
}

// reportNow is report for what is not told of one opening.
func (k *keeper[W, D]) reportNow(t media.Trouble) {
	k.mu.Lock()
	k.trouble = t
	k.mu.Unlock()
	k.troubled()
}

// troubleNow is what the device suffers from.
func (k *keeper[W, D]) troubleNow() media.Trouble {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble
}

// begin counts an opening, and an end, whose trouble is none yet.
func (k *keeper[W, D]) begin() (opening int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.opening++
	k.trouble = media.TroubleNone
	return k.opening
}

func (k *keeper[W, D]) wanted() *W {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.want
}

// run is the keeper's goroutine, until stop is closed; then the device is too.
func (k *keeper[W, D]) run(stop <-chan struct{}) {
	at := &post[W, D]{keeper: k}
	defer at.close()
	for {
		select {
		case <-stop:
			return
		default:
		}
		if at.follow(k.wanted()) {
			continue
		}
		select {
		case <-stop:
			return
		case <-k.wake:
		}
	}
}

// post is where a keeper stands.
type post[W comparable, D io.Closer] struct {
	*keeper[W, D]
	device D
	have   *W // of the open device
	failed *W // could not be opened: not tried again until something else is wanted
}

// follow does one step towards what is wanted; false: there is none to do.
func (p *post[W, D]) follow(want *W) bool {
	switch {
	case p.have == nil && want == nil:
		p.failed = nil
		return false
	case same(p.have, want), p.have == nil && same(p.failed, want):
		return false
	case p.have == nil:
		p.start(*want)
	case want != nil && p.adapt(*want):
	default:
		p.close()
	}
	return true
}

// adapt makes the open device as wanted, if that can be.
func (p *post[W, D]) adapt(want W) bool {
	device, ok := p.change(p.device, *p.have, want)
	if ok {
		p.device, p.have = device, &want
		p.tell(news[W, D]{step: stepChanged, want: want, device: device})
	}
	return ok
}

func same[W comparable](a, b *W) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

func (p *post[W, D]) start(want W) {
	opening := p.begin()
	device, err := p.open(want, func(t media.Trouble) { p.report(opening, t) })
	if err != nil {
		p.failed = &want
		p.report(opening, media.TroubleBroken)
		p.tell(news[W, D]{step: stepFailed, want: want, err: err})
		return
	}
	p.device, p.have, p.failed = device, &want, nil
	p.tell(news[W, D]{step: stepOpened, want: want, device: device})
}

func (p *post[W, D]) close() {
	if p.have == nil {
		return
	}
	p.begin()
	p.tell(news[W, D]{step: stepClosing, want: *p.have, device: p.device})
	_ = p.device.Close()
	var none D
	p.device, p.have = none, nil
}

// held is a device as the session's goroutine knows it.
type held[W comparable, D io.Closer] struct {
	*keeper[W, D]
	isOpen bool
	device D
}

// note takes news.
func (h *held[W, D]) note(n news[W, D]) {
	switch n.step {
	case stepOpened:
		h.isOpen, h.device = true, n.device
	case stepChanged:
		h.device = n.device
	case stepClosing:
		var none D
		h.isOpen, h.device = false, none
	case stepFailed:
	}
}
