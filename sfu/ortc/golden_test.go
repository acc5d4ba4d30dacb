package ortc

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// capture is what mediasoup-client said in one browser; see testdata/README.md.
type capture struct {
	name                  string
	Source                string
	RecvRtpCapabilities   RtpCapabilities
	NativeRtpCapabilities RtpCapabilities
	Produced              map[string]struct {
		Kind          MediaKind
		RtpParameters RtpParameters
	}
}

func captures(t testing.TB) []capture {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "captured", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no captures (%v)", err)
	}
	list := make([]capture, len(paths))
	for i, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &list[i]); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list[i].name = strings.TrimSuffix(filepath.Base(path), ".json")
	}
	return list
}

func defaultRouter(t testing.TB) RtpCapabilities {
	t.Helper()
	router, err := GenerateRouterRtpCapabilities(DefaultMediaCodecs())
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// golden compares lines with a file, or writes it with -update.
func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".golden")
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(want) != len(lines) {
		t.Fatalf("%s: got %d lines, want %d", path, len(lines), len(want))
	}
	for i := range lines {
		if lines[i] != want[i] {
			t.Errorf("%s:%d\ngot  %s\nwant %s", path, i+1, lines[i], want[i])
		}
	}
}

// line shows a result, or why there is none, behind its name.
func line(t *testing.T, name string, v any, err error) string {
	t.Helper()
	if err != nil {
		return name + ": " + err.Error()
	}
	data, err := json.Marshal(normalize(tree(t, v)))
	if err != nil {
		t.Fatal(err)
	}
	return name + ": " + string(data)
}

func TestGoldenRouter(t *testing.T) {
	router := defaultRouter(t)
	var lines []string
	for _, codec := range router.Codecs {
		lines = append(lines, line(t, "codec", codec, nil))
	}
	for _, ext := range router.HeaderExtensions {
		lines = append(lines, line(t, "header extension", ext, nil))
	}
	golden(t, "router", lines)
}

// TestGoldenCaptures produces what each browser produced and lets each consume.
func TestGoldenCaptures(t *testing.T) {
	router := defaultRouter(t)
	all := captures(t)
	for _, producer := range all {
		t.Run(producer.name, func(t *testing.T) {
			var lines []string
			for _, name := range slices.Sorted(maps.Keys(producer.Produced)) {
				params := producer.Produced[name].RtpParameters
				kind := producer.Produced[name].Kind
				consumable := produce(t, kind, params, router)
				lines = append(lines, line(t, name+" consumable", consumable, nil))
				for _, consumer := range all {
					params, err := GetConsumerRtpParameters(consumable, consumer.RecvRtpCapabilities, kind == KindVideo)
					lines = append(lines, line(t, name+" in "+consumer.name, params, err))
				}
			}
			golden(t, producer.name, lines)
		})
	}
}

// produce validates, maps and makes consumable, all of which must work.
func produce(t testing.TB, kind MediaKind, params RtpParameters, router RtpCapabilities) RtpParameters {
	t.Helper()
	if err := ValidateRtpParameters(&params); err != nil {
		t.Fatal(err)
	}
	if err := ValidateProducerRtpParameters(kind, params); err != nil {
		t.Fatal(err)
	}
	mapping, err := GetProducerRtpParametersMapping(params, router)
	if err != nil {
		t.Fatal(err)
	}
	consumable, err := GetConsumableRtpParameters(kind, params, router, mapping)
	if err != nil {
		t.Fatal(err)
	}
	return consumable
}

// TestDifferentialCaptures compares with mediasoup what the goldens hold.
func TestDifferentialCaptures(t *testing.T) {
	c := &comparison{reference: startReference(t), tally: map[string]int{}}
	router := c.run(t, "router", map[string]any{"mediaCodecs": tree(t, DefaultMediaCodecs())})
	all := captures(t)
	for _, producer := range all {
		for _, produced := range producer.Produced {
			result := c.run(t, "produce", map[string]any{
				"kind": produced.Kind, "params": tree(t, produced.RtpParameters), "caps": router,
			})
			for _, consumer := range all {
				c.consume(t, result.(map[string]any)["consumable"], consumer.RecvRtpCapabilities)
				c.consume(t, result.(map[string]any)["consumable"], consumer.NativeRtpCapabilities)
			}
		}
	}
	c.flush(t)
	c.wantOutcomes(t, 20, "consume ")
}

func (c *comparison) consume(t *testing.T, consumable any, caps RtpCapabilities) {
	t.Helper()
	for _, enableRtx := range []bool{true, false} {
		args := map[string]any{"consumable": consumable, "caps": tree(t, caps), "enableRtx": enableRtx}
		c.run(t, "canConsume", args)
		c.run(t, "consume", args)
	}
}
