package ortc

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
)

// tree returns a value as decoded JSON.
func tree(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("marshal %T: %v", v, err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatalf("unmarshal %s: %v", data, err)
	}
	return out
}

// normalize removes from a result what may differ between two correct answers:
// fields that say nothing (null, false, ""), fields that this package does not
// keep, and random SSRCs, which become their distance from the first.
func normalize(v any) any {
	v = strip(v)
	base, found := firstMappedSsrc(v)
	if found {
		shiftSsrcs(v, base)
	}
	return v
}

func strip(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	case map[string]any:
		for key, value := range v {
			switch {
			case key == "parameters":
			case meaningless(key, value):
				delete(v, key)
			default:
				v[key] = strip(value)
			}
		}
	}
	return v
}

func meaningless(key string, value any) bool {
	if value == nil || value == false || value == "" {
		return true
	}
	if value == 0.0 {
		zeroIsAbsent := []string{"mid", "msid", "cname", "rid", "scalabilityMode", "direction", "ssrc", "rtx", "maxBitrate"}
		return slices.Contains(zeroIsAbsent, key)
	}
	return slices.Contains([]string{
		"active", "scaleResolutionDownBy", "maxFramerate", "priority", // of encodings
		"mux", // of rtcp
	}, key)
}

// firstMappedSsrc finds the SSRC that the router chose: in a mapping, or in the
// encodings of a consumer.
func firstMappedSsrc(v any) (float64, bool) {
	object, ok := v.(map[string]any)
	if !ok {
		return 0, false
	}
	if mapping, ok := object["mapping"].(map[string]any); ok {
		object = mapping
	}
	encodings, _ := object["encodings"].([]any)
	if len(encodings) == 0 {
		return 0, false
	}
	first, _ := encodings[0].(map[string]any)
	for _, key := range []string{"mappedSsrc", "ssrc"} {
		if ssrc, ok := first[key].(float64); ok && ssrc >= 1e8 && ssrc < 1e9 {
			return ssrc, true
		}
	}
	return 0, false
}

// shiftSsrcs makes SSRCs relative where the router chose them.
func shiftSsrcs(v any, base float64) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			shiftSsrcs(element, base)
		}
	case map[string]any:
		for key, value := range v {
			ssrc, ok := value.(float64)
			isSsrc := ok && (key == "ssrc" || key == "mappedSsrc")
			switch {
			case isSsrc && ssrc >= base && ssrc < base+maxEncodings+1:
				v[key] = ssrc - base
			case key != "parameters":
				shiftSsrcs(value, base)
			}
		}
	}
}

// differences lists, by path, where two trees of decoded JSON differ.
func differences(path string, got, want any) []string {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return mapDifferences(path, g, w)
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			var list []string
			for i := range w {
				list = append(list, differences(fmt.Sprintf("%s[%d]", path, i), g[i], w[i])...)
			}
			return list
		}
	}
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return []string{fmt.Sprintf("%s: got %v, want %v", path, got, want)}
}

func mapDifferences(path string, got, want map[string]any) []string {
	keys := maps.Clone(want)
	maps.Copy(keys, got)
	var list []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		list = append(list, differences(path+"."+key, got[key], want[key])...)
	}
	return list
}
