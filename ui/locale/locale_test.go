package locale

import "testing"

func TestIsBare(t *testing.T) {
	for value, want := range map[string]bool{
		"C": true, "POSIX": true, "C.UTF-8": true, "C.utf8": true,
		"": false, "Czech": false, "cs_CZ.UTF-8": false, "en_US.UTF-8": false, "ja_JP.UTF-8": false,
	} {
		if got := isBare(value); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
}
