package ortc

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// operations are this package's counterparts of testdata/mediasoup/ortc.js.
func operations() map[string]func(args []byte) (any, error) {
	return map[string]func([]byte) (any, error){
		"capabilities":    runCapabilities,
		"parameters":      runParameters,
		"router":          runRouter,
		"produce":         runProduce,
		"consumable":      runConsumable,
		"canConsume":      runCanConsume,
		"consume":         runConsume,
		"scalabilityMode": runScalabilityMode,
	}
}

func runCapabilities(data []byte) (any, error) {
	var args struct{ Caps RtpCapabilities }
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	err := ValidateRtpCapabilities(&args.Caps)
	return args.Caps, err
}

func runParameters(data []byte) (any, error) {
	var args struct{ Params RtpParameters }
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	err := ValidateRtpParameters(&args.Params)
	return args.Params, err
}

func runRouter(data []byte) (any, error) {
	var args struct{ MediaCodecs []RtpCodecCapability }
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	return GenerateRouterRtpCapabilities(args.MediaCodecs)
}

type produceArgs struct {
	Kind    MediaKind
	Params  RtpParameters
	Caps    RtpCapabilities
	Mapping RtpMapping
}

func runProduce(data []byte) (any, error) {
	var args produceArgs
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	if err := ValidateRtpParameters(&args.Params); err != nil {
		return nil, err
	}
	mapping, err := GetProducerRtpParametersMapping(args.Params, args.Caps)
	if err != nil {
		return nil, err
	}
	consumable, err := GetConsumableRtpParameters(args.Kind, args.Params, args.Caps, mapping)
	for i := range mapping.Encodings {
		mapping.Encodings[i].ScalabilityMode = "" // not in mediasoup's mapping any more
	}
	return map[string]any{"mapping": mapping, "params": args.Params, "consumable": consumable}, err
}

func runConsumable(data []byte) (any, error) {
	var args produceArgs
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	if err := ValidateRtpParameters(&args.Params); err != nil {
		return nil, err
	}
	return GetConsumableRtpParameters(args.Kind, args.Params, args.Caps, args.Mapping)
}

type consumeArgs struct {
	Consumable RtpParameters
	Caps       RtpCapabilities
	EnableRtx  bool
}

func runCanConsume(data []byte) (any, error) {
	var args consumeArgs
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	return CanConsume(args.Consumable, args.Caps)
}

func runConsume(data []byte) (any, error) {
	var args consumeArgs
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	return GetConsumerRtpParameters(args.Consumable, args.Caps, args.EnableRtx)
}

func runScalabilityMode(data []byte) (any, error) {
	var args struct{ Mode string }
	if err := json.Unmarshal(data, &args); err != nil {
		return nil, err
	}
	mode := ParseScalabilityMode(args.Mode)
	return map[string]any{
		"spatialLayers": mode.SpatialLayers, "temporalLayers": mode.TemporalLayers, "ksvc": mode.Ksvc,
	}, nil
}

// errorKind translates this package's sentinels to JavaScript's names.
func errorKind(t *testing.T, err error) string {
	t.Helper()
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrInvalid):
		return "TypeError"
	case errors.Is(err, ErrUnsupported):
		return "UnsupportedError"
	case errors.Is(err, ErrNoPayloadType):
		return "Error"
	}
	t.Fatalf("error without a sentinel: %v", err)
	return ""
}

// comparison makes the same calls on both sides.
type comparison struct {
	reference *reference
	pending   []call
	requests  bytes.Buffer   // of the pending calls
	tally     map[string]int // by operation and outcome
}

// call is what this package made of one request.
type call struct {
	op    string
	args  []byte
	value any
	err   error
}

// run makes one call and returns this package's result, nil on an error. It is
// compared with mediasoup's by flush.
func (c *comparison) run(t *testing.T, op string, args map[string]any) any {
	t.Helper()
	data, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	value, err := operations()[op](data)
	fmt.Fprintf(&c.requests, "{\"op\":%q,\"args\":%s}\n", op, data)
	done := call{op: op, args: data, err: err}
	if err == nil {
		done.value = tree(t, value)
	}
	c.pending = append(c.pending, done)
	return deepCopy(done.value)
}

// flush compares the pending calls.
func (c *comparison) flush(t *testing.T) {
	t.Helper()
	answers := c.reference.ask(t, c.requests.Bytes(), len(c.pending))
	for i, done := range c.pending {
		c.compare(t, done, answers[i])
	}
	c.pending = c.pending[:0]
	c.requests.Reset()
}

func (c *comparison) compare(t *testing.T, done call, want answer) {
	t.Helper()
	kind := errorKind(t, done.err)
	c.tally[done.op+" "+kind]++
	if kind != want.Error {
		t.Fatalf("%s(%s)\ngot error %q (%v)\nwant %q (%s)", done.op, done.args, kind, done.err, want.Error, want.Message)
	}
	if done.err != nil {
		return
	}
	if list := differences("", normalize(done.value), normalize(want.Value)); len(list) > 0 {
		t.Fatalf("%s(%s)\n%s", done.op, done.args, strings.Join(list, "\n"))
	}
}

var rounds = flag.Uint64("rounds", 500, "seeds that TestDifferential tries")

// TestDifferential walks the whole path of generated media on both sides.
func TestDifferential(t *testing.T) {
	c := &comparison{reference: startReference(t), tally: map[string]int{}}
	for seed := range *rounds {
		c.round(t, &generator{rand.New(rand.NewPCG(seed, 2))})
		c.flush(t)
	}
	t.Log(c.tally)
	c.wantOutcomes(t, 20,
		"capabilities ", "capabilities TypeError", "parameters ", "parameters TypeError",
		"router ", "router TypeError", "router UnsupportedError", "router Error",
		"produce ", "produce TypeError", "produce UnsupportedError",
		"consumable ", "consumable TypeError",
		"canConsume ", "canConsume TypeError",
		"consume ", "consume TypeError", "consume UnsupportedError",
		"scalabilityMode ")
}

// wantOutcomes fails if the generator has missed what the test is for.
func (c *comparison) wantOutcomes(t *testing.T, least int, outcomes ...string) {
	t.Helper()
	for _, outcome := range outcomes {
		if c.tally[outcome] < least {
			t.Errorf("outcome %q came %d times, want at least %d", outcome, c.tally[outcome], least)
		}
	}
}

func (c *comparison) round(t *testing.T, g *generator) {
	t.Helper()
	c.run(t, "capabilities", map[string]any{"caps": g.spoil(g.capabilities())})
	c.run(t, "parameters", map[string]any{"params": g.spoil(g.parameters())})
	c.run(t, "scalabilityMode", map[string]any{"mode": g.scalabilityMode()})
	c.run(t, "router", map[string]any{"mediaCodecs": g.mediaCodecs()})
	router, ok := c.run(t, "router", map[string]any{"mediaCodecs": g.routerCodecs()}).(map[string]any)
	if !ok {
		return
	}
	c.run(t, "produce", g.production(router, g.spoil(g.parameters())))
	args := g.production(router, g.producible(router))
	produced, ok := c.run(t, "produce", args).(map[string]any)
	if !ok {
		return
	}
	args["mapping"] = g.damage(produced["mapping"])
	c.run(t, "consumable", args)
	for range 3 {
		caps := g.receiver(router)
		if g.chance(6) {
			caps = g.spoil(caps)
		}
		args := map[string]any{"consumable": produced["consumable"], "caps": caps, "enableRtx": g.chance(2)}
		c.run(t, "canConsume", args)
		c.run(t, "consume", args)
	}
}
