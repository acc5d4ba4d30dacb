package doctor

import (
	"net/netip"
	"slices"
	"strings"
)

// found makes a Finding; pairs are names and values of its places.
func found(check Check, state State, what string, pairs ...string) Finding {
	f := Finding{Check: check, State: state, Key: "doctor." + string(check) + "." + what}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[pairs[i]] = pairs[i+1]
	}
	return f
}

// list is how addresses are told, each once and at most six.
func list(addrs []netip.Addr) string {
	const most = 6
	var words []string
	for _, a := range addrs {
		if word := a.Unmap().String(); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) > most {
		words = append(words[:most], "…")
	}
	return strings.Join(words, ", ")
}
