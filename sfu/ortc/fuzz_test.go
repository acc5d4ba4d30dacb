package ortc

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"
)

// wantSentinel fails on an error that the signaling could not translate.
func wantSentinel(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrNoPayloadType) {
		t.Fatalf("error without a sentinel: %v", err)
	}
	return err == nil
}

// consumables are some that a remote end may ask for.
func consumables(t testing.TB) []RtpParameters {
	router := defaultRouter(t)
	var list []RtpParameters
	for _, c := range captures(t) {
		for _, produced := range c.Produced {
			list = append(list, produce(t, produced.Kind, produced.RtpParameters.Clone(), router))
		}
	}
	return list
}

func FuzzRtpCapabilities(f *testing.F) {
	for _, c := range captures(f) {
		for i := range c.NativeRtpCapabilities.Codecs {
			small := c.NativeRtpCapabilities // whole ones are slow to minimize
			small.Codecs = small.Codecs[i : i+1]
			small.HeaderExtensions = small.HeaderExtensions[:1]
			addJSON(f, small)
		}
	}
	f.Add([]byte(`{"codecs":[{"mimeType":"video/rtx","clockRate":90000,"parameters":{"apt":0}}],"headerExtensions":[{}]}`))
	f.Add([]byte(`{"codecs":[{"mimeType":"video/H264","clockRate":90000,"parameters":{"profile-level-id":[[[]]]}}]}`))
	consumables := consumables(f)
	f.Fuzz(func(t *testing.T, data []byte) { fuzzCapabilities(t, data, consumables) })
}

func fuzzCapabilities(t *testing.T, data []byte, consumables []RtpParameters) {
	t.Helper()
	var caps RtpCapabilities
	if json.Unmarshal(data, &caps) != nil {
		return
	}
	_, err := GenerateRouterRtpCapabilities(caps.Codecs)
	wantSentinel(t, err)
	// As if it were a router's: nothing may trust that it is.
	params := goodParameters()
	mapping, err := GetProducerRtpParametersMapping(params, caps)
	if wantSentinel(t, err) {
		_, err = GetConsumableRtpParameters(KindVideo, params, caps, mapping)
		wantSentinel(t, err)
	}
	for _, consumable := range consumables {
		checkConsume(t, consumable, caps)
	}
	if wantSentinel(t, ValidateRtpCapabilities(&caps)) {
		wantStable(t, caps, ValidateRtpCapabilities)
	}
}

// checkConsume holds CanConsume and GetConsumerRtpParameters to each other.
func checkConsume(t *testing.T, consumable RtpParameters, caps RtpCapabilities) {
	t.Helper()
	can, err := CanConsume(consumable, caps)
	wantSentinel(t, err)
	params, err := GetConsumerRtpParameters(consumable, caps, true)
	if !wantSentinel(t, err) {
		return
	}
	if !can {
		t.Errorf("consumed what cannot be consumed: %+v", params)
	}
	if len(params.Encodings) != 1 || len(params.Codecs) == 0 || params.Codecs[0].IsRtx() {
		t.Errorf("got %d encodings, codecs %+v", len(params.Encodings), params.Codecs)
	}
}

func FuzzRtpParameters(f *testing.F) {
	for _, c := range captures(f) {
		for _, produced := range c.Produced {
			addJSON(f, produced.RtpParameters)
		}
	}
	f.Add([]byte(`{"codecs":[{"mimeType":"video/rtx","clockRate":90000,"payloadType":1,"parameters":{"apt":1}}]}`))
	f.Add([]byte(`{"codecs":[],"encodings":[{"rtx":{"ssrc":4294967295},"maxBitrate":1e300,"codecPayloadType":0}]}`))
	router := defaultRouter(f)
	f.Fuzz(func(t *testing.T, data []byte) { fuzzParameters(t, data, router) })
}

func fuzzParameters(t *testing.T, data []byte, router RtpCapabilities) {
	t.Helper()
	var params RtpParameters
	if json.Unmarshal(data, &params) != nil {
		return
	}
	checkProduce(t, params.Clone(), router) // not validated: wrong, but no panic
	_, err := CanConsume(params, router)
	wantSentinel(t, err)
	if !wantSentinel(t, ValidateRtpParameters(&params)) {
		return
	}
	wantStable(t, params, ValidateRtpParameters)
	checkProduce(t, params, router)
}

// checkProduce consumes what can be produced.
func checkProduce(t *testing.T, params RtpParameters, router RtpCapabilities) {
	t.Helper()
	for _, kind := range []MediaKind{KindAudio, KindVideo} {
		wantSentinel(t, ValidateProducerRtpParameters(kind, params))
		mapping, err := GetProducerRtpParametersMapping(params, router)
		if !wantSentinel(t, err) {
			continue
		}
		if len(mapping.Codecs) != len(params.Codecs) || len(mapping.Encodings) != len(params.Encodings) {
			t.Errorf("mapping %+v leaves something out", mapping)
		}
		consumable, err := GetConsumableRtpParameters(kind, params, router, mapping)
		if wantSentinel(t, err) {
			checkConsume(t, consumable, router)
		}
	}
}

func addJSON(f *testing.F, v any) {
	f.Helper()
	f.Add(asJSON(f, v))
}

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantStable wants valid data to survive JSON and to be valid still.
func wantStable[T any](t *testing.T, v T, validate func(*T) error) {
	t.Helper()
	before, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(before, &back); err != nil {
		t.Fatalf("%s: %v", before, err)
	}
	if err := validate(&back); err != nil {
		t.Fatalf("%s: %v", before, err)
	}
	after, err := json.Marshal(back)
	if err != nil || string(before) != string(after) {
		t.Errorf("got  %s (%v)\nwant %s", after, err, before)
	}
}

// FuzzGenerated gets deeper than changed bytes do: its JSON is always readable.
func FuzzGenerated(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed, seed)
	}
	consumables, router := consumables(f), defaultRouter(f)
	f.Fuzz(func(t *testing.T, seed1, seed2 uint64) {
		g := &generator{rand.New(rand.NewPCG(seed1, seed2))}
		fuzzCapabilities(t, asJSON(t, g.spoil(g.capabilities())), consumables)
		fuzzParameters(t, asJSON(t, g.spoil(g.parameters())), router)
		own := tree(t, router).(map[string]any)
		fuzzCapabilities(t, asJSON(t, g.spoil(g.receiver(own))), consumables)
		fuzzParameters(t, asJSON(t, g.spoil(g.producible(own))), router)
	})
}

func FuzzH264ProfileLevelId(f *testing.F) {
	f.Add("42e01f")
	f.Add("4d100b")
	f.Fuzz(func(t *testing.T, id string) {
		parsed, ok := parseH264ProfileLevelId(id)
		if !ok {
			return
		}
		if again, ok := parseH264ProfileLevelId(parsed.String()); !ok || again != parsed {
			t.Errorf("%s: %v becomes %v", id, parsed, again)
		}
	})
}

func FuzzScalabilityMode(f *testing.F) {
	f.Add("L3T3_KEY")
	f.Fuzz(func(t *testing.T, mode string) {
		got := ParseScalabilityMode(mode)
		if got.SpatialLayers < 1 || got.SpatialLayers > 99 || got.TemporalLayers < 1 || got.TemporalLayers > 99 {
			t.Errorf("%q: got %+v", mode, got)
		}
	})
}
