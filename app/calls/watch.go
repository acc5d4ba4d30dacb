package calls

// Bounds of those who watch.
const (
	watchBuffer   = 64
	maxWatchers   = 1024
	maxOfAccount  = 128
	maxShownCalls = 256 // that are over
)

// watcher is a device that hears of an account's calls.
type watcher struct {
	account, device string
	events          chan Event
}

// watchers are all who watch; the lock of their Exchange protects them. Events
// go into their buffers under it, so that they come in the order of what
// happened; whoever leaves a buffer full is dropped.
type watchers struct {
	of    map[string]map[*watcher]bool // by account
	count int
}

// add gives a closed watcher where there are too many.
func (w *watchers) add(account, device string) *watcher {
	added := &watcher{account: account, device: device, events: make(chan Event, watchBuffer)}
	own := w.of[account]
	if w.count >= maxWatchers || len(own) >= maxOfAccount {
		close(added.events)
		return added
	}
	if own == nil {
		own = map[*watcher]bool{}
		w.of[account] = own
	}
	own[added] = true
	w.count++
	return added
}

// remove may be called again.
func (w *watchers) remove(gone *watcher) {
	own := w.of[gone.account]
	if !own[gone] {
		return
	}
	delete(own, gone)
	if len(own) == 0 {
		delete(w.of, gone.account)
	}
	w.count--
	close(gone.events)
}

// has says whether a device watches.
func (w *watchers) has(account, device string) bool {
	for own := range w.of[account] {
		if own.device == device {
			return true
		}
	}
	return false
}

// tell gives an event to a device of an account, to all of them for "".
func (w *watchers) tell(account, device string, event Event) {
	for own := range w.of[account] {
		if device == "" || own.device == device {
			w.push(own, event)
		}
	}
}

func (w *watchers) push(to *watcher, event Event) {
	if !w.of[to.account][to] {
		return
	}
	select {
	case to.events <- event:
	default:
		w.remove(to)
	}
}

func (w *watchers) close() {
	for _, own := range w.of {
		for each := range own {
			w.remove(each)
		}
	}
}
