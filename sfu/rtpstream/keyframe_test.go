package rtpstream

import (
	"testing"
	"time"
)

func TestKeyFrameRequests(t *testing.T) {
	type step struct {
		ms   float64
		op   string // request, received, due
		send bool
	}
	tests := []struct {
		name     string
		interval time.Duration // 0: the default of a second
		steps    []step
	}{
		{"nothing asked", 0, []step{{0, "due", false}, {5000, "due", false}, {5000, "received", false}}},
		{"first request goes out at once", 0, []step{{0, "request", true}, {1, "received", false}, {5000, "due", false}}},
		{"others wait for the same key frame", 0, []step{
			{0, "request", true},
			{10, "request", false},
			{20, "request", false},
			{100, "received", false},
			{1000, "due", false},
			{5000, "due", false},
		}},
		{"asked after the key frame: deferred, not dropped", 0, []step{
			{0, "request", true},
			{100, "received", false},
			{200, "request", false},
			{999, "due", false},
			{1000, "due", true},
			{1001, "due", false},
			{1100, "received", false},
			{9000, "due", false},
		}},
		{"deferred, and later packets of the key frame do not count", 0, []step{
			{0, "request", true},
			{100, "received", false},
			{101, "request", false},
			{102, "received", false},
			{1000, "due", true},
		}},
		{"asked again after the interval", 0, []step{
			{0, "request", true},
			{100, "received", false},
			{1000, "request", true},
			{1001, "request", false},
		}},
		{"unanswered: repeated once", 0, []step{
			{0, "request", true},
			{999, "due", false},
			{1000, "due", true},
			{1001, "due", false},
			{2000, "due", false},
			{9000, "due", false},
		}},
		{"unanswered: repeated while asked for", 0, []step{
			{0, "request", true},
			{500, "request", false},
			{1000, "due", true},
			{1500, "request", false},
			{2000, "due", true},
			{3000, "due", false},
		}},
		{"unanswered, and asked again before the timer", 0, []step{
			{0, "request", true},
			{1500, "request", true},
			{1501, "due", false},
			{2500, "due", true},
		}},
		{"the repetition is answered", 0, []step{
			{0, "request", true},
			{1000, "due", true},
			{1100, "received", false},
			{2000, "due", false},
			{2000, "request", true},
		}},
		{"longer interval", 3 * time.Second, []step{
			{0, "request", true},
			{1000, "due", false},
			{1500, "request", false},
			{2999, "due", false},
			{3000, "due", true},
			{3001, "due", false},
		}},
		{"shorter interval", 500 * time.Millisecond, []step{
			{0, "request", true},
			{100, "received", false},
			{200, "request", false},
			{499, "due", false},
			{500, "due", true},
			{600, "received", false},
			{1000, "request", true},
		}},
		{"shorter interval, unanswered", 500 * time.Millisecond, []step{
			{0, "request", true},
			{600, "request", false},
			{999, "due", false},
			{1000, "due", true},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := NewKeyFrameRequests(tt.interval)
			for _, s := range tt.steps {
				var got bool
				switch s.op {
				case "request":
					got = k.Request(instant(s.ms))
				case "due":
					got = k.Due(instant(s.ms))
				default:
					k.Received(instant(s.ms))
				}
				if got != s.send {
					t.Errorf("at %v ms: %s sends %v, want %v", s.ms, s.op, got, s.send)
				}
			}
		})
	}
}

// TestSec28KeyFrameStorm has consumers ask a thousand times a second while the
// producer answers, and while it does not: one request a second goes out, the
// last wish is not forgotten.
func TestSec28KeyFrameStorm(t *testing.T) {
	for _, answers := range []bool{true, false} {
		var k KeyFrameRequests
		var sent []float64
		count := func(ms float64, send bool) {
			if send {
				sent = append(sent, ms)
			}
		}
		for ms := 0.0; ms < 10_000; ms++ {
			count(ms, k.Request(instant(ms)))
			count(ms, k.Due(instant(ms)))
			if answers && len(sent) > 0 && ms == sent[len(sent)-1]+50 {
				k.Received(instant(ms))
			}
		}
		for i := 1; i < len(sent); i++ {
			if sent[i]-sent[i-1] < 1000 {
				t.Errorf("answers %v: requests at %v and %v ms", answers, sent[i-1], sent[i])
			}
		}
		if len(sent) != 10 {
			t.Errorf("answers %v: %d requests in 10 s, want 10", answers, len(sent))
		}
		if !k.Due(instant(10_000)) {
			t.Errorf("answers %v: the last wish was forgotten", answers)
		}
	}
}

func TestKeyFrameRequestsAllocs(t *testing.T) {
	var k KeyFrameRequests
	ms := 0.0
	wantNoAllocs(t, func() {
		ms += 33
		k.Request(instant(ms))
		k.Received(instant(ms))
		k.Due(instant(ms))
	})
}
