package ortc

import (
	"fmt"
	"testing"
)

// TestDifferentialH264 compares the answer to every pair of profiles and levels.
func TestDifferentialH264(t *testing.T) {
	var parameters []CodecParameters
	for _, front := range []string{"42e0", "42f0", "4200", "4210", "58c0", "5880", "4d00", "4d80", "4d10", "6400", "640c", "f400", "7a00"} {
		for _, level := range []int{9, 10, 11, 12, 31, 52} {
			for asymmetry := range 2 {
				parameters = append(parameters, CodecParameters{
					"profile-level-id": fmt.Sprintf("%s%02x", front, level), "level-asymmetry-allowed": asymmetry,
				})
			}
		}
	}
	parameters = append(parameters, CodecParameters{}, CodecParameters{"profile-level-id": "x"})
	want := askH264(t, parameters)
	for i, local := range parameters {
		for j, remote := range parameters {
			var got any
			if sameH264Profile(local, remote) {
				got = answerH264(local, remote)
			}
			if want := want[i*len(parameters)+j]; got != want {
				t.Errorf("%v, %v: got %v, want %v", local, remote, got, want)
			}
		}
	}
}

func askH264(t *testing.T, parameters []CodecParameters) []any {
	t.Helper()
	request := asJSON(t, map[string]any{"op": "h264", "args": map[string]any{"parameters": parameters}})
	answers := startReference(t).ask(t, append(request, '\n'), 1)
	list, ok := answers[0].Value.([]any)
	if !ok || len(list) != len(parameters)*len(parameters) {
		t.Fatalf("node answers %s %s", answers[0].Error, answers[0].Message)
	}
	return list
}
