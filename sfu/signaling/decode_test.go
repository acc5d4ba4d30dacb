package signaling

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

const (
	goodFingerprint = `{"role":"client","fingerprints":[{"algorithm":"sha-256","value":"AB"}]}`
	goodRtp         = `{"codecs":[],"encodings":[{"ssrc":1}]}`
)

func TestDecode(t *testing.T) {
	fingerprint := sfu.DtlsParameters{
		Role: "client", Fingerprints: []sfu.DtlsFingerprint{{Algorithm: "sha-256", Value: "AB"}},
	}
	for text, want := range map[string]any{
		`{"type":"connect","dtlsParameters":` + goodFingerprint + `}`:                        connectMessage{"", fingerprint},
		`{"type":"connect","transportType":"send","dtlsParameters":` + goodFingerprint + `}`: connectMessage{"send", fingerprint},
		`{"type":"connect","transportType":null,"dtlsParameters":` + goodFingerprint + `}`:   connectMessage{"", fingerprint},
		`{"type":"connect","dtlsParameters":` + quote(goodFingerprint) + `}`:                 connectMessage{"", fingerprint},
		`{"type":"closeProducer","producerId":"p"}`:                                          closeProducerMessage{"p"},
		`{"type":"closeConsumer","consumerId":"c"}`:                                          closeConsumerMessage{"c"},
		`{"type":"closeConsumer","consumerId":"b","consumerId":"c"}`:                         closeConsumerMessage{"c"},
		`{"type":"pauseProducer","producerId":"p"}`:                                          pauseMessage{"p", true},
		`{"type":"resumeProducer","producerId":"p"}`:                                         pauseMessage{"p", false},
		`{"type":"chat","text":" a\nb "}`:                                                    chatMessage{" a\nb "},
		`{"type":"leave"}`:                                                                   hangUpMessage{},
		`{"type":"bye","reason":["x"]}`:                                                      hangUpMessage{},
		` {"more":{"a":[1]},"type":"ping"} `:                                                 pingMessage{},
	} {
		got, err := decode([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		`{"type":"produce","kind":"video","source":"screen","rtpParameters":` + goodRtp + `}`,
		`{"type":"consume","producerId":"p","peerId":7,"rtpCapabilities":{"codecs":[]}}`,
	} {
		if _, err := decode([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// badMessages are messages that must not be taken, with the code that answers.
func badMessages() map[string]string {
	return map[string]string{
		``:                                    "badMessage",
		`x`:                                   "badMessage",
		`null`:                                "badMessage",
		`7`:                                   "badMessage",
		`"connect"`:                           "badMessage",
		`[]`:                                  "badMessage",
		`[{"type":"ping"}]`:                   "badMessage",
		`{}`:                                  "badMessage",
		`{"type":"ping"`:                      "badMessage",
		`{"type":"ping"} {}`:                  "badMessage",
		`{"type":null}`:                       "badMessage",
		`{"type":7}`:                          "badMessage",
		`{"type":["ping"]}`:                   "badMessage",
		`{"type":{"type":"ping"}}`:            "badMessage",
		`{"Type":"ping"}`:                     "badMessage",
		`{"type":"ping","n":NaN}`:             "badMessage",
		`{"type":"ping","n":Infinity}`:        "badMessage",
		"{\"type\":\"ping\",\"s\":\"\xff\"}":  "badMessage",
		"{\"type\":\"pi\xc0ng\"}":             "badMessage",
		`{"type":""}`:                         "badMessage",
		`{"type":"Ping"}`:                     "unknownType",
		`{"type":"init","data":{}}`:           "unknownType",
		strings.Repeat("[", 60_000):           "badMessage",
		strings.Repeat(`{"a":`, 10_000) + `1`: "badMessage",
		`{"type":"ping","x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`: "badMessage",
		`{"type":"connect"}`:                                                                 "badMessage",
		`{"type":"connect","dtlsParameters":null}`:                                           "badMessage",
		`{"type":"connect","dtlsParameters":[]}`:                                             "badMessage",
		`{"type":"connect","dtlsParameters":7}`:                                              "badMessage",
		`{"type":"connect","dtlsParameters":true}`:                                           "badMessage",
		`{"type":"connect","dtlsParameters":"x"}`:                                            "badMessage",
		`{"type":"connect","dtlsParameters":"[]"}`:                                           "badMessage",
		`{"type":"connect","dtlsParameters":"\"{}\""}`:                                       "badMessage",
		`{"type":"connect","dtlsParameters":{"fingerprints":7}}`:                             "badMessage",
		`{"type":"connect","dtlsParameters":{"fingerprints":[7]}}`:                           "badMessage",
		`{"type":"connect","dtlsParameters":{"fingerprints":[{"value":7}]}}`:                 "badMessage",
		`{"type":"connect","dtlsParameters":{"role":7}}`:                                     "badMessage",
		`{"type":"connect","transportType":7,"dtlsParameters":` + goodFingerprint + `}`:      "badMessage",
		`{"type":"connect","transportType":"up","dtlsParameters":` + goodFingerprint + `}`:   "badMessage",
		`{"type":"connect","dtlsParameters":` + quote(strings.Repeat(`{"role":`, 100)) + `}`: "badMessage",
		`{"type":"produce"}`:                                                                 "badMessage",
		`{"type":"produce","kind":"video"}`:                                                  "badMessage",
		`{"type":"produce","kind":7,"rtpParameters":` + goodRtp + `}`:                        "badMessage",
		`{"type":"produce","kind":["video"],"rtpParameters":` + goodRtp + `}`:                "badMessage",
		`{"type":"produce","kind":"video","source":7,"rtpParameters":` + goodRtp + `}`:       "badMessage",
		`{"type":"produce","kind":"video","rtpParameters":null}`:                             "badMessage",
		`{"type":"produce","kind":"video","rtpParameters":"{}"}`:                             "badMessage",
		`{"type":"produce","kind":"video","rtpParameters":[]}`:                               "badMessage",
		`{"type":"consume","producerId":7,"rtpCapabilities":{}}`:                             "badMessage",
		`{"type":"consume","producerId":{"$ne":1},"rtpCapabilities":{}}`:                     "badMessage",
		`{"type":"consume","producerId":"p"}`:                                                "badMessage",
		`{"type":"consume","producerId":"p","rtpCapabilities":7}`:                            "badMessage",
		`{"type":"closeProducer"}`:                                                           "badMessage",
		`{"type":"closeProducer","producerId":7}`:                                            "badMessage",
		`{"type":"closeConsumer","consumerId":null}`:                                         "badMessage",
		`{"type":"pauseProducer"}`:                                                           "badMessage",
		`{"type":"resumeProducer","producerId":{}}`:                                          "badMessage",
		`{"type":"chat"}`:              "badMessage",
		`{"type":"chat","text":["a"]}`: "badMessage",
		// What is inside the parameters is judged as mediasoup judges it.
		`{"type":"produce","kind":"video","rtpParameters":{"codecs":7}}`:                        "badParameters",
		`{"type":"produce","kind":"video","rtpParameters":{"codecs":[{"payloadType":"a"}]}}`:    "badParameters",
		`{"type":"produce","kind":"video","rtpParameters":{"encodings":[{"ssrc":1e400}]}}`:      "badParameters",
		`{"type":"produce","kind":"video","rtpParameters":{"encodings":[{"ssrc":5000000000}]}}`: "badParameters",
		`{"type":"consume","producerId":"p","rtpCapabilities":{"codecs":{"a":1}}}`:              "badParameters",
	}
}

func TestDecodeBadMessages(t *testing.T) {
	for text, want := range badMessages() {
		message, err := decode([]byte(text))
		if err == nil {
			t.Errorf("%.80q was taken as %+v", text, message)
			continue
		}
		if got := toWire(err).code; got != want {
			t.Errorf("%.80q: got %s (%v), want %s", text, got, err, want)
		}
	}
}

// Whoever waits for the answer to a request hears which one was bad.
func TestDecodeNamesTheRequest(t *testing.T) {
	for text, want := range map[string]badMessage{
		`{"type":"produce","kind":7}`:                                           {messageType: "produce"},
		`{"type":"connect","transportType":"recv","dtlsParameters":7}`:          {messageType: "connect", transportType: "recv"},
		`{"type":"connect","transportType":["recv"],"dtlsParameters":7}`:        {messageType: "connect"},
		`{"type":"neverHeardOf"}`:                                               {},
		`{"type":"consume","producerId":"p","rtpCapabilities":{"codecs":true}}`: {messageType: "consume"},
	} {
		_, err := decode([]byte(text))
		var got *badMessage
		if !errors.As(err, &got) {
			t.Fatalf("%s: got %v", text, err)
		}
		if got.messageType != want.messageType || got.transportType != want.transportType {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func FuzzSec24Messages(f *testing.F) {
	for text := range badMessages() {
		if len(text) < 1000 { // long ones are slow to vary
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(`{"type":"connect","transportType":"send","dtlsParameters":` + goodFingerprint + `}`))
	f.Add([]byte(`{"type":"produce","kind":"video","source":"screen","rtpParameters":` + goodRtp + `}`))
	f.Add([]byte(`{"type":"consume","producerId":"p","rtpCapabilities":{"codecs":[]}}`))
	f.Add([]byte(`{"type":"pauseProducer","producerId":"p"}`))
	f.Add([]byte(`{"type":"chat","text":"a\u0000\ud83d\ude00"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		message, err := decode(text)
		if (message == nil) == (err == nil) {
			t.Fatalf("got %v and %v", message, err)
		}
		if err == nil {
			return
		}
		var bad *badMessage
		if !errors.As(err, &bad) {
			t.Errorf("error is %T", err)
		}
		if wire := toWire(err); wire.code == "internal" {
			t.Errorf("no code for %v", err)
		}
		if got := len(details(err)); got > maxDetails {
			t.Errorf("details of %d bytes", got)
		}
	})
}

// Every error of the lower packages that a client can provoke has a code.
func TestToWire(t *testing.T) {
	for _, known := range wireErrors() {
		wrapped := fmt.Errorf("outer: %w", known.err)
		if got := toWire(wrapped); got != known.wire {
			t.Errorf("%v: got %+v, want %+v", known.err, got, known.wire)
		}
	}
	secret := errors.New("/home/hanako/secret")
	if got := toWire(secret); got.code != "internal" || strings.Contains(got.message, "secret") {
		t.Errorf("an unknown error becomes %+v", got)
	}
	if got := details(secret); got != "" {
		t.Errorf("details of an unknown error: %q", got)
	}
	if got := details(fmt.Errorf("produce: %w: no encodings", ortc.ErrInvalid)); !strings.Contains(got, "no encodings") {
		t.Errorf("details of invalid parameters: %q", got)
	}
}

func quote(text string) string { return fmt.Sprintf("%q", text) }
