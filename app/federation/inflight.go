package federation

import "sync"

// inflight bounds what goes on at the same moment, in all and for one key, so
// that whoever is slow keeps nobody else waiting.
type inflight[K comparable] struct {
	all, perKey int

	mu     sync.Mutex
	count  int       // mu protects it
	counts map[K]int // mu protects it; of those above zero
}

func newInflight[K comparable](all, perKey int) *inflight[K] {
	return &inflight[K]{all: all, perKey: perKey, counts: map[K]int{}}
}

// enter takes a place, which leave gives back; false: there was none.
func (i *inflight[K]) enter(key K) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.count >= i.all || i.counts[key] >= i.perKey {
		return false
	}
	i.count++
	i.counts[key]++
	return true
}

func (i *inflight[K]) leave(key K) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.count--
	if i.counts[key]--; i.counts[key] <= 0 {
		delete(i.counts, key)
	}
}
