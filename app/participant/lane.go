package participant

// maxLane is how many changes of a PeerConnection may wait.
const maxLane = 1024

// lane does one thing after another: what changes a PeerConnection takes
// milliseconds, for which the call does not wait.
type lane struct {
	work chan func()
	done chan struct{} // closed when run has ended
}

func newLane() *lane {
	return &lane{work: make(chan func(), maxLane), done: make(chan struct{})}
}

// run is the lane's goroutine, until close.
func (l *lane) run() {
	defer close(l.done)
	for f := range l.work {
		f()
	}
}

// do adds work; false means that too much waits already.
func (l *lane) do(f func()) bool {
	select {
	case l.work <- f:
		return true
	default:
		return false
	}
}

// close ends the lane after what was added; do must not be called any more.
func (l *lane) close() { close(l.work) }
