package sockets

import (
	"context"
	"sync"
)

// Socket is an open connection.
type Socket interface {
	comparable
	// Stop has it closed because the host stops. It must not block.
	Stop()
	// Cut ends it without another word.
	Cut()
}

// Open are a server's open connections. It is safe for concurrent use.
type Open[S Socket] struct {
	mu       sync.Mutex
	stopping bool           // mu protects
	sockets  map[S]struct{} // mu protects
	running  sync.WaitGroup // what has passed Begin
}

// NewOpen makes an empty list.
func NewOpen[S Socket]() *Open[S] { return &Open[S]{sockets: map[S]struct{}{}} }

// Begin reports whether a request may be served; then Done must be called when
// that has come to its end.
func (o *Open[S]) Begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopping {
		return false
	}
	o.running.Add(1)
	return true
}

// Done ends what Begin began.
func (o *Open[S]) Done() { o.running.Done() }

// Add makes a connection known to Close; one that comes too late is stopped at once.
func (o *Open[S]) Add(s S) {
	o.mu.Lock()
	o.sockets[s] = struct{}{}
	stopping := o.stopping
	o.mu.Unlock()
	if stopping {
		s.Stop()
	}
}

// Remove forgets a connection that has ended.
func (o *Open[S]) Remove(s S) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.sockets, s)
}

// Close lets nothing begin any more, stops all connections, and waits for them
// until ctx ends, from when on they are cut. Then it gives the error of ctx. It is
// idempotent.
func (o *Open[S]) Close(ctx context.Context) error {
	for _, s := range o.stop() {
		s.Stop()
	}
	done := make(chan struct{})
	go o.await(done)
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, s := range o.stop() {
		s.Cut() // its reader and writer see to the rest
	}
	<-done
	return ctx.Err()
}

// await is a goroutine of Close, which waits for it.
func (o *Open[S]) await(done chan<- struct{}) {
	o.running.Wait()
	close(done)
}

func (o *Open[S]) stop() []S {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopping = true
	list := make([]S, 0, len(o.sockets))
	for s := range o.sockets {
		list = append(list, s)
	}
	return list
}
