package session

import (
	"math"
	"testing"

	"takoshome/app/media"
)

func TestFulfil(t *testing.T) {
	devices := []media.Device{{ID: "a", Name: "Front Camera"}, {ID: "Front", Name: "Other"}, {ID: "b", Name: "Camera"}}
	for wish, want := range map[string]string{
		"a": "a", "camera": "b", "front c": "a", "Front": "Front", "front": "a", "none": "none", "NONE": "none",
		"default": "", "tone:440": "tone:440", "TONE:440": "tone:440", "/x/y.Y4M": "/x/y.Y4M", "gone": "gone",
	} {
		if got := fulfil(wish, devices); got != want {
			t.Errorf("%q: got %q, want %q", wish, got, want)
		}
	}
}

func TestInSteps(t *testing.T) {
	for level, want := range map[float64]float64{0: 0, -1: 0, 2: 1, 0.02: 0, 0.03: 0.05, 0.5: 0.5, 0.99: 1, math.Inf(1): 1} {
		if got := inSteps(level); got != want {
			t.Errorf("%v: got %v, want %v", level, got, want)
		}
	}
	if inSteps(math.NaN()) != 0 {
		t.Error("NaN is loud")
	}
}
