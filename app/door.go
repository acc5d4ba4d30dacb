package app

import (
	"net/http"
	"sync/atomic"
)

// door leads to a handler that comes and goes.
type door struct{ next atomic.Pointer[http.Handler] }

func (d *door) open(next http.Handler) { d.next.Store(&next) }
func (d *door) shut()                  { d.next.Store(nil) }

// ServeHTTP says that there is nothing while the door is shut.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	next := d.next.Load()
	if next == nil {
		http.NotFound(w, r)
		return
	}
	(*next).ServeHTTP(w, r)
}
