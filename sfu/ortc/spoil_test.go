package ortc

import (
	"maps"
	"slices"
)

// spoil gives some place in a valid tree a wrong type, or removes it. Half of
// the trees stay as they are.
//
// It leaves out what this package refuses or reads on purpose where mediasoup
// does not (doc.go): arrays in place of objects, audio with channels 0, and
// fields of encodings that mediasoup's ORTC never looks at.
func (g *generator) spoil(v any) any {
	if g.chance(2) {
		return v
	}
	return g.spoilAt(deepCopy(v), "")
}

func deepCopy(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = deepCopy(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = deepCopy(value)
		}
		return out
	}
	return v
}

func (g *generator) spoilAt(v any, name string) any {
	if g.chance(4) {
		return g.junk(name)
	}
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			i := g.IntN(len(v))
			v[i] = g.spoilAt(v[i], name+"[]")
		}
		return v
	case map[string]any:
		g.spoilField(v, name)
		return v
	}
	return g.junk(name)
}

func (g *generator) spoilField(object map[string]any, name string) {
	if len(object) == 0 {
		return
	}
	key := pick(g, slices.Sorted(maps.Keys(object))...)
	switch {
	case key == "maxBitrate" || key == "codecPayloadType" || key == "active":
	case g.chance(4):
		delete(object, key)
	case name == "parameters":
		object[key] = g.junk("value")
	default:
		object[key] = g.spoilAt(object[key], key)
	}
}

func (g *generator) junk(name string) any {
	list := []any{nil, false, true, 1, 7, "", "x", map[string]any{}, map[string]any{"active": 1}}
	if name != "channels" {
		list = append(list, 0)
	}
	if !slices.Contains([]string{"", "parameters", "rtcp", "encodings[]"}, name) {
		list = append(list, []any{}, []any{"x"})
	}
	return pick(g, list...)
}

// damage takes entries out of a mapping, or maps one to nothing.
func (g *generator) damage(mapping any) any {
	out := maps.Clone(mapping.(map[string]any))
	for _, key := range []string{"codecs", "encodings"} {
		list := slices.Clone(out[key].([]any))
		if len(list) > 0 && g.chance(3) {
			i := g.IntN(len(list))
			list = slices.Delete(list, i, i+1)
		}
		out[key] = list
	}
	if codecs := out["codecs"].([]any); len(codecs) > 0 && g.chance(4) {
		entry := maps.Clone(codecs[0].(map[string]any))
		entry["mappedPayloadType"] = g.IntN(128)
		codecs[0] = entry
	}
	return out
}
