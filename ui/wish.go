package ui

import "time"

// wishTime is how long a wish may take to come true.
const wishTime = 1500 * time.Millisecond

// wish is what the person just chose in a field. Snapshots on their way still
// have the old choice; the field must not jump back for them.
type wish[T comparable] struct {
	value T
	until time.Time
}

// set begins a wish.
func (w *wish[T]) set(value T, now time.Time) {
	w.value, w.until = value, now.Add(wishTime)
}

// over is what to show: the truth, unless a wish is newer.
func (w *wish[T]) over(truth T, now time.Time) T {
	if truth == w.value || now.After(w.until) {
		w.until = time.Time{}
		return truth
	}
	return w.value
}
