package ui

// raiser waits for second starts of the program.
type raiser struct {
	requests <-chan struct{}
	raise    func()
	quit     chan struct{}
	done     chan struct{}
}

// startRaiser calls raise for each request, until stop.
func startRaiser(requests <-chan struct{}, raise func()) *raiser {
	r := &raiser{requests: requests, raise: raise, quit: make(chan struct{}), done: make(chan struct{})}
	go r.loop()
	return r
}

func (r *raiser) loop() {
	defer close(r.done)
	for {
		select {
		case <-r.quit:
			return
		case _, ok := <-r.requests:
			if !ok {
				return
			}
			r.raise()
		}
	}
}

// stop ends the waiting.
func (r *raiser) stop() {
	close(r.quit)
	<-r.done
}
